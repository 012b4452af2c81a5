/**
 * A file that only grows at its end, up to a size; beyond it loses its middle.
 *
 * @module
 */
import type { Files, OpenFile } from "../sys/files.ts";
import { isInside } from "./text_tail.ts";

/** Least size that a file can be capped at, bytes. */
export const MIN_CAP = 1024;
/** Bytes within which a cut looks for a line end. */
const LINE_SEARCH = 4096;

const encoder = new TextEncoder();
const LF = 0x0a;

/** Line that stands where the middle was. */
function markerOf(dropped: number): Uint8Array {
  return encoder.encode(`[... ${dropped} bytes dropped ...]\n`);
}

/**
 * Appends to a file, 0600. When it would grow over `maxBytes` it is replaced, by rename,
 * by its first quarter, a line that tells how many bytes were dropped in all, and its
 * last quarter; cuts lie between lines where these are short, and never inside a
 * character. A reader that follows it sees another file under the same name.
 */
export class CappedFile {
  /** Whether the file that was opened ended in the middle of a line. */
  readonly endsInLine: boolean;
  readonly #files: Files;
  readonly #path: string;
  readonly #maxBytes: number;
  #file: OpenFile;
  #size: number;
  /** What stands before the dropped part: bytes, and with the marker behind it. */
  #head: { bytes: number; withMarker: number } | null = null;
  #dropped = 0;

  /** Opens or creates the file. What is there and is no ordinary file is removed first. */
  constructor(options: { files: Files; path: string; maxBytes: number }) {
    this.#files = options.files;
    this.#path = options.path;
    this.#maxBytes = Math.max(options.maxBytes, MIN_CAP);
    const there = this.#files.lstat(this.#path);
    if (there && there.kind !== "file") this.#files.remove(this.#path, { recursive: true });
    this.#file = this.#open();
    this.#size = this.#file.stat().size;
    const content = this.#size > 0 ? this.#files.readBytes(this.#path) : new Uint8Array();
    this.endsInLine = content.length > 0 && content.at(-1) !== LF;
    this.#readMarker(content);
  }

  /** Appends; throws what the file system says. */
  write(bytes: Uint8Array): void {
    const step = Math.floor(this.#maxBytes / 4);
    for (let at = 0; at < bytes.length; at += step) {
      const part = bytes.subarray(at, at + step);
      if (this.#size + part.length > this.#maxBytes) this.#compact();
      this.#file.write(part);
      this.#size += part.length;
    }
  }

  /** Closes the file; nothing can be written any more. */
  close(): void {
    this.#file.close();
  }

  #open(): OpenFile {
    return this.#files.open(this.#path, { append: true, create: true });
  }

  /** Continues a file that lost its middle before. */
  #readMarker(content: Uint8Array): void {
    const text = new TextDecoder("latin1").decode(content);
    const found = /^\[\.\.\. (\d{1,15}) bytes dropped \.\.\.\]\n/m.exec(text);
    if (!found) return;
    this.#head = { bytes: found.index, withMarker: found.index + found[0].length };
    this.#dropped = Number(found[1]);
  }

  #compact(): void {
    const content = this.#files.readBytes(this.#path);
    const quarter = Math.floor(this.#maxBytes / 4);
    const head = this.#head ?? headOf(content, quarter);
    const tail = tailStart(content, Math.max(content.length - quarter, head.withMarker));
    this.#dropped += tail - head.withMarker;
    const marker = markerOf(this.#dropped);
    this.#replace([content.subarray(0, head.bytes), marker, content.subarray(tail)]);
    this.#head = { bytes: head.bytes, withMarker: head.bytes + marker.length };
    this.#size = this.#head.withMarker + content.length - tail;
  }

  #replace(parts: readonly Uint8Array[]): void {
    const temporary = `${this.#path}.tmp`;
    this.#files.remove(temporary, { recursive: true });
    const file = this.#files.open(temporary, { write: true, createNew: true });
    try {
      for (const part of parts) file.write(part);
    } finally {
      file.close();
    }
    this.#files.rename(temporary, this.#path);
    this.#file.close();
    this.#file = this.#open();
  }
}

/** Where the head ends: behind a line when one ends close before, else between characters. */
function headOf(content: Uint8Array, quarter: number): { bytes: number; withMarker: number } {
  let bytes = quarter;
  while (isInside(content[bytes])) bytes--;
  const line = content.lastIndexOf(LF, bytes - 1) + 1;
  if (line > 0 && line > bytes - LINE_SEARCH) bytes = line;
  return { bytes, withMarker: bytes };
}

/** Where the tail begins: at a line when one begins close behind, else between characters. */
function tailStart(content: Uint8Array, from: number): number {
  const line = content.indexOf(LF, from) + 1;
  if (line > 0 && line < content.length && line < from + LINE_SEARCH) return line;
  let start = from;
  while (isInside(content[start])) start++;
  return start;
}
