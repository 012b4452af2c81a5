/**
 * Tells whether a worker said something new, so that a spinner never counts as work.
 *
 * @module
 */
import { createAnsiStripper } from "../logs/ansi_stripper.ts";

/** Lines that are remembered, to know them again. */
const maxRemembered = 4096;
/** Characters of an incomplete line that are kept. */
const maxPending = 4096;

/** Sequences that move the cursor or erase: what follows is another piece of the screen. */
// deno-lint-ignore no-control-regex
const movement = /\x1b\[[0-?]*[ -/]*[ABDEFGHJKLMSTXdfu]/g;
/** One cell to the right stands for a blank in what some programs draw. */
// deno-lint-ignore no-control-regex
const forward = /\x1b\[[0-9]*C/g;
/** A control sequence whose end has not come yet. */
// deno-lint-ignore no-control-regex
const unfinished = /\x1b(?:\[[0-?]{0,64}[ -/]{0,8})?$/;

/**
 * Looks at output, cut anywhere. Colours, cursor movements, spinners, progress bars,
 * percentages, times and other counters, and lines that were there already say nothing
 * new: what counts is a line, ended or drawn over, with words that no earlier line had
 * in this order. Remembers the newest 4096 lines, as numbers.
 */
export class MeaningfulOutput {
  readonly #decoder = new TextDecoder();
  readonly #stripper = createAnsiStripper();
  readonly #seen = new Set<number>();
  #held = "";
  #pending = "";

  /** Whether something new was said. */
  push(chunk: Uint8Array): boolean {
    const raw = this.#held + this.#decoder.decode(chunk, { stream: true });
    this.#held = unfinished.exec(raw)?.[0] ?? "";
    const whole = this.#held === "" ? raw : raw.slice(0, -this.#held.length);
    const text = whole.includes("\x1b")
      ? whole.replace(movement, "\n").replace(forward, " ")
      : whole;
    const lines = (this.#pending + this.#stripper.push(text)).split(/[\r\n]+/);
    this.#pending = lines.pop() ?? "";
    if (this.#pending.length > maxPending) {
      lines.push(this.#pending);
      this.#pending = "";
    }
    let isNew = false;
    for (const line of lines) isNew = this.#remember(line) || isNew;
    return isNew;
  }

  /** Whether the line was not known; it is from now on. */
  #remember(line: string): boolean {
    const words = wordsOf(line);
    if (words === "") return false;
    const key = hash(words);
    const known = this.#seen.delete(key);
    this.#seen.add(key);
    if (this.#seen.size > maxRemembered) {
      const [oldest] = this.#seen;
      if (oldest !== undefined) this.#seen.delete(oldest);
    }
    return !known;
  }
}

/** Words of a line without counters: what holds a digit or is a hexadecimal number. */
export function wordsOf(line: string): string {
  const words = line.match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.filter((word) => !/\p{N}/u.test(word) && !/^[a-f]+$/.test(word)).join(" ");
}

/** A number of 53 bits that tells texts apart. */
function hash(text: string): number {
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}
