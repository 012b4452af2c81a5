/**
 * Where results are written, always inside `.mosaic/orchestrator/`.
 *
 * @module
 */
import { isAbsolute, join, normalize } from "@std/path";
import { MacpError } from "../protocol/errors.ts";
import type { TaskNames } from "../protocol/names.ts";
import type { Settings } from "../protocol/settings.ts";
import type { StorePaths } from "../store/paths.ts";

/** Names below `.mosaic/orchestrator/` that no result may replace or stand below. */
const reserved =
  /^(\.|\.\..*|(config|tasks|state|event_cursor)\.json|events\.ndjson|.*\.lock|\.gitignore|logs|attempts|handover)$/;

/** Folder of the results. Throws `MacpError` when it lies outside. */
export function resultsFolder(paths: StorePaths, settings: Settings): string {
  const folder = normalize(join(paths.repository, settings.macp.result_dir));
  if (folder.startsWith(`${paths.folder}/`)) return folder;
  throw new MacpError(
    "usage",
    `Cannot use macp.result_dir as it lies outside .mosaic/orchestrator: ${settings.macp.result_dir}`,
    { code: "result_dir_outside", hints: ["The default is .mosaic/orchestrator/results"] },
  );
}

/** Folder of the results of attempts that were retried. */
export function attemptResultsFolder(paths: StorePaths, settings: Settings): string {
  return join(resultsFolder(paths, settings), "attempts");
}

/** Path of one attempt's result. */
export function attemptResultPath(
  paths: StorePaths,
  settings: Settings,
  names: TaskNames,
  serial: number,
): string {
  return join(attemptResultsFolder(paths, settings), names.file, `${serial}.json`);
}

/**
 * Path of a task's result: `result_path`, relative to `.mosaic/orchestrator/`, or
 * `<result_dir>/<id>.json`. Null when `result_path` leaves the folder, names a file of the
 * state, or does not end in `.json`.
 */
export function resultPath(
  paths: StorePaths,
  settings: Settings,
  names: TaskNames,
  named: string | undefined,
): string | null {
  if (named === undefined) return join(resultsFolder(paths, settings), `${names.file}.json`);
  return isResultPath(named) ? join(paths.folder, normalize(named)) : null;
}

/** Whether a `result_path` stays inside the folder and names no file of the state. */
export function isResultPath(named: string): boolean {
  // No name of a file holds it, and no system call takes it.
  if (named.includes("\0")) return false;
  const relative = normalize(named);
  const [first = "."] = relative.split("/");
  return relative.endsWith(".json") && !isAbsolute(relative) && !reserved.test(first);
}
