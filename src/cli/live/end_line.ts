/**
 * The end of an attempt in a line, for people who look on. Pure.
 *
 * @module
 */
import type { ReadEvent } from "../../protocol/events.ts";
import { asksPerson } from "../../protocol/outcomes.ts";
import { oneLine } from "../../protocol/text.ts";
import { formatDuration } from "../duration.ts";
import type { Color } from "../output.ts";
import type { Marks } from "./marks.ts";

/** Longest reason. */
const mostCharacters = 300;

/** `✓ TASK-1  completed in 12s  Title`; null for an event that ends no attempt. */
export function endLine(
  event: ReadEvent,
  { marks, paint, redact, now }: {
    marks: Marks;
    paint: (color: Color, text: string) => string;
    /** Takes secrets out, before a cut could leave a part of one. */
    redact: (text: string) => string;
    /** Milliseconds since the epoch. */
    now: number;
  },
): string | null {
  const { event_type, task_id, message, metadata } = event;
  const id = paint("bold", oneLine(redact(task_id), 128));
  const took = typeof metadata.duration_seconds === "number"
    ? formatDuration(metadata.duration_seconds * 1000)
    : null;
  const title = typeof metadata.title === "string" ? oneLine(redact(metadata.title), 80) : "";
  const why = oneLine(redact(message), mostCharacters).replace(/\.? Human review needed\.$/, "");
  switch (event_type) {
    case "task.completed": {
      const none = metadata.gates === 0 ? " (no gates)" : "";
      const done = paint("green", `completed${took === null ? "" : ` in ${took}`}${none}`);
      return [`${paint("green", marks.done)} ${id}`, done, title].filter(Boolean).join("  ");
    }
    case "task.failed":
    case "task.escalated": {
      const asks = asksPerson(metadata.outcome);
      const color = asks ? "yellow" : "red";
      const cancelled = metadata.outcome === "cancelled";
      const word = cancelled ? "cancelled" : event_type.slice("task.".length);
      const ended = paint(color, `${word}${took === null ? "" : ` after ${took}`}`);
      return `${paint(color, asks ? marks.asks : marks.failed)} ${id}  ${ended}  ${why}`;
    }
    case "task.retry.scheduled": {
      const next = Date.parse(String(metadata.not_before ?? ""));
      const wait = Number.isNaN(next) ? "" : ` in ${formatDuration(Math.max(0, next - now) + 999)}`;
      const reason = why.replace(/^Retry at \S+: /, "");
      const count = `attempt ${metadata.attempt}/${metadata.max_attempts}`;
      const again = paint("yellow", `${count}, again${wait}`);
      return `${paint("yellow", marks.retried)} ${id}  ${again}  ${reason}`;
    }
    default:
      return null;
  }
}
