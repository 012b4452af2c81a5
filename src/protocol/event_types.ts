/**
 * The types of events that macp writes.
 *
 * @module
 */
import type { TaskEvent } from "./generated/types.ts";

/** All of them; other programs may write others. */
export const eventTypes: readonly TaskEvent["event_type"][] = [
  "task.assigned",
  "task.started",
  "task.progress",
  "task.gated",
  "task.completed",
  "task.failed",
  "task.escalated",
  "task.retry.scheduled",
  "rail.check.started",
  "rail.check.passed",
  "rail.check.failed",
];
