/**
 * What events say of their task.
 *
 * @module
 */
import type { Task } from "../protocol/generated/types.ts";
import type { Settings } from "../protocol/settings.ts";
import { isMacpAware, runtimeOf } from "../protocol/task.ts";

/** Members of a task's metadata that its events carry, for the doorbell's links. */
const carried = ["repo", "thread_id"];

/** Metadata of an event: the task, as known, and where its attempts stand. */
export function describeTask(
  task: Task,
  settings: Settings,
  count: { attempt: number; maxAttempts: number },
): Record<string, unknown> {
  const own = carried.filter((key) => task.metadata?.[key] !== undefined)
    .map((key) => [key, task.metadata?.[key]]);
  return {
    attempt: count.attempt,
    max_attempts: count.maxAttempts,
    runtime: runtimeOf(task, settings),
    dispatch: isMacpAware(task) ? task.dispatch : "legacy",
    title: task.title,
    ...(task.issue ? { issue: task.issue } : {}),
    ...Object.fromEntries(own),
  };
}
