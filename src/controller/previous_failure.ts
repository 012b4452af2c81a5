/**
 * What went wrong before, for the next attempt.
 *
 * @module
 */
import { dirname, join } from "@std/path";
import { attemptResultPath, resultPath } from "../dispatcher/result_paths.ts";
import { isRecord } from "../protocol/events.ts";
import type { Task, TaskResult } from "../protocol/generated/types.ts";
import { validateResult } from "../protocol/generated/validators.js";
import type { TaskNames } from "../protocol/names.ts";
import { parseJson, readText } from "../store/read_json.ts";
import type { Files } from "../sys/files.ts";
import type { ControllerContext } from "./context.ts";

/** Outcomes that say nothing of the work. */
const silent: readonly unknown[] = [
  "completed",
  "interrupted",
  "rate_limited",
  "cancelled",
  "baseline_red",
];

/**
 * Moves the result of an earlier run of the task to those of its attempts, so that
 * nobody takes it for that of this attempt.
 *
 * @returns It, or null where there is none that can be read.
 */
export function retireResult(
  { world: { files }, store: { paths }, settings }: ControllerContext,
  task: Pick<Task, "id" | "result_path">,
  names: TaskNames,
  serial: number,
): TaskResult | null {
  const isFile = (path: string | null) => path !== null && files.lstat(path)?.kind === "file";
  const named = resultPath(paths, settings, names, task.result_path);
  // It stands in the usual place where its own was unknown, as the task was gone, or of no use.
  const path = isFile(named) ? named : resultPath(paths, settings, names, undefined);
  if (path === null || !isFile(path)) return null;
  const result = readResult(files, path);
  if (path !== named && result?.task_id !== task.id) return null;
  const known = result?.metadata?.attempt_serial;
  if (known === serial) return null;
  const target = attemptResultPath(paths, settings, names, known ?? serial - 1);
  files.makeFolder(dirname(target));
  files.rename(path, target);
  return result;
}

/** Result of the newest attempt that failed, or null. */
export function previousFailure(
  { world: { files }, store: { paths }, settings }: ControllerContext,
  names: TaskNames,
): TaskResult | null {
  const folder = dirname(attemptResultPath(paths, settings, names, 1));
  const serials = files.list(folder).map((name) => Number.parseInt(name, 10))
    .filter((serial) => serial > 0).sort((a, b) => b - a);
  for (const serial of serials) {
    const result = readResult(files, join(folder, `${serial}.json`));
    if (result && !silent.includes(result.metadata?.outcome)) return result;
  }
  return null;
}

/** A result, or null when the file holds none. */
export function readResult(files: Files, path: string): TaskResult | null {
  try {
    const value = parseJson(readText(files, path) ?? "", path);
    return isRecord(value) && validateResult(value) ? value as TaskResult : null;
  } catch {
    return null;
  }
}
