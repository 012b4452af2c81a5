/**
 * The file that keeps how far each sink has got: `event_cursor.json`.
 *
 * @module
 */
import { dirname } from "@std/path";
import { positionAt, type TailPosition } from "../events/tail_position.ts";
import { MacpError } from "../protocol/errors.ts";
import type { CursorFile, Cursors, SinkCursor } from "../protocol/generated/types.ts";
import { validateCursor } from "../protocol/generated/validators.js";
import { describeFault, faultsOf } from "../protocol/validation.ts";
import { atomicWriteJson } from "../store/atomic_write.ts";
import { parseJson, readText } from "../store/read_json.ts";
import { makeStateFolder, takeStateLock } from "../store/state_places.ts";
import type { Files } from "../sys/files.ts";
import type { World } from "../sys/world.ts";

/** Milliseconds that another program may hold the file. */
const lockWaitMs = 10_000;

/**
 * What the file says; null when there is none. Throws `MacpError` for what cannot be read
 * or does not fit `schemas/cursor.schema.json`.
 */
export function readCursors(files: Files, path: string): CursorFile | null {
  const parsed = parseCursors(files, path);
  if (parsed === null) return null;
  const [fault] = faultsOf(validateCursor, parsed.document);
  if (fault === undefined) return parsed.document as CursorFile;
  throw new MacpError("failure", `Cannot read the cursors as ${describeFault(path, fault)}`, {
    code: "cursor_invalid",
    hints: [wayOut],
  });
}

/** What to do about a file that cannot be read. */
const wayOut = "Mend the file, or move it away: every sink then begins at the first event";

function parseCursors(files: Files, path: string): { document: unknown } | null {
  try {
    const text = readText(files, path);
    return text === null ? null : { document: parseJson(text, path) };
  } catch (error) {
    if (!(error instanceof MacpError)) throw error;
    const { kind, message, code, cause } = error;
    throw new MacpError(kind, message, { code, cause, hints: [wayOut] });
  }
}

/** The cursor of a sink; null when the file has none for it. Pure. */
export function cursorOf(document: CursorFile | null, name: string): SinkCursor | null {
  if (document === null || typeof document === "number") return null;
  return Object.hasOwn(document.sinks, name) ? document.sinks[name] ?? null : null;
}

/**
 * The document with a cursor for each of the sinks. Those that it does not know begin where
 * `startOf` says. Pure.
 *
 * @param end Where the complete lines of the event file end now.
 */
export function admitSinks(
  document: CursorFile | null,
  names: readonly string[],
  end: TailPosition,
): Cursors {
  const start = startOf(document, end);
  const { others_begin: _, ...known } = cursorsOf(document);
  const added = names.filter((name) => !Object.hasOwn(known.sinks, name));
  return added.reduce((cursors, name) => withCursor(cursors, name, start), known);
}

/**
 * The same for one watcher beside the sinks: it leaves the place of the older
 * implementation to them too.
 *
 * @param older That place, with what tells its file; null when it is not known.
 */
export function admitWatcher(
  document: CursorFile | null,
  name: string,
  { end, older }: { end: TailPosition; older: TailPosition | null },
): Cursors {
  const begin = typeof document === "number"
    ? older ?? startOf(document, end)
    : cursorsOf(document).others_begin;
  const admitted = admitSinks(document, [name], end);
  return begin === undefined ? admitted : { ...admitted, others_begin: begin };
}

/**
 * Where a sink begins that the document does not know: at `end`; at the beginning of the
 * event file when there is no document; at the place of the older implementation when only
 * that was kept. Pure.
 *
 * @param end As for `admitSinks`; the place of a number is in the event file of this moment.
 */
export function startOf(document: CursorFile | null, end: TailPosition): TailPosition {
  if (document === null || typeof document === "number") {
    return positionAt(document ?? 0, end.previous_file);
  }
  return document.others_begin ?? end;
}

/** The document with another cursor for one sink; all else stays. Pure. */
export function withCursor(
  document: CursorFile | null,
  name: string,
  cursor: SinkCursor,
): Cursors {
  return withCursors(document, [[name, cursor]]);
}

/** The same for several sinks. Pure. */
export function withCursors(
  document: CursorFile | null,
  changed: Iterable<readonly [string, SinkCursor]>,
): Cursors {
  const cursors = cursorsOf(document);
  // Not by assignment: a sink could be called __proto__.
  const sinks = [...Object.entries(cursors.sinks), ...changed];
  return { ...cursors, sinks: Object.fromEntries(sinks) };
}

function cursorsOf(document: CursorFile | null): Cursors {
  if (document !== null && typeof document !== "number") return document;
  return { schema_version: 1, sinks: {} };
}

/** What the file said last; called under the lock. */
export interface CursorMemory {
  /** What the file says now; null when that is not known. */
  read(): CursorFile | null;
  /** The file says this now. */
  wrote(document: Cursors): void;
}

/**
 * Changes the file: reads it, asks for the new content and replaces it in one step and
 * durably, all under a lock beside it, so that programs that serve different sinks do not
 * undo each other's work.
 *
 * @param change Gets what the file says now; null leaves the file alone.
 * @param memory Remembers what the file said, for one who changes it often.
 * @returns What the file says afterwards.
 * Throws `MacpError` when it cannot be read, locked (code `cursors_locked`) or written; then
 * it is as it was.
 */
export async function updateCursors(
  world: Pick<World, "files" | "uuid">,
  path: string,
  change: (document: CursorFile | null) => Cursors | null,
  memory?: CursorMemory,
): Promise<CursorFile | null> {
  makeStateFolder(world.files, dirname(path));
  const lockPath = `${path.replace(/\.json$/, "")}.lock`;
  const lock = await takeStateLock(world.files, lockPath, lockWaitMs);
  if (lock === null) {
    throw new MacpError("busy", `Cannot lock the cursors as another program does: ${lockPath}`, {
      code: "cursors_locked",
      hints: [`Find the holder with: lsof ${lockPath}`],
    });
  }
  try {
    const document = memory?.read() ?? readCursors(world.files, path);
    const changed = change(document);
    if (changed !== null) {
      atomicWriteJson(world, path, changed);
      memory?.wrote(changed);
    }
    return changed ?? document;
  } finally {
    lock.release();
  }
}
