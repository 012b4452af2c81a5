/**
 * Files that retention leaves alone. Pure.
 *
 * @module
 */
import { join, normalize } from "@std/path";
import { isResultPath } from "../dispatcher/result_paths.ts";
import { isRecord } from "../protocol/events.ts";
import type { State } from "../protocol/generated/types.ts";
import { taskIdPattern } from "../protocol/names.ts";
import { dependenciesOf, idOf, type RawTask, statusOf } from "../protocol/task.ts";
import type { StorePaths } from "../store/paths.ts";
import type { Queue } from "../store/queue.ts";

/** What is left alone. */
export interface ProtectedFiles {
  /** Whether files with this base name belong to a task that is still needed. */
  isTask: (name: string) => boolean;
  /** Whether such a task names this path for its result. */
  isPath: (path: string) => boolean;
}

/** Base name of the files of a task whose id is no file name. */
const hashedName = /^task-[0-9a-f]{16}$/;

/**
 * Files of tasks that have not ended, and of those that such tasks depend on. Whatever
 * cannot be told counts as not ended.
 */
export function protectedFiles(
  queue: Queue,
  state: Pick<State, "running">,
  paths: Pick<StorePaths, "folder">,
): ProtectedFiles {
  const open = queue.tasks.filter((raw) => !hasEnded(raw));
  const needed = new Set([
    ...Object.keys(state.running),
    ...open.flatMap((raw) => [idOf(raw) ?? [], dependenciesOf(raw)].flat()),
  ]);
  const names = new Set([...needed].map((id) => id.toLowerCase()));
  const hashed = [...needed].some((id) => !taskIdPattern.test(id));
  const named = [...needed].flatMap((id) => resultPathOf(queue.find(id)) ?? [])
    .map((path) => join(paths.folder, path).toLowerCase());
  return {
    isTask: (name) => names.has(name.toLowerCase()) || (hashed && hashedName.test(name)),
    isPath: (path) => named.includes(path.toLowerCase()),
  };
}

function hasEnded(raw: RawTask): boolean {
  const status = statusOf(raw);
  return status === "completed" || status === "failed";
}

function resultPathOf(raw: RawTask): string | null {
  const named = isRecord(raw) ? raw.result_path : null;
  return typeof named === "string" && isResultPath(named) ? normalize(named) : null;
}
