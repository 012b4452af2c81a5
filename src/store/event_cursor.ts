/**
 * How far the sinks have read the event file.
 *
 * @module
 */
import { messageOf } from "../protocol/errors.ts";
import type { CursorFile, SinkCursor } from "../protocol/generated/types.ts";
import { validateCursor } from "../protocol/generated/validators.js";
import { describeFault, faultsOf } from "../protocol/validation.ts";
import type { Files, FileStat } from "../sys/files.ts";
import { parseJson, readText } from "./read_json.ts";

/** Milliseconds without a look at the events after which a sink that is not enabled is left. */
const forgottenMs = 7 * 86_400_000;

/** Sinks that have not read the whole event file, or why that is not known. */
export interface CursorStanding {
  /** Those that the event file waits for. */
  behind: string[];
  /** Those that it does not wait for: not enabled, and not served for a week. */
  forgotten: string[];
  /**
   * Name of a rotated event file: later ones have still to be read by somebody that is
   * waited for. Empty: all of them; null: none.
   */
  neededAfter: string | null;
  /** What keeps the file of cursors from being read, as a sentence without a full stop. */
  fault: string | null;
}

/** What decides who is waited for. */
export interface CursorQuestion {
  /** The event file; null when there is none. */
  events: FileStat | null;
  /** Names of the sinks that the settings enable: for them it waits for ever. */
  enabled: readonly string[];
  /** Milliseconds since the epoch. */
  now: number;
}

/**
 * Which sinks have still to read from the event file and the rotated ones: those with a
 * cursor before the end, and enabled ones without any, which begin at its beginning or end.
 */
export function cursorStanding(
  files: Files,
  path: string,
  question: CursorQuestion,
): CursorStanding {
  const nothing = { behind: [], forgotten: [], neededAfter: null, fault: null };
  try {
    const text = readText(files, path);
    if (text === null) return { ...nothing, behind: [...question.enabled] };
    const document = parseJson(text, path);
    const [fault] = faultsOf(validateCursor, document);
    if (fault) return { ...nothing, neededAfter: "", fault: describeFault(path, fault) };
    const writtenAt = files.stat(path)?.mtimeMs ?? question.now;
    return { ...standingOf(document as CursorFile, { ...question, writtenAt }), fault: null };
  } catch (error) {
    return { ...nothing, neededAfter: "", fault: messageOf(error) };
  }
}

/** @param question.writtenAt When the file was written last, milliseconds since the epoch. */
function standingOf(
  document: CursorFile,
  { events, enabled, now, writtenAt }: CursorQuestion & { writtenAt: number },
): Omit<CursorStanding, "fault"> {
  if (typeof document === "number") {
    // The older implementation wrote the offset alone, for its only reader.
    const only = events === null || document >= events.size ? [] : ["the only reader"];
    const isForgotten = now - writtenAt > forgottenMs;
    const behind = [...isForgotten ? [] : only, ...enabled];
    return { behind, forgotten: isForgotten ? only : [], neededAfter: null };
  }
  const entries = Object.entries(document.sinks);
  const isWaitedFor = ([name, cursor]: [string, SinkCursor]) =>
    enabled.includes(name) || now - servedAt(cursor, writtenAt) <= forgottenMs;
  const late = entries.filter(([, cursor]) => isBehind(cursor, events));
  const missing = enabled.filter((name) => !Object.hasOwn(document.sinks, name));
  const { others_begin: begin } = document;
  const needed = [
    ...entries.filter(isWaitedFor).map(([, cursor]) => cursor),
    ...missing.length > 0 && begin !== undefined ? [begin] : [],
  ].flatMap(({ previous_file: previous }) => previous === undefined ? [] : [previous]);
  return {
    behind: [...late.filter(isWaitedFor).map(([name]) => name), ...missing],
    forgotten: late.filter((entry) => !isWaitedFor(entry)).map(([name]) => name),
    neededAfter: needed.sort()[0] ?? null,
  };
}

function isBehind({ device, inode, offset }: SinkCursor, events: FileStat | null): boolean {
  return events !== null &&
    (device !== events.device || inode !== events.inode || offset < events.size);
}

/** When a sink was served last, as far as its cursor tells; at the latest then. */
function servedAt(
  { served_at, last_success, last_error }: SinkCursor,
  writtenAt: number,
): number {
  if (served_at !== undefined) return Date.parse(served_at);
  // Older cursors do not say it.
  const known = [last_success, last_error?.at].flatMap((at) => at ? [Date.parse(at)] : []);
  return known.length === 0 ? writtenAt : Math.max(...known);
}
