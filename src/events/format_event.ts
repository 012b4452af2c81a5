/**
 * One event as a line for people.
 *
 * @module
 */
import { limitText } from "./limit_text.ts";
import type { Markup } from "./markup.ts";
import { discordMarkup } from "./neutralise_discord.ts";
import { plainLine } from "./plain_text.ts";

/** What the formatters read of an event; older ones lack metadata. */
export interface EventFacts {
  event_type: string;
  task_id: string;
  message?: string;
  timestamp?: string;
  metadata?: Record<string, unknown>;
}

/** How to format. */
export interface FormatOptions {
  /** Markup of the service; that of Discord otherwise. */
  markup?: Markup;
  /** How many earlier events of the task this line stands for too. */
  earlier?: number;
}

/** Longest task id that is shown, in UTF-16 units: as long as ids of tasks may be. */
const mostOfId = 128;

/** A line in its parts, not neutralised yet. */
interface Line {
  emoji: string;
  /** What happened to the task, in a word. */
  word: string;
  /** After the dash; nothing when empty. */
  text: string;
  /** In brackets at the end. */
  facts: string[];
}

/**
 * An event as one line, at most as long as the service takes (2000 characters for Discord);
 * a title or message that is too long ends with `…`. Task ids, titles and messages are
 * neutralised. What the metadata do not tell is left out.
 *
 * @returns Null for a type that is not told to people: only task.started, task.gated,
 * task.completed, task.failed and task.escalated are.
 *
 * @example
 * ```ts ignore
 * import { formatEvent } from "./format_event.ts";
 * formatEvent({
 *   event_type: "task.failed",
 *   task_id: "TASK-001",
 *   message: "Build error: exit code 1",
 *   metadata: { attempt: 2, max_attempts: 3 },
 * }); // ❌ **Task TASK-001 failed** — Build error: exit code 1 (attempt 2/3)
 * ```
 */
export function formatEvent(
  event: EventFacts,
  { markup = discordMarkup, earlier = 0 }: FormatOptions = {},
): string | null {
  const line = lineOf(event);
  if (line === null) return null;
  const { text, bold, most, size } = markup;
  const id = limitText(plainLine(textOf(event.task_id)), {
    most: mostOfId,
    size: (id) => id.length,
  });
  const head = `${line.emoji} ${bold(text(`Task ${id} ${line.word}`))}`;
  const facts = line.facts.length > 0 ? ` (${text(line.facts.join(", "))})` : "";
  const tail = `${facts}${earlier > 0 ? ` (+${earlier} earlier)` : ""}`;
  const said = plainLine(line.text);
  if (said === "") return `${head}${tail}`;
  const left = most - size(`${head} — ${tail}`);
  return `${head} — ${limitText(said, { most: left, size, render: text })}${tail}`;
}

/** Whether `formatEvent` has a line for events of this type. */
export function isFormatted(eventType: string): boolean {
  return lineOf({ event_type: eventType, task_id: "" }) !== null;
}

function lineOf(event: EventFacts): Line | null {
  const about = metadataOf(event);
  const message = textOf(event.message);
  switch (event.event_type) {
    case "task.completed": {
      const text = textOf(about.title) || message;
      const facts = [...attemptOf(about), ...durationOf(about)];
      return { emoji: "✅", word: "completed", text, facts };
    }
    case "task.failed":
      return { emoji: "❌", word: "failed", text: message, facts: attemptOf(about) };
    case "task.escalated":
      return { emoji: "🚨", word: "escalated", text: message, facts: [] };
    case "task.gated": {
      const text = about.gates === 0 ? "No gates to run" : "Quality gates running...";
      return { emoji: "🔍", word: "gated", text, facts: [] };
    }
    case "task.started":
      return { emoji: "⚙️", word: "started", text: workerOf(about), facts: [] };
    default:
      return null;
  }
}

/** Metadata of an event, empty when it has none. */
export function metadataOf({ metadata }: EventFacts): Record<string, unknown> {
  return typeof metadata === "object" && metadata !== null ? metadata : {};
}

/** A value when it is a text with something in it, else the empty text. */
export function textOf(value: unknown): string {
  return typeof value === "string" && value.trim() !== "" ? value : "";
}

function workerOf({ runtime, dispatch }: Record<string, unknown>): string {
  const [worker, how] = [textOf(runtime), textOf(dispatch)];
  return [worker && `Worker: ${worker}`, how && `dispatch: ${how}`].filter(Boolean).join(", ");
}

function attemptOf({ attempt, max_attempts: most }: Record<string, unknown>): string[] {
  if (!isCount(attempt)) return [];
  return [isCount(most) ? `attempt ${attempt}/${most}` : `attempt ${attempt}`];
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}

function durationOf({ duration_seconds: seconds }: Record<string, unknown>): string[] {
  if (typeof seconds !== "number" || !Number.isFinite(seconds) || seconds < 0) return [];
  return [formatDuration(seconds)];
}

/** A duration with its two largest units: `<1s`, `45s`, `2m 5s`, `1h 1m`, `3d 2h`. */
export function formatDuration(seconds: number): string {
  if (seconds > 0 && seconds < 1) return "<1s";
  const whole = Math.round(seconds);
  const units = [
    [Math.floor(whole / 86_400), "d"],
    [Math.floor(whole / 3600) % 24, "h"],
    [Math.floor(whole / 60) % 60, "m"],
    [whole % 60, "s"],
  ] as const;
  const first = units.findIndex(([count]) => count > 0);
  if (first < 0) return "0s";
  return units.slice(first, first + 2).filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`).join(" ");
}
