/**
 * The cursors of the sinks that one process serves.
 *
 * @module
 */
import type { CursorFile, SinkCursor } from "../protocol/generated/types.ts";
import type { FileStat } from "../sys/files.ts";
import type { World } from "../sys/world.ts";
import type { TailPosition } from "../events/tail_position.ts";
import { admitSinks, cursorOf, readCursors, updateCursors, withCursor } from "./cursor_file.ts";

/** Reads the cursor file when it changed, and writes what several sinks save in one go. */
export class CursorKeeper {
  readonly #world: Pick<World, "files" | "uuid">;
  readonly #path: string;
  #read: { stat: FileStat | null; document: CursorFile | null } | null = null;
  #waiting = new Map<string, SinkCursor>();
  #next: Promise<void> | null = null;
  #last: Promise<void> = Promise.resolve();

  /** @param path `event_cursor.json`. */
  constructor(world: Pick<World, "files" | "uuid">, path: string) {
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
   */
  async admit(names: readonly string[], end: () => Promise<TailPosition>): Promise<void> {
    const document = this.#document();
    if (names.every((name) => cursorOf(document, name) !== null)) return;
    const position = await end();
    await updateCursors(this.#world, this.#path, (now) => admitSinks(now, names, position));
  }

  /** Writes the cursor of a sink, durably. Throws as `updateCursors`. */
  save(name: string, cursor: SinkCursor): Promise<void> {
    this.#waiting.set(name, cursor);
    if (this.#next !== null) return this.#next;
    const next = this.#last.then(() => this.#write());
    this.#next = next;
    this.#last = next.catch(() => {});
    return next;
  }

  async #write(): Promise<void> {
    this.#next = null;
    const waiting = [...this.#waiting];
    this.#waiting = new Map();
    await updateCursors(
      this.#world,
      this.#path,
      (document) =>
        waiting.reduce<CursorFile | null>(
          (whole, [name, cursor]) => withCursor(whole, name, cursor),
          document,
        ) as ReturnType<typeof withCursor>,
    );
  }

  #document(): CursorFile | null {
    const stat = this.#world.files.stat(this.#path);
    const known = this.#read;
    if (known !== null && isSameFile(known.stat, stat)) return known.document;
    const document = readCursors(this.#world.files, this.#path);
    this.#read = { stat, document };
    return document;
  }
}

function isSameFile(a: FileStat | null, b: FileStat | null): boolean {
  return a?.inode === b?.inode && a?.size === b?.size && a?.mtimeMs === b?.mtimeMs;
}
