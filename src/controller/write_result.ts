/**
 * Where the result of an attempt is written.
 *
 * @module
 */
import { attemptResultPath, resultPath } from "../dispatcher/result_paths.ts";
import { isBelow, realPathOf } from "../sys/real_path.ts";
import { messageOf } from "../protocol/errors.ts";
import { isRecord } from "../protocol/events.ts";
import type { TaskResult } from "../protocol/generated/types.ts";
import type { TaskNames } from "../protocol/names.ts";
import { atomicWriteJson } from "../store/atomic_write.ts";
import type { ControllerContext } from "./context.ts";

/** Writes the result of an attempt that is retried. */
export function writeAttemptResult(
  { world, store, settings }: ControllerContext,
  names: TaskNames,
  serial: number,
  result: TaskResult,
): void {
  atomicWriteJson(world, attemptResultPath(store.paths, settings, names, serial), result);
}

/**
 * Writes the result of a task that ended to its `result_path`, or else to its usual
 * place, with a warning when the former cannot be used. What stands there in the way never stops the queue.
 */
export function writeTaskResult(
  { world, store, settings, redactor, onNote }: ControllerContext,
  id: string,
  names: TaskNames,
  result: TaskResult,
): void {
  const { paths } = store;
  const raw = store.readQueue().find(id);
  const named = isRecord(raw) && typeof raw.result_path === "string" ? raw.result_path : undefined;
  const usual = resultPath(paths, settings, names, undefined) ?? "";
  const serial = result.metadata?.attempt_serial ?? 0;
  try {
    const path = named === undefined ? usual : resultPath(paths, settings, names, named);
    const folder = world.files.realPath(paths.folder);
    if (path === null || !isBelow(realPathOf(world.files, path), folder)) {
      throw new Error("it must name a .json file of its own inside .mosaic/orchestrator");
    }
    atomicWriteJson(world, path, result);
  } catch (error) {
    const metadata = result.metadata ??= {};
    const warning = redactor.text(
      `${named ?? usual} was not used for the result: ${messageOf(error)}`,
    );
    metadata.warnings = [...metadata.warnings ?? [], warning];
    const other = named === undefined ? attemptResultPath(paths, settings, names, serial) : usual;
    onNote(`${id}: ${warning}; see ${other}`);
    atomicWriteJson(world, other, result);
  }
}
