/**
 * Makes lines of bytes that come in chunks.
 *
 * @module
 */

/** Bytes of a line; a longer one is passed over without being held. */
export const MAX_LINE_BYTES = 1024 * 1024;

const lineFeed = 0x0a;

/** Makes lines of chunks that are cut anywhere, also inside a character. */
export class StreamLines {
  readonly #decoder = new TextDecoder();
  #kept = new Uint8Array(4096);
  #length = 0;
  /** Whether the line under way is too long. */
  #passing = false;

  /** Lines that a chunk completes, without their ends; what is not UTF-8 is U+FFFD. */
  push(chunk: Uint8Array): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      this.#keep(chunk.subarray(start, end));
      lines.push(...this.end());
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return lines;
  }

  /** The line that has no end yet, if there is one. */
  end(): string[] {
    const line = this.#kept.subarray(0, this.#length);
    const lines = this.#passing || this.#length === 0 ? [] : [this.#decoder.decode(line)];
    this.#length = 0;
    this.#passing = false;
    return lines;
  }

  #keep(bytes: Uint8Array): void {
    if (this.#passing || bytes.length === 0) return;
    const length = this.#length + bytes.length;
    if (length > MAX_LINE_BYTES) {
      this.#passing = true;
      return;
    }
    if (length > this.#kept.length) {
      const larger = new Uint8Array(Math.min(MAX_LINE_BYTES, Math.max(length, length * 2)));
      larger.set(this.#kept.subarray(0, this.#length));
      this.#kept = larger;
    }
    this.#kept.set(bytes, this.#length);
    this.#length = length;
  }
}
