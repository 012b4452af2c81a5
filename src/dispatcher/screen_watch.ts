/**
 * Watches the screen of a worker in a terminal, for one that waits for a person or stands
 * before a usage limit.
 *
 * @module
 */
import { TextTail } from "../logs/text_tail.ts";
import { wordsOf } from "../runtimes/meaningful_output.ts";
import { findPrompt, type Prompt } from "../runtimes/prompts.ts";
import { readScreen } from "../runtimes/screen.ts";
import type { UsageLimit } from "../runtimes/usage_limit.ts";
import { terminalSize } from "./command.ts";

/** Milliseconds that the end of a screen says nothing new until its dialog counts. */
const dialogStillMs = 5000;
/** The same for a question that could be a text: an agent can be silent after one. */
const questionStillMs = 15_000;
/** Milliseconds that the end of a screen stays as it is until its usage limit counts. */
const limitStillMs = 10_000;
/** Characters of output that a screen is made of. */
const keptCharacters = 131_072;
/** Lines at the end of the screen that must stay as they are. */
const endLines = 12;

/** What to look for. */
export interface ScreenPatterns {
  prompts: readonly RegExp[];
  /** Finds a usage limit in lines. */
  findLimit: (text: string) => UsageLimit | null;
}

/** What a screen shows that does not change any more. */
export type StandingScreen = { kind: "prompt"; line: string } | {
  kind: "limit";
  limit: UsageLimit;
};

/** The screen of one worker. Times are milliseconds on a steady clock. */
export class ScreenWatch {
  readonly #patterns: ScreenPatterns;
  readonly #decoder = new TextDecoder();
  readonly #tail = new TextTail(keptCharacters);
  #length = 0;
  /** Whether something was printed since the last look. */
  #stale = false;
  /** The end of the screen, when it last changed, and when its words last did. */
  #end = { text: "", since: 0, words: "", wordsSince: 0 };
  #limit: UsageLimit | null = null;
  #prompt: Prompt | null = null;

  constructor(patterns: ScreenPatterns) {
    this.#patterns = patterns;
  }

  push(chunk: Uint8Array): void {
    const text = this.#decoder.decode(chunk, { stream: true });
    this.#tail.push(text);
    this.#length += text.length;
    this.#stale = true;
  }

  /**
   * Looks, and says what the end of the screen shows since a while.
   *
   * @param saidAt When something new was last said.
   */
  look(now: number, saidAt: number): StandingScreen | null {
    if (this.#stale) this.#readEnd(now);
    const since = (changed: number) => now - Math.max(changed, saidAt);
    if (this.#limit && since(this.#end.since) >= limitStillMs) {
      return { kind: "limit", limit: this.#limit };
    }
    const stillMs = this.#prompt?.isDialog ? dialogStillMs : questionStillMs;
    if (!this.#prompt || since(this.#end.wordsSince) < stillMs) return null;
    return { kind: "prompt", line: this.#prompt.line };
  }

  /** The usage limit that the end of the screen speaks of, whether it stands still or not. */
  findLimit(): UsageLimit | null {
    return this.#patterns.findLimit(endOf(this.lines()));
  }

  /** Lines of the screen. */
  lines(): string[] {
    const text = this.#tail.text();
    const isCut = text.length < this.#length;
    return readScreen(isCut ? text.slice(text.indexOf("\n") + 1) : text, terminalSize);
  }

  #readEnd(now: number): void {
    this.#stale = false;
    const lines = this.lines();
    const text = endOf(lines);
    if (text === this.#end.text) return;
    // A clock or a spinner beside a question does not answer it.
    const words = text.split("\n").map(wordsOf).filter((line) => line !== "").join("\n");
    const wordsSince = words === this.#end.words ? this.#end.wordsSince : now;
    this.#end = { text, since: now, words, wordsSince };
    this.#limit = this.#patterns.findLimit(text);
    this.#prompt = findPrompt(lines.join("\n"), this.#patterns.prompts);
  }
}

/** The last lines, `endLines` of them with text, and the blank ones between. */
function endOf(lines: readonly string[]): string {
  const filled = lines.flatMap((line, at) => line.trim() === "" ? [] : [at]);
  return lines.slice(filled.at(-endLines) ?? 0).join("\n");
}
