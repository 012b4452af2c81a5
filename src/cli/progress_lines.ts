/**
 * What a run shows in whole lines: for a pipe, for programs, and for who wants it so.
 *
 * @module
 */
import type { TaskEvent } from "../protocol/generated/types.ts";
import { asksPerson } from "../protocol/outcomes.ts";
import { oneLine, printable } from "../protocol/text.ts";
import type { Invocation } from "./command.ts";
import type { Color, Output } from "./output.ts";

/** Longest message. */
const mostCharacters = 300;

/** Shows the progress of a run. */
export interface Progress {
  event: (event: TaskEvent) => void;
  note: (text: string) => void;
  /** Takes away what is drawn anew. */
  end: () => Promise<void> | void;
}

const colors: Partial<Record<TaskEvent["event_type"], Color>> = {
  "task.completed": "green",
  "task.failed": "red",
  "task.escalated": "red",
  "task.retry.scheduled": "yellow",
  "rail.check.passed": "green",
  "rail.check.failed": "red",
};

/** An event as a line of its own. */
export function eventLine(
  output: Output,
  { event_type: type, task_id, timestamp, message, metadata }: TaskEvent,
): string {
  const asks = type === "task.escalated" && asksPerson(metadata?.outcome);
  const said = `${asks ? "? " : ""}${oneLine(message, mostCharacters)}`;
  const text = `${timestamp.slice(11, 19)}  ${task_id}  ${type}  ${said}`;
  return output.paint(asks ? "yellow" : colors[type] ?? "dim", text);
}

/** Shows each event in a line of its own, in a terminal too. */
export function lineProgress({ output, terminal }: Invocation): Progress {
  if (output.options.json) {
    return {
      event: (event) => output.jsonLine(event),
      note: (text) => terminal.writeError(`${printable(output.options.redaction.text(text))}\n`),
      end: () => {},
    };
  }
  return {
    event: (event) => output.note(eventLine(output, event)),
    note: (text) => output.note(text),
    end: () => {},
  };
}
