/**
 * What events say of their task.
 *
 * @module
 */
import { isRecord } from "../protocol/events.ts";
import type { Task } from "../protocol/generated/types.ts";
import type { Settings } from "../protocol/settings.ts";
import { isMacpAware, knownRuntime, type RawTask } from "../protocol/task.ts";

/** Members of a task's metadata that its events carry, for the doorbell's links. */
const carried = ["repo", "thread_id", "issue"];

/** Metadata of an event: the task, as known, and where its attempts stand. */
export function describeTask(
  task: Task,
  settings: Settings,
  count: { attempt: number; maxAttempts: number },
): Record<string, unknown> {
  return {
    attempt: count.attempt,
    max_attempts: count.maxAttempts,
    runtime: knownRuntime(task, settings),
    dispatch: isMacpAware(task) ? task.dispatch : "legacy",
    title: task.title,
    ...carriedMetadata(task),
  };
}

/**
 * What every event carries of its task, where the task has it: `repo`, `thread_id` and
 * `issue` of its metadata; its own `issue` goes before that.
 *
 * @param raw Task of the queue, not validated.
 */
export function carriedMetadata(raw: RawTask): Record<string, unknown> {
  if (!isRecord(raw)) return {};
  const { metadata, issue } = raw;
  const about = isRecord(metadata) ? metadata : {};
  const own = carried.filter((key) => (about[key] ?? null) !== null)
    .map((key) => [key, about[key]]);
  return { ...Object.fromEntries(own), ...(issue ? { issue } : {}) };
}
