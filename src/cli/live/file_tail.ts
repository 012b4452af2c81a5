/**
 * The end of a file that grows.
 *
 * @module
 */
import type { Files, FileStat } from "../../sys/files.ts";

/** Text of the last `most` bytes of a file from a line break on; null when there is no file. */
export function readTail(files: Files, path: string, most: number): string | null {
  return new GrowingFile(files, path, most).read();
}

/** Reads what was added to a file since the last look; at first its end. */
export class GrowingFile {
  readonly #files: Files;
  readonly #path: string;
  readonly #most: number;
  #seen: FileStat | null = null;
  #offset = 0;

  /** @param most Bytes that one look reads at most; what is older is passed over. */
  constructor(files: Files, path: string, most: number) {
    this.#files = files;
    this.#path = path;
    this.#most = most;
  }

  /** Whole lines that are new, with their line breaks; null when there is no file. */
  read(): string | null {
    const stat = this.#files.stat(this.#path);
    if (stat === null || stat.kind !== "file") return null;
    const isSame = this.#seen?.inode === stat.inode && stat.size >= this.#offset;
    if (!isSame) this.#offset = 0;
    this.#seen = stat;
    if (stat.size === this.#offset) return "";
    const from = Math.max(this.#offset, stat.size - this.#most);
    const isCut = from > this.#offset;
    const bytes = this.#bytes(from, stat.size - from);
    const end = bytes.lastIndexOf(0x0a) + 1;
    const start = isCut ? bytes.indexOf(0x0a) + 1 : 0;
    this.#offset = from + end;
    return new TextDecoder().decode(bytes.subarray(start, Math.max(start, end)));
  }

  #bytes(from: number, size: number): Uint8Array {
    const file = this.#files.open(this.#path, { read: true });
    try {
      const buffer = new Uint8Array(size);
      let filled = 0;
      file.seek(from);
      for (let read = file.read(buffer); read; read = file.read(buffer.subarray(filled))) {
        filled += read;
        if (filled === size) break;
      }
      return buffer.subarray(0, filled);
    } finally {
      file.close();
    }
  }
}
