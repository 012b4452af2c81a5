/**
 * Reading the file that an agent left its answer in. Nothing about it is trusted: it may be
 * half written, of another kind, or far too large.
 *
 * @module
 */
import { messageOf } from "../protocol/errors.ts";
import { isRecord } from "../protocol/events.ts";
import { taskIdPattern } from "../protocol/names.ts";
import { oneLine } from "../protocol/text.ts";
import type { Redactor } from "../redaction/redactor.ts";
import type { Files, FileStat, OpenFile } from "../sys/files.ts";

/** Most bytes of an answer. A larger one is not read. */
export const MAX_HANDOFF_BYTES = 16 * 1024 * 1024;

/** Most lists and objects inside of each other: what is deeper overflows who walks it. */
const maxDepth = 500;

/**
 * Characters of an answer that does not parse that are kept, and those that are searched for
 * secrets before.
 */
const [keptCharacters, searchedCharacters] = [2000, 100_000];

/** Looks at a file that is replaced while it is opened. */
const maxLooks = 5;

/** What stands at the place of an answer. */
export type HandoffRead =
  | { kind: "absent" }
  /** A JSON object; nothing else is known of it. */
  | { kind: "read"; document: Record<string, unknown>; stat: FileStat }
  /** A file without a JSON object in it, and the first 2000 characters of its text. */
  | { kind: "unparsable"; reason: string; text: string; stat: FileStat }
  /** No file, one that cannot be opened, or one that is too large. */
  | { kind: "unreadable"; reason: string };

/**
 * Reads an answer; a byte order mark before it is passed over. Links are not followed, and
 * pipes and devices not opened. `reason` goes behind "as". Never throws.
 *
 * @param redactor Takes secrets out of what is read, while it is whole: a part of one that
 * was cut would not be found any more.
 */
export function readHandoff(
  files: Files,
  path: string,
  redactor?: Pick<Redactor, "text" | "value">,
): HandoffRead {
  try {
    for (let look = 0; look < maxLooks; look++) {
      const read = readOnce(files, path);
      if (read !== "replaced") return shortened(read, redactor);
    }
    return { kind: "unreadable", reason: "it is replaced all the time" };
  } catch (error) {
    return { kind: "unreadable", reason: oneLine(messageOf(error), 300) };
  }
}

/** Without secrets, and with no more of a text than is kept. */
function shortened(
  read: HandoffRead,
  redactor: Pick<Redactor, "text" | "value"> | undefined,
): HandoffRead {
  if (read.kind === "read" && redactor !== undefined) {
    return { ...read, document: cleanDocument(read.document, redactor) };
  }
  if (read.kind !== "unparsable") return read;
  const beginning = read.text.slice(0, searchedCharacters);
  const text = redactor?.text(beginning) ?? beginning;
  // No character is cut in two.
  return { ...read, text: text.slice(0, keptCharacters).replace(/[\ud800-\udbff]$/, "") };
}

/** Without secrets, but in what tells the run: it has to be what it was asked to be. */
function cleanDocument(
  document: Record<string, unknown>,
  redactor: Pick<Redactor, "value">,
): Record<string, unknown> {
  const { runId } = document;
  const isId = Object.hasOwn(document, "runId") && typeof runId === "string" &&
    taskIdPattern.test(runId);
  return { ...redactor.value(document), ...(isId ? { runId } : {}) };
}

function readOnce(files: Files, path: string): HandoffRead | "replaced" {
  const seen = files.lstat(path);
  if (seen === null) return { kind: "absent" };
  const reason = refusalOf(seen);
  if (reason !== null) return { kind: "unreadable", reason };
  const file = openOrNull(files, path);
  if (file === null) return "replaced";
  try {
    const stat = file.stat();
    const same = stat.device === seen.device && stat.inode === seen.inode;
    return same && stat.kind === "file" ? readOpen(file, stat) : "replaced";
  } finally {
    file.close();
  }
}

/** Null when it is gone meanwhile. Throws what else the system says. */
function openOrNull(files: Files, path: string): OpenFile | null {
  try {
    return files.open(path, { read: true });
  } catch (error) {
    if (files.lstat(path) === null) return null;
    throw error;
  }
}

/** Why what stands there is not opened, or null. */
function refusalOf({ kind, size }: FileStat): string | null {
  switch (kind) {
    case "symlink":
      return "it is a symbolic link";
    case "folder":
      return "it is a folder";
    case "other":
      return "it is a pipe, a socket or a device";
    case "file":
      return size > MAX_HANDOFF_BYTES ? tooLarge(size) : null;
  }
}

function tooLarge(size: number): string {
  return `it has ${size} bytes, more than ${MAX_HANDOFF_BYTES}`;
}

function readOpen(file: OpenFile, stat: FileStat): HandoffRead {
  const bytes = readAll(file, stat.size);
  if (bytes === null) return { kind: "unreadable", reason: tooLarge(file.stat().size) };
  const text = new TextDecoder().decode(bytes);
  const outcome = parse(bytes, text);
  if (typeof outcome !== "string") return { kind: "read", document: outcome, stat };
  return { kind: "unparsable", reason: outcome, text, stat };
}

/** The whole file, which may have grown to more than `size` bytes; null when it is too large. */
function readAll(file: OpenFile, size: number): Uint8Array | null {
  let buffer = new Uint8Array(size + 1);
  let filled = 0;
  for (;;) {
    const read = file.read(buffer.subarray(filled));
    if (read === null) return buffer.subarray(0, filled);
    filled += read;
    if (filled > MAX_HANDOFF_BYTES) return null;
    if (filled === buffer.length) {
      const larger = new Uint8Array(Math.min(buffer.length * 2, MAX_HANDOFF_BYTES + 1));
      larger.set(buffer);
      buffer = larger;
    }
  }
}

/** The object in the file, or why there is none. */
function parse(bytes: Uint8Array, text: string): Record<string, unknown> | string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return "it is UTF-16 text, not UTF-8";
  }
  if (bytes.includes(0)) return "it holds NUL bytes";
  if (text.includes("\ufffd") && !isUtf8(bytes)) return "it is not UTF-8 text";
  if (text.trim() === "") return "it is empty";
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value)) return `it holds ${describe(value)}, not a JSON object`;
    return isDeep(value) ? `it is nested more than ${maxDepth} deep` : value;
  } catch (error) {
    return `it is not JSON: ${placeOf(messageOf(error))}`;
  }
}

/** What the parser says, without the piece of the text that it quotes: it may hold a secret. */
function placeOf(message: string): string {
  return oneLine(message.replace(/(?:, )?(?:\.\.\.)?".*$/s, ""), 200) || "it begins otherwise";
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function describe(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `a ${typeof value === "string" ? "text" : typeof value}`;
}

/** Looks level by level: a deep value must not overflow the stack here either. */
function isDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) return true;
    const next: unknown[] = [];
    for (const item of level) {
      if (typeof item !== "object" || item === null) continue;
      for (const child of Object.values(item)) {
        if (typeof child === "object" && child !== null) next.push(child);
      }
    }
    level = next;
  }
  return false;
}
