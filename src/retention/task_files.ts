/**
 * The files that attempts leave, by task and serial: listed, and removed.
 *
 * @module
 */
import { join, relative } from "@std/path";
import type { Files } from "../sys/files.ts";
import { highestSerials, type Removal, type TaskFile } from "./plan_retention.ts";

/** A file name of a task: what `taskNames` gives. */
const taskName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/**
 * Whether a folder is really there below `root`, and neither it nor one above it is a link:
 * what is below it lies below `root` then.
 */
export function isOwnFolder(files: Files, root: string, folder: string): boolean {
  if (files.lstat(folder)?.kind !== "folder") return false;
  return files.realPath(folder) === join(files.realPath(root), relative(root, folder));
}

/** Files `<folder>/<task>/<serial><suffix>`; links and other names are passed over. */
export function attemptFiles(files: Files, folder: string, suffix: string): TaskFile[] {
  return files.list(folder).flatMap((task) => {
    const own = join(folder, task);
    if (!taskName.test(task) || files.lstat(own)?.kind !== "folder") return [];
    return files.list(own).flatMap((name) => {
      const serial = serialOf(name, suffix);
      return serial === null ? [] : taskFile(files, join(own, name), task, serial);
    });
  });
}

/** Files `<folder>/<task>.json`. */
export function resultFiles(files: Files, folder: string): TaskFile[] {
  return files.list(folder).flatMap((name) => {
    const task = name.replace(/\.json$/, "");
    if (task === name || !taskName.test(task)) return [];
    return taskFile(files, join(folder, name), task, 0);
  });
}

function taskFile(files: Files, path: string, task: string, serial: number): TaskFile[] {
  const stat = files.lstat(path);
  if (stat?.kind !== "file") return [];
  return [{ path, task, serial, size: stat.size, mtimeMs: stat.mtimeMs }];
}

function serialOf(name: string, suffix: string): number | null {
  if (!name.endsWith(suffix)) return null;
  const digits = name.slice(0, -suffix.length);
  return /^[1-9]\d{0,8}$/.test(digits) ? Number(digits) : null;
}

/**
 * Removes files of attempts. An empty file `<serial>.pruned` stays in the place of the
 * newest that went, so that its serial is never given again.
 */
export function removeAttemptFiles(
  files: Files,
  folder: string,
  removals: readonly Removal[],
): void {
  for (const [task, serial] of highestSerials(removals)) {
    const own = join(folder, task);
    const before = prunedSerial(files, own);
    if (serial <= before) continue;
    files.open(join(own, `${serial}.pruned`), { write: true, create: true }).close();
    if (before > 0) files.remove(join(own, `${before}.pruned`));
  }
  for (const { file } of removals) files.remove(file.path);
}

/** Highest serial of a task's folder that retention removed; 0 when it removed none. */
export function prunedSerial(files: Files, folder: string): number {
  const serials = files.list(folder).map((name) => serialOf(name, ".pruned") ?? 0);
  return Math.max(0, ...serials);
}
