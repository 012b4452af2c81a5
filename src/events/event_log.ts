/**
 * The event file: appended to, one event a line.
 *
 * @module
 */
import { notAFile } from "../protocol/not_a_file.ts";
import type { TaskEvent } from "../protocol/generated/types.ts";
import { reach } from "../sys/fail_points.ts";
import type { Files, OpenFile } from "../sys/files.ts";

const newline = 0x0a;
const chunkBytes = 128 * 1024;

/**
 * Appends events, each by one write with its newline, and makes them durable. A
 * line that a crash left unfinished is ended first, so that it spoils no other.
 */
export function appendEvents(files: Files, path: string, events: readonly TaskEvent[]): void {
  if (events.length === 0) return;
  isThere(files, path);
  const file = files.open(path, { read: true, append: true, create: true });
  try {
    let prefix = endsOpen(file) ? "\n" : "";
    for (const event of events) {
      file.write(new TextEncoder().encode(`${prefix}${JSON.stringify(event)}\n`));
      prefix = "";
      reach("event.appended");
    }
    file.sync();
  } finally {
    file.close();
  }
}

/** Whether the last line of a file has no newline. */
export function endsOpen(file: OpenFile): boolean {
  const { size } = file.stat();
  if (size === 0) return false;
  const last = new Uint8Array(1);
  file.seek(size - 1);
  file.read(last);
  return last[0] !== newline;
}

/**
 * Lines of a file in order, without their newlines, read in chunks. An unfinished
 * last line is given too. Nothing when the file does not exist. Throws `MacpError` when
 * something else is there.
 *
 * @param wanted Lines without this text may be left out; the empty text keeps all.
 */
export function* readLines(files: Files, path: string, wanted = ""): Generator<string> {
  if (!isThere(files, path)) return;
  const file = files.open(path, { read: true });
  try {
    const decoder = new TextDecoder();
    let buffer = new Uint8Array(chunkBytes);
    let filled = 0;
    for (;;) {
      const read = file.read(buffer.subarray(filled));
      if (read === null) break;
      filled += read;
      const end = buffer.subarray(0, filled).lastIndexOf(newline) + 1;
      // Whole lines are decoded at once: nothing is put together from pieces.
      if (end > 0) yield* linesWith(decoder.decode(buffer.subarray(0, end)), wanted);
      buffer.copyWithin(0, end, filled);
      filled -= end;
      if (filled === buffer.length) buffer = enlarged(buffer);
    }
    const rest = decoder.decode(buffer.subarray(0, filled));
    if (rest !== "" && rest.includes(wanted)) yield rest;
  } finally {
    file.close();
  }
}

/**
 * Whether there is a file. Throws `MacpError` for what is none: opening a pipe would wait for
 * ever.
 */
export function isThere(files: Files, path: string): boolean {
  const kind = files.stat(path)?.kind;
  if (kind !== undefined && kind !== "file") throw notAFile(path, kind);
  return kind !== undefined;
}

/** The same bytes with as much room again, for a line that is longer. */
function enlarged(buffer: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(buffer.length * 2);
  larger.set(buffer);
  return larger;
}

/** Complete lines of `text` that hold `wanted`. */
function* linesWith(text: string, wanted: string): Generator<string> {
  let at = 0;
  while (at < text.length) {
    const hit = wanted === "" ? at : text.indexOf(wanted, at);
    if (hit < 0) return;
    const start = wanted === "" ? at : text.lastIndexOf("\n", hit) + 1;
    const end = text.indexOf("\n", hit);
    if (end > start) yield text.slice(start, end);
    at = end + 1;
  }
}

/** Which of the ids stand in the event file. */
export function appendedIds(
  files: Files,
  path: string,
  ids: readonly string[],
): ReadonlySet<string> {
  const found = new Set<string>();
  if (ids.length === 0) return found;
  for (const line of readLines(files, path)) {
    for (const id of ids) if (line.includes(id)) found.add(id);
  }
  return found;
}
