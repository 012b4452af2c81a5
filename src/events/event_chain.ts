/**
 * The event file and those that it was moved to, in the order in which they were written.
 *
 * @module
 */
import { basename, dirname, join } from "@std/path";
import { notAFile } from "../protocol/not_a_file.ts";
import type { Files, FileStat, OpenFile } from "../sys/files.ts";
import type { TailPosition } from "./tail_position.ts";
import { rotatedFiles } from "./event_files.ts";

/** A file of events that is open. */
export interface OpenEvents {
  file: OpenFile;
  /** As it was right after opening. */
  stat: FileStat;
  path: string;
  /** Name of the newest rotated file that was written before it; empty when none is known. */
  previous: string;
}

/** The files of events of one repository. */
export class EventChain {
  readonly #files: Files;
  readonly path: string;

  /** @param path The event file, which may not exist yet. */
  constructor(files: Files, path: string) {
    this.#files = files;
    this.path = path;
  }

  /** Name of the newest rotated file; empty when there is none. */
  newest(): string {
    return this.#rotated().at(-1) ?? "";
  }

  /** The event file; null when there is none. Throws `MacpError` when it is no file. */
  openLive(): OpenEvents | null {
    const opened = this.#open(this.path);
    return opened && { ...opened, previous: this.newest() };
  }

  /** The file with this inode, under whatever name; null when it is gone. */
  find(inode: number, previous: string): OpenEvents | null {
    const live = this.#open(this.path);
    if (live?.stat.inode === inode) return { ...live, previous };
    live?.file.close();
    const folder = dirname(this.path);
    const stem = basename(this.path).replace(/[^.]*$/, "");
    for (const name of this.#files.list(folder)) {
      const path = join(folder, name);
      if (!name.startsWith(stem) || path === this.path) continue;
      const stat = this.#files.lstat(path);
      if (stat?.kind !== "file" || stat.inode !== inode) continue;
      const opened = this.#open(path);
      if (opened?.stat.inode === inode) return { ...opened, previous };
      opened?.file.close();
    }
    return null;
  }

  /** The oldest file that was written after the rotated file of this name; null when none is. */
  openAfter(name: string): OpenEvents | null {
    // Opened before the names are read: a rotation in between is seen in the names.
    const live = this.#open(this.path);
    for (const next of this.#rotated().filter((other) => other > name)) {
      const opened = this.#open(join(dirname(this.path), next));
      if (opened === null) continue;
      live?.file.close();
      return { ...opened, previous: name };
    }
    return live && { ...live, previous: name };
  }

  /** The file that was written after an open one; null when that is the event file itself. */
  openSuccessor({ path, previous }: OpenEvents): OpenEvents | null {
    if (path === this.path) return null;
    const name = basename(path);
    return this.openAfter(this.#rotated().includes(name) ? name : previous);
  }

  /** Name of the newest rotated file in which nothing is as new as `time`; empty for none. */
  newestBefore(time: number): string {
    const older = rotatedFiles(this.#files, this.path).filter(({ endedAt }) => endedAt < time);
    return basename(older.at(-1)?.path ?? "");
  }

  /** Bytes behind a place in these files, by their names and sizes alone. */
  bytesAfter({ inode, offset, previous_file: previous }: TailPosition): number {
    const paths = this.#rotated().map((name) => join(dirname(this.path), name));
    const files = [...paths, this.path].flatMap((path) => {
      const stat = this.#files.stat(path);
      return stat === null ? [] : [{ path, size: stat.size, inode: stat.inode }];
    });
    // Without an inode it is the place in the event file that the older implementation kept.
    const own = inode !== 0
      ? files.findLastIndex((file) => file.inode === inode)
      : files.findIndex(({ path }) => offset > 0 && path === this.path);
    const isLater = ({ path }: { path: string }) =>
      path === this.path || (previous !== undefined && basename(path) > previous);
    const later = own >= 0 ? files.slice(own + 1) : files.filter(isLater);
    const size = files[own]?.size ?? 0;
    // Shorter than what was read: it was cut, and is read anew.
    const left = size >= offset ? size - offset : size;
    return later.reduce((sum, file) => sum + file.size, own >= 0 ? left : 0);
  }

  /** Names of the rotated files, oldest first: their order is that of the alphabet too. */
  #rotated(): string[] {
    return rotatedFiles(this.#files, this.path).map(({ path }) => basename(path));
  }

  #open(path: string): Omit<OpenEvents, "previous"> | null {
    const kind = this.#files.stat(path)?.kind;
    if (kind === undefined) return null;
    if (kind !== "file") throw notAFile(path, kind);
    try {
      const file = this.#files.open(path, { read: true });
      try {
        return { file, stat: file.stat(), path };
      } catch (error) {
        file.close();
        throw error;
      }
    } catch (error) {
      if (this.#files.stat(path) === null) return null; // Moved away in between.
      throw error;
    }
  }
}
