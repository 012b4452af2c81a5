/**
 * Holds back what a worker says of its progress, so that few events tell it.
 *
 * @module
 */
import { oneLine } from "../protocol/text.ts";

/** Milliseconds between two texts that are told. */
export const progressPauseMs = 10_000;
/** Characters of a text that is told. */
const maxLength = 200;

/** The newest text wins; one is told at once when none was for a while. */
export class ProgressThrottle {
  readonly #redact: (text: string) => string;
  #newest: string | null = null;
  #told: string | null = null;
  #nextAt = -Infinity;

  /** @param redact Takes secrets out, before a cut could leave a part of one. */
  constructor(redact: (text: string) => string) {
    this.#redact = redact;
  }

  /** Takes what was said. */
  offer(texts: readonly string[]): void {
    this.#newest = texts.at(-1) ?? this.#newest;
  }

  /** The text to tell at this time, in ms on any steady clock; null when none is due. */
  take(now: number): string | null {
    if (this.#newest === null || now < this.#nextAt) return null;
    const text = oneLine(this.#redact(this.#newest), maxLength);
    this.#newest = null;
    if (text === "" || text === this.#told) return null;
    this.#told = text;
    this.#nextAt = now + progressPauseMs;
    return text;
  }
}
