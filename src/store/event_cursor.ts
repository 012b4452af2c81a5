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

/** Which sinks have still to read from the event file. Without a cursor file there are none. */
export function cursorStanding(files: Files, path: string, events: FileStat): CursorStanding {
  try {
    const text = readText(files, path);
    if (text === null) return { behind: [], fault: null };
    const document = parseJson(text, path);
    const [fault] = faultsOf(validateCursor, document);
    if (fault) return { behind: [], fault: describeFault(path, fault) };
    return { behind: sinksBehind(document as CursorFile, events), fault: null };
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
