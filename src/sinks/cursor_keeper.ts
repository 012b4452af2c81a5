/**
 * The cursors of the sinks that one process serves.
 *
 * @module
 */
import type { CursorFile, Cursors, SinkCursor } from "../protocol/generated/types.ts";
import { reach } from "../sys/fail_points.ts";
import type { FileStat } from "../sys/files.ts";
import type { World } from "../sys/world.ts";
import type { TailPosition } from "../events/tail_position.ts";
import {
  admitSinks,
  cursorOf,
  readCursors,
  startOf,
  updateCursors,
  withCursors,
} from "./cursor_file.ts";

/** Least milliseconds between two writes. */
const betweenMs = 50;
/** The same as a multiple of how long a write takes: a large file is written less often. */
const betweenWrites = 10;

/** What the keeper needs of the outside. */
export type KeeperWorld = Pick<World, "files" | "clock" | "uuid">;

/** Reads the cursor file when it changed, and writes what several sinks save in one go. */
export class CursorKeeper {
  readonly #world: KeeperWorld;
  readonly #path: string;
  #known: { stat: FileStat; document: CursorFile } | null = null;
  #waiting = new Map<string, SinkCursor>();
  #next: Promise<void> | null = null;
  #last: Promise<void> = Promise.resolve();
  /** Not before, on the clock that never jumps. */
  #nextAt = -Infinity;

  /** @param path `event_cursor.json`. */
  constructor(world: KeeperWorld, path: string) {
    this.#world = world;
    this.#path = path;
  }

  /** The cursor of a sink as the file has it now, or null. Throws as `readCursors`. */
  cursor(name: string): SinkCursor | null {
    return cursorOf(this.#document(), name);
  }

  /**
   * Gives each of the sinks a cursor that has none, as `admitSinks` does.
   *
   * @param end Asked for the end of the event file when one is missing.
   * @returns Names of those that begin at the end, behind events that were there before.
   */
  async admit(
    names: readonly string[],
    end: () => Promise<TailPosition>,
  ): Promise<readonly string[]> {
    const document = this.#document();
    if (names.every((name) => cursorOf(document, name) !== null)) return [];
    const position = await end();
    const isBehindEvents = position.offset > 0 || (position.previous_file ?? "") !== "";
    let late: readonly string[] = [];
    await this.#update((now) => {
      const isLate = isBehindEvents && startOf(now, position) === position;
      late = isLate ? names.filter((name) => cursorOf(now, name) === null) : [];
      return admitSinks(now, names, position);
    });
    return late;
  }

  /**
   * Writes the cursor of a sink, durably, together with those that others save at about the
   * same time. Throws as `updateCursors`.
   */
  save(name: string, cursor: SinkCursor): Promise<void> {
    this.#waiting.set(name, cursor);
    if (this.#next !== null) return this.#next;
    const next = this.#last.then(() => this.#write());
    this.#next = next;
    this.#last = next.catch(() => {});
    return next;
  }

  async #write(): Promise<void> {
    const { clock } = this.#world;
    const rest = this.#nextAt - clock.elapsed();
    if (rest > 0) await clock.sleep(rest);
    this.#next = null;
    const waiting = this.#waiting;
    this.#waiting = new Map();
    // Not before the lock: waiting for it, and for others of this process, is no work.
    let start: number | null = null;
    await this.#update((document) => {
      start = clock.elapsed();
      return withCursors(document, waiting);
    });
    reach("cursor.written");
    const end = clock.elapsed();
    this.#nextAt = end + Math.max(betweenMs, betweenWrites * (end - (start ?? end)));
  }

  async #update(change: (document: CursorFile | null) => Cursors): Promise<void> {
    await updateCursors(this.#world, this.#path, change, {
      read: () => this.#document(),
      wrote: (document) => this.#remember(document),
    });
  }

  #document(): CursorFile | null {
    const stat = this.#world.files.stat(this.#path);
    const known = this.#known;
    if (known !== null && stat !== null && isSameFile(known.stat, stat)) return known.document;
    const document = readCursors(this.#world.files, this.#path);
    this.#known = stat === null || document === null ? null : { stat, document };
    return document;
  }

  #remember(document: Cursors): void {
    const stat = this.#world.files.stat(this.#path);
    this.#known = stat === null ? null : { stat, document };
  }
}

function isSameFile(a: FileStat, b: FileStat): boolean {
  return a.inode === b.inode && a.device === b.device && a.size === b.size &&
    a.mtimeMs === b.mtimeMs;
}
