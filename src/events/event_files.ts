/**
 * The event file and those that it was rotated into: `events.<time>.ndjson` beside it.
 *
 * @module
 */
import { basename, dirname, join } from "@std/path";
import { reach } from "../sys/fail_points.ts";
import type { Files } from "../sys/files.ts";
import { readLines } from "./event_log.ts";

/** A file that the event file was rotated into. */
export interface RotatedFile {
  path: string;
  /** When it was rotated, milliseconds since the epoch: no event in it is newer. */
  endedAt: number;
  /** Bytes. */
  size: number;
}

/** Rotated files beside the event file, oldest first. Links and other names are passed over. */
export function rotatedFiles(files: Files, eventsPath: string): RotatedFile[] {
  const folder = dirname(eventsPath);
  return files.list(folder).flatMap((name) => {
    const endedAt = rotationTime(name);
    const stat = endedAt === null ? null : files.lstat(join(folder, name));
    if (endedAt === null || stat?.kind !== "file") return [];
    return [{ path: join(folder, name), endedAt, size: stat.size }];
  }).sort((a, b) => a.endedAt - b.endedAt);
}

/** Name of a file that is rotated at `now`, later than all others. */
export function rotatedName(now: number, others: readonly RotatedFile[]): string {
  const time = Math.max(now, (others.at(-1)?.endedAt ?? 0) + 1);
  return `events.${new Date(time).toISOString().replaceAll(/[-:.]/g, "")}.ndjson`;
}

/** Time in the name of a rotated file, or null when it is none. */
function rotationTime(name: string): number | null {
  const [, date, time] = /^events\.(\d{8})T(\d{9})Z\.ndjson$/.exec(name) ?? [];
  if (!date || !time) return null;
  const iso = `${date.replace(/(....)(..)(..)/, "$1-$2-$3")}T` +
    time.replace(/(..)(..)(..)(...)/, "$1:$2:$3.$4Z");
  const parsed = Date.parse(iso);
  return Number.isNaN(parsed) ? null : parsed;
}

/**
 * Moves the event file away under the name of this moment; to be called under the lock of
 * the queue, with no event on its way.
 *
 * @param size Bytes that everyone has read. A file of another size stays.
 * @returns The new path, or null when the file was written to meanwhile.
 */
export function rotateEvents(
  files: Files,
  eventsPath: string,
  { size, now }: { size: number; now: number },
): string | null {
  const stat = files.lstat(eventsPath);
  if (stat?.kind !== "file" || stat.size !== size) return null;
  const path = join(dirname(eventsPath), rotatedName(now, rotatedFiles(files, eventsPath)));
  reach("rotation.begun");
  files.rename(eventsPath, path);
  reach("rotation.done");
  // A writer that takes no lock may have added a line that nobody has read.
  if (files.lstat(path)?.size !== size && files.lstat(eventsPath) === null) {
    files.rename(path, eventsPath);
    return null;
  }
  files.syncFolder(dirname(eventsPath));
  return path;
}

/**
 * Lines of the rotated files and then of the event file, each with the file that it stands
 * in; as `readLines` gives them.
 *
 * @param since Milliseconds since the epoch; files that are older altogether are not read.
 */
export function* readAllLines(
  files: Files,
  eventsPath: string,
  { wanted, since }: { wanted: string; since: number },
): Generator<{ file: string; line: string }> {
  const read = new Set<string>();
  for (let more = true; more;) {
    // Asked again afterwards: the event file may be rotated meanwhile.
    const found = rotatedFiles(files, eventsPath)
      .filter(({ path, endedAt }) => endedAt >= since && !read.has(basename(path)));
    more = found.length > 0;
    for (const { path } of found) {
      read.add(basename(path));
      for (const line of readLines(files, path, wanted)) yield { file: path, line };
    }
  }
  for (const line of readLines(files, eventsPath, wanted)) yield { file: eventsPath, line };
}
