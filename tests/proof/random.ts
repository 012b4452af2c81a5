/**
 * Random choices that a seed decides, so that a run can be made again.
 *
 * @module
 */

/** Choices; the same seed gives the same ones. */
export class Choices {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A number from 0 to below 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 to below `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  /** One of them. Throws Error when there are none. */
  one<T>(of: readonly T[]): T {
    if (of.length === 0) throw new Error("Cannot choose one of none");
    return of[this.below(of.length)] as T;
  }

  /** All of them in another order. */
  shuffled<T>(of: readonly T[]): T[] {
    return of.map((value) => ({ value, at: this.next() })).sort((a, b) => a.at - b.at)
      .map(({ value }) => value);
  }
}
