/**
 * Finds where in a text one of many strings could begin, in one pass that looks
 * at a part of the characters only (Wu and Manber's shift table over pairs).
 *
 * @module
 */

/** Something to look for. */
export interface Needle {
  /** At least 3 characters. */
  text: string;
}

/** A prepared search for many needles. */
export interface Scanner<N extends Needle> {
  /**
   * Calls `visit` with each position from `from` on at which needles' first
   * characters stand, in order, until it returns true. The needles may still
   * differ further on, or the text may end before they do.
   */
  scan(text: string, from: number, visit: (at: number, needles: readonly N[]) => boolean): void;
  /**
   * First position from `from` on at which the text ends with fewer characters
   * of a needle than `scan` looks at; the text's length when there is none.
   */
  openEnd(text: string, from: number): number;
}

const PAIRS = 1 << 16;

/** Prepares a search. */
export function createScanner<N extends Needle>(needles: readonly N[]): Scanner<N> {
  const width = needles.reduce((least, { text }) => Math.min(least, text.length), 8);
  const shifts = shiftTable(needles, width);
  const byPair = new Map<number, N[]>();
  const beginnings = new Set<string>();
  for (const needle of needles) {
    const pair = pairAt(needle.text, width - 1);
    byPair.set(pair, [...byPair.get(pair) ?? [], needle]);
    for (let n = 1; n < width; n++) beginnings.add(needle.text.slice(0, n));
  }
  return {
    scan(text, from, visit) {
      if (needles.length === 0) return;
      for (let i = from + width - 1; i < text.length;) {
        const pair = pairAt(text, i);
        const shift = shifts[pair] ?? 0;
        if (shift === 0 && visit(i - width + 1, byPair.get(pair) ?? [])) return;
        i += shift || 1;
      }
    },
    openEnd(text, from) {
      let at = Math.max(from, text.length - width + 1);
      while (at < text.length && !beginnings.has(text.slice(at))) at++;
      return Math.min(at, text.length);
    },
  };
}

/** Hash of the characters at `at - 1` and `at`; exact for Latin-1. */
function pairAt(text: string, at: number): number {
  return ((text.charCodeAt(at - 1) << 8) ^ text.charCodeAt(at)) & (PAIRS - 1);
}

/** How far the end of a window of `width` may move on, by the pair that it ends with. */
function shiftTable(needles: readonly Needle[], width: number): Uint8Array {
  const shifts = new Uint8Array(PAIRS).fill(width - 1);
  for (const { text } of needles) {
    for (let i = 1; i < width; i++) {
      const pair = pairAt(text, i);
      shifts[pair] = Math.min(shifts[pair] ?? 0, width - 1 - i);
    }
  }
  return shifts;
}
