/**
 * Files of tasks that the queue does not hold. It may only have lost them for a while, as
 * by `git stash` or `git reset`: they stay until they can be nobody's evidence any more.
 *
 * @module
 */
import { join } from "@std/path";
import { isRecord } from "../protocol/events.ts";
import { readText } from "../store/read_json.ts";
import type { Files } from "../sys/files.ts";
import { dayMs, type TaskFile } from "./plan_retention.ts";

/** How much longer they stay than those of tasks that the queue holds. */
const patience = 2;

/**
 * Tells whether a file of a task that the queue does not hold may go: its result says that
 * the task ended, and the file is older than twice the limit.
 *
 * @param results Folder of the results.
 */
export function forgottenTasks(
  files: Files,
  results: string,
  now: number,
): (file: TaskFile, days: number | null) => boolean {
  const ended = new Map<string, boolean>();
  const hasEnded = (task: string) => {
    const known = ended.get(task) ?? saysEnded(files, join(results, `${task}.json`));
    ended.set(task, known);
    return known;
  };
  return ({ task, mtimeMs }, days) =>
    days !== null && mtimeMs < now - patience * days * dayMs && hasEnded(task);
}

/** Whether a result says that nothing is to be done for its task any more. */
function saysEnded(files: Files, path: string): boolean {
  if (files.lstat(path)?.kind !== "file") return false;
  try {
    const result: unknown = JSON.parse(readText(files, path) ?? "");
    return isRecord(result) && (result.status === "completed" || result.status === "failed");
  } catch {
    return false;
  }
}
