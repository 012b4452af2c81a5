/**
 * Events as lines.
 *
 * @module
 */
import type { TaskEvent } from "../protocol/generated/types.ts";
import { oneLine } from "../protocol/text.ts";
import type { Color, Output } from "./output.ts";

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
  { event_type: type, task_id, timestamp, message }: TaskEvent,
): string {
  const text = `${timestamp.slice(11, 19)}  ${task_id}  ${type}  ${oneLine(message, 200)}`;
  return output.paint(colors[type] ?? "dim", text);
}
