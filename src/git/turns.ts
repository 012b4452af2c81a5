/**
 * One after the other.
 *
 * @module
 */

/** A queue of calls, each of which begins when the one before it has ended. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Calls `work` when its turn has come; an error concerns its caller alone. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => {});
    return mine;
  }
}
