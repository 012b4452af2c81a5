/**
 * A task that the queue calls completed while its own result does not. Pure.
 *
 * @module
 */
import type { TaskResult } from "./generated/types.ts";
import { type RawTask, statusOf } from "./task.ts";

/**
 * What queue and result of a task say, in a sentence, where the queue says completed and the
 * result does not; null otherwise. The result is on disk before the queue says so, and stays:
 * something else than macp wrote one of the two.
 */
export function describeContradiction(
  raw: RawTask,
  { status, metadata }: Pick<TaskResult, "status" | "metadata">,
): string | null {
  if (statusOf(raw) !== "completed" || status === "completed") return null;
  const outcome = metadata?.outcome;
  const said = outcome === undefined ? status : `${status} (${outcome})`;
  return `tasks.json says completed, its result says ${said}`;
}
