/**
 * Pieces of open files.
 *
 * @module
 */
import type { ReadEvent } from "../protocol/events.ts";
import type { OpenFile } from "../sys/files.ts";
import type { OpenEvents } from "./event_chain.ts";
import { fingerprintBytes } from "./fingerprint.ts";

const newline = 0x0a;
const backwardBytes = 64 * 1024;

/** A piece of a file. */
export interface Chunk {
  /** The bytes right before the piece, at most as many as are hashed, and the piece. */
  around: Uint8Array;
  /** How many bytes come before the piece. */
  before: number;
  bytes: Uint8Array;
  /** Whether the file ended here when it was opened. */
  atEnd: boolean;
  /** What the lines that were parsed say, by their first byte in the piece. */
  parsed: Map<number, ReadEvent | null>;
}

/** Reads pieces, and keeps the newest one for those who ask for the same. */
export class ChunkReader {
  #key = "";
  #chunk: Chunk | null = null;

  /** At most `limit` bytes from `offset` on, of those that the file had when it was opened. */
  read({ file, stat }: OpenEvents, offset: number, limit: number): Chunk {
    const { device, inode, size, mtimeMs } = stat;
    const key = [device, inode, size, mtimeMs, offset, limit].join(":");
    if (this.#chunk !== null && key === this.#key) return this.#chunk;
    const before = Math.min(fingerprintBytes, offset);
    const wanted = Math.max(0, Math.min(size - offset, limit));
    const around = readAt(file, offset - before, before + wanted);
    const bytes = around.subarray(before);
    const atEnd = bytes.length < wanted || offset + wanted >= size;
    this.#key = key;
    return this.#chunk = { around, before, bytes, atEnd, parsed: new Map() };
  }
}

/** The bytes from `offset` on, fewer than `length` when the file ends before. */
export function readAt(file: OpenFile, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  file.seek(offset);
  let filled = 0;
  while (filled < length) {
    const read = file.read(bytes.subarray(filled));
    if (read === null || read === 0) break;
    filled += read;
  }
  return bytes.subarray(0, filled);
}

/** The byte after the last newline of a file; 0 when it has none. */
export function endOfLines({ file, stat: { size } }: OpenEvents): number {
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - backwardBytes);
    const at = readAt(file, start, end - start).lastIndexOf(newline);
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}
