/**
 * Keeps what a gate printed, within bounds.
 *
 * @module
 */
import { TextTail } from "../logs/text_tail.ts";

/** Characters that are kept of the beginning, and of the end. */
export const KEPT_OF_OUTPUT = 4 * 1024 * 1024;

/** The beginning and the end of a text that comes in pieces. */
export class OutputRecord {
  #head = "";
  #pushed = 0;
  readonly #tail: TextTail;
  readonly #kept: number;

  /** @param kept Characters that are kept of the beginning, and about as many of the end. */
  constructor(kept = KEPT_OF_OUTPUT) {
    this.#kept = kept;
    this.#tail = new TextTail(kept);
  }

  push(piece: string): void {
    const room = Math.max(0, this.#kept - this.#head.length);
    this.#head += piece.slice(0, room);
    this.#pushed += Math.max(0, piece.length - room);
    this.#tail.push(piece.slice(room));
  }

  /** Whether nothing is missing. */
  get complete(): boolean {
    return this.#tail.text().length === this.#pushed;
  }

  /** The text; where its middle is missing, a line ends. */
  text(): string {
    return this.#head + (this.complete ? "" : "\n") + this.#tail.text();
  }
}
