/**
 * Which files go, by age, size and count. Pure.
 *
 * @module
 */

/** A file of a task. */
export interface TaskFile {
  path: string;
  /** Base name of the task's files. */
  task: string;
  /** Serial of its attempt; 0 for the result of the task. */
  serial: number;
  /** Bytes. */
  size: number;
  /** Milliseconds since the epoch. */
  mtimeMs: number;
}

/** What is kept; null is without limit. */
export interface Limits {
  days: number | null;
  /** All files together. */
  maxBytes?: number | null;
  maxCount?: number | null;
}

/** A file that goes, and why. */
export interface Removal {
  file: TaskFile;
  reason: "age" | "size" | "count";
}

/** Milliseconds of a day. */
export const dayMs = 86_400_000;

/**
 * Files that go: those that are too old, then the oldest until the others are few and small
 * enough. Protected ones count, but stay.
 */
export function planRemovals(
  files: readonly TaskFile[],
  limits: Limits,
  about: { now: number; isProtected: (file: TaskFile) => boolean },
): Removal[] {
  const { days, maxBytes = null, maxCount = null } = limits;
  const oldest = days === null ? -Infinity : about.now - days * dayMs;
  let bytes = files.reduce((sum, { size }) => sum + size, 0);
  let count = files.length;
  const removals: Removal[] = [];
  for (const file of [...files].sort(byAge)) {
    if (about.isProtected(file)) continue;
    const reason = file.mtimeMs < oldest
      ? "age"
      : maxCount !== null && count > maxCount
      ? "count"
      : maxBytes !== null && bytes > maxBytes
      ? "size"
      : null;
    if (reason === null) continue;
    removals.push({ file, reason });
    bytes -= file.size;
    count--;
  }
  return removals;
}

function byAge(a: TaskFile, b: TaskFile): number {
  return a.mtimeMs - b.mtimeMs || (a.task < b.task ? -1 : a.task > b.task ? 1 : 0) ||
    a.serial - b.serial;
}

/** Highest serial that goes of each task, by the base name of its files. */
export function highestSerials(removals: readonly Removal[]): Map<string, number> {
  const highest = new Map<string, number>();
  for (const { file: { task, serial } } of removals) {
    highest.set(task, Math.max(serial, highest.get(task) ?? 0));
  }
  return highest;
}
