/**
 * The end of a text.
 *
 * @module
 */

/**
 * The last `lines` lines of a text without its last line ends, and of these at most
 * the last `bytes` bytes of UTF-8; no character is cut.
 */
export function tailOf(text: string, lines: number, bytes: number): string {
  let length = text.length;
  while (text[length - 1] === "\n") length--;
  const end = text.slice(0, length);
  let from = end.length;
  for (let n = 0; n < lines && from >= 0; n++) {
    from = from === 0 ? -1 : end.lastIndexOf("\n", from - 1);
  }
  const shown = end.slice(from + 1);
  const encoded = new TextEncoder().encode(shown);
  if (encoded.length <= bytes) return shown;
  let start = encoded.length - bytes;
  while (isInside(encoded[start])) start++;
  return new TextDecoder().decode(encoded.subarray(start));
}

/** Whether a byte of UTF-8 stands inside of a character. */
export function isInside(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/** Keeps the end of a text that comes in pieces. */
export class TextTail {
  #text = "";
  readonly #characters: number;

  /** @param characters UTF-16 units that are kept, give or take one; up to twice as many now and then. */
  constructor(characters: number) {
    this.#characters = characters;
  }

  push(piece: string): void {
    this.#text += piece;
    if (this.#text.length <= 2 * this.#characters) return;
    // A cut inside of a surrogate pair would leave half a character.
    this.#text = this.#text.slice(-this.#characters).replace(/^[\udc00-\udfff]/, "");
  }

  text(): string {
    return this.#text;
  }

  clear(): void {
    this.#text = "";
  }
}
