/**
 * @module
 */
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
