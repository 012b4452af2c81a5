/**
 * Finds where in a text one of many strings could begin, in one pass that looks
 * at a part of the characters only (Wu and Manber's shift table over pairs).
 *
 * @module
 */

/** Something to look for. */
export interface Needle {
  /** At least 2 characters. */
  text: string;
}

/** A prepared search for many needles. */
export interface Scanner<N extends Needle> {
  /**
   * Calls `visit` for each needle that could stand at a position from `from` on, in
   * the order of positions, until it returns true. Only some characters of the
   * needle were compared, and the text may end before it does.
   */
  scan(text: string, from: number, visit: (at: number, needle: N) => boolean): void;
  /**
   * First position from `from` on at which the text ends with fewer characters
   * of a needle than `scan` looks at; the text's length when there is none.
   */
  openEnd(text: string, from: number): number;
}

/** A needle, its first character, and a later one. */
interface Probe<N> {
  needle: N;
  first: number;
  offset: number;
  code: number;
}

const PAIRS = 1 << 16;
const MAX_WIDTH = 8;

/** Prepares a search. */
export function createScanner<N extends Needle>(needles: readonly N[]): Scanner<N> {
  const width = needles.reduce((least, { text }) => Math.min(least, text.length), MAX_WIDTH);
  const shifts = shiftTable(needles, width);
  const { slots, buckets } = bucketTable(needles, width);
  const beginnings = new Set(
    needles.flatMap(({ text }) =>
      Array.from({ length: width - 1 }, (_, n) => text.slice(0, n + 1))
    ),
  );
  return {
    scan(text, from, visit) {
      for (let i = from + width - 1; i < text.length;) {
        const pair = pairAt(text, i);
        const shift = shifts[pair] ?? 0;
        if (shift !== 0) {
          i += shift;
          continue;
        }
        const at = i - width + 1;
        const bucket = buckets[slots[pair] ?? 0] ?? [];
        for (let n = 0; n < bucket.length; n++) {
          const probe = bucket[n];
          if (probe && fits(probe, text, at) && visit(at, probe.needle)) return;
        }
        i++;
      }
    },
    openEnd(text, from) {
      let at = Math.max(from, text.length - width + 1);
      while (at < text.length && !beginnings.has(text.slice(at))) at++;
      return Math.min(at, text.length);
    },
  };
}

/** The needles by the pair that ends the part of them that is looked at. */
function bucketTable<N extends Needle>(needles: readonly N[], width: number) {
  const slots = new Uint16Array(PAIRS);
  const buckets: Probe<N>[][] = [[]];
  for (const needle of needles) {
    const pair = pairAt(needle.text, width - 1);
    slots[pair] ||= buckets.push([]) - 1;
    const offset = Math.min(needle.text.length, 2 * MAX_WIDTH) - 1;
    buckets[slots[pair] ?? 0]?.push({
      needle,
      first: needle.text.charCodeAt(0),
      offset,
      code: needle.text.charCodeAt(offset),
    });
  }
  return { slots, buckets };
}

/** Whether the two characters of the probe stand there, or the text ends before. */
function fits<N>(probe: Probe<N>, text: string, at: number): boolean {
  if (text.charCodeAt(at) !== probe.first) return false;
  const found = text.charCodeAt(at + probe.offset);
  return found === probe.code || at + probe.offset >= text.length;
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
