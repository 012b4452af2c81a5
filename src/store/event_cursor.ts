/**
 * How far the sinks have read the event file.
 *
 * @module
 */
import { isRecord } from "../protocol/events.ts";
import type { CursorFile, SinkCursor } from "../protocol/generated/types.ts";
import { validateCursor } from "../protocol/generated/validators.js";
import { messageOf } from "../protocol/errors.ts";
import { describeFault, faultsOf } from "../protocol/validation.ts";
import type { Files, FileStat } from "../sys/files.ts";
import { parseJson, readText } from "./read_json.ts";

/** Sinks that have not read the whole event file, or why that is not known. */
export interface CursorStanding {
  behind: string[];
  /** What keeps the file from being read, as a sentence without a full stop. */
  fault: string | null;
}

/**
 * Which sinks have still to read from the event file: those with a cursor before its end, and
 * enabled ones without any, which begin at its beginning or its end.
 *
 * @param enabled Names of the sinks that the settings enable.
 */
export function cursorStanding(
  files: Files,
  path: string,
  { events, enabled }: { events: FileStat; enabled: readonly string[] },
): CursorStanding {
  try {
    const text = readText(files, path);
    if (text === null) return { behind: [...enabled], fault: null };
    const document = parseJson(text, path);
    const [fault] = faultsOf(validateCursor, document);
    if (fault) return { behind: [], fault: describeFault(path, fault) };
    const cursors = document as CursorFile;
    const known = typeof cursors === "number" ? {} : cursors.sinks;
    const missing = enabled.filter((name) => !Object.hasOwn(known, name));
    return { behind: [...sinksBehind(cursors, events), ...missing], fault: null };
  } catch (error) {
    return { behind: [], fault: messageOf(error) };
  }
}

/** Names of the sinks that have not read this file to its end. */
export function sinksBehind(document: CursorFile, events: FileStat): string[] {
  // The older implementation wrote the offset alone, for its only reader.
  if (typeof document === "number") return document >= events.size ? [] : ["the only reader"];
  const sinks: Record<string, SinkCursor> = isRecord(document) ? document.sinks : {};
  return Object.entries(sinks)
    .filter(([, { device, inode, offset }]) =>
      device !== events.device || inode !== events.inode || offset < events.size
    ).map(([name]) => name);
}
