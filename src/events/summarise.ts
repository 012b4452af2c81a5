/**
 * What many events say together.
 *
 * @module
 */
import { isRecord } from "../protocol/events.ts";
import { type EventFacts, isFormatted, metadataOf, textOf } from "./format_event.ts";

/** How a task stands. */
export type TaskState = "escalated" | "failed" | "completed" | "running" | "waiting";

/** A task after the events. */
export interface TaskSummary {
  id: string;
  state: TaskState;
  /** The event that tells it best: the newest that people are told of. */
  event: EventFacts;
}

/** What the events say together. */
export interface Summary {
  /** Number of events. */
  events: number;
  /** In the order in which they were first heard of. */
  tasks: TaskSummary[];
  /** Number of tasks that landed. */
  landed: number;
  /** Number of times that a task was queued again. */
  retries: number;
  /** Number of gates that were not green. */
  redGates: number;
  /** Time of the first and of the last event, milliseconds since the epoch; null: unknown. */
  from: number | null;
  to: number | null;
}

const stateAfter: ReadonlyMap<string, TaskState> = new Map([
  ["task.assigned", "running"],
  ["task.started", "running"],
  ["task.gated", "running"],
  ["rail.check.started", "running"],
  ["rail.check.passed", "running"],
  ["rail.check.failed", "running"],
  ["task.retry.scheduled", "waiting"],
  ["task.completed", "completed"],
  ["task.failed", "failed"],
  ["task.escalated", "escalated"],
]);

/** Sums up events, given in the order of the event file. Keeps one event a task. */
export function summarise(events: Iterable<EventFacts>): Summary {
  const tasks = new Map<string, TaskSummary>();
  const landed = new Set<string>();
  const sum = { events: 0, retries: 0, redGates: 0 };
  let [from, to] = [Infinity, -Infinity];
  for (const event of events) {
    sum.events++;
    if (event.event_type === "task.retry.scheduled") sum.retries++;
    if (event.event_type === "rail.check.failed") sum.redGates++;
    if (isRecord(metadataOf(event).landed)) landed.add(event.task_id);
    const time = Date.parse(textOf(event.timestamp));
    if (!Number.isNaN(time)) [from, to] = [Math.min(from, time), Math.max(to, time)];
    const task = nextSummary(tasks.get(event.task_id), event);
    if (task) tasks.set(event.task_id, task);
  }
  const known = from <= to;
  return {
    ...sum,
    tasks: [...tasks.values()],
    landed: landed.size,
    from: known ? from : null,
    to: known ? to : null,
  };
}

/** How a task stands after one more event; undefined while nothing is known of it. */
function nextSummary(before: TaskSummary | undefined, event: EventFacts): TaskSummary | undefined {
  const state = stateAfter.get(event.event_type);
  // Progress says nothing of how the task stands: a landing follows its end.
  if (state === undefined) return before;
  const tells = before?.state !== state || isFormatted(event.event_type) ||
    !isFormatted(before.event.event_type);
  return { id: event.task_id, state, event: tells ? event : before.event };
}
