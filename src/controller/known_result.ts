/**
 * @module
 */
import { taskNames } from "../protocol/names.ts";
import { resultPath } from "../dispatcher/result_paths.ts";
import { isRecord } from "../protocol/events.ts";
import type { TaskResult } from "../protocol/generated/types.ts";
import type { TaskNames } from "../protocol/names.ts";
import type { ControllerContext } from "./context.ts";
import { readResult } from "./previous_failure.ts";

/** The result of a task that is on disk, or null. */
export function knownResult(
  { store, settings, world: { files } }: ControllerContext,
  id: string,
  names: TaskNames,
): TaskResult | null {
  const raw = store.readQueue().find(id);
  const named = isRecord(raw) && typeof raw.result_path === "string" ? raw.result_path : undefined;
  return readResult(files, resultPath(store.paths, settings, names, named) ?? "");
}

/** The commit that the newest verdict on a task is of, or null where no result tells. */
export async function judgedCommit(
  context: ControllerContext,
  id: string,
): Promise<string | null> {
  return knownResult(context, id, await taskNames(id))?.metadata?.head_commit ?? null;
}
