/**
 * What became of the queue behind macp's back: tasks that vanished before they had ended, which
 * never run, and tasks that run again.
 *
 * @module
 */
import type { Task, TaskResult, Verdict } from "../protocol/generated/types.ts";
import { isTerminal } from "../protocol/outcomes.ts";
import { statusOf } from "../protocol/task.ts";
import { firstOf, oneLine } from "../protocol/text.ts";
import type { Store } from "../store/store.ts";

/**
 * Ids of those that this process or the ledger saw.
 *
 * @param since Only those that were missed since then, in milliseconds since the epoch.
 */
export function vanishedTasks({ vanished }: Pick<Store, "vanished">, since = 0): string[] {
  return [...vanished].filter(([, { raw, at }]) => {
    const status = statusOf(raw);
    return at >= since && (status === null || !isTerminal(status));
  }).map(([id]) => id);
}

/** What is told of them, with what to do. */
export function describeVanished(ids: readonly string[]): string {
  const named = firstOf(ids.map((id) => oneLine(id, 100)), 5);
  return `Gone from tasks.json before they ended: ${named}. Whoever did not mean it submits ` +
    "them again, or puts the file back; git is best told to ignore it";
}

/** What is told of a task that was put back. */
export const ownPutBack = "The task was gone from tasks.json while it ran, and was put back";

/**
 * What is told of a task that completed, or whose attempt was lost, and that runs again although
 * nobody asked for it, or null: a queue that is older than the task's last result was put in place.
 */
export function describeRunAgain(
  { last_attempt: last = 0 }: Pick<Task, "last_attempt">,
  before: TaskResult | null,
): string | null {
  const serial = before?.metadata?.attempt_serial ?? 0;
  const ended = before?.status === "completed"
    ? "completed the task"
    : before?.metadata?.outcome === "worker_lost"
    ? "was lost"
    : null;
  if (ended === null || serial <= last) return null;
  return `Attempt ${serial} ${ended}, of which tasks.json says nothing: an older ` +
    "file was put in its place, and the task runs again";
}

/** A verdict that tells what became of the queue. */
export function tellQueue(verdict: Verdict, told: readonly string[]): Verdict {
  if (told.length === 0) return verdict;
  const { result } = verdict;
  const warnings = [...result.metadata?.warnings ?? [], ...told];
  return { ...verdict, result: { ...result, metadata: { ...result.metadata, warnings } } };
}
