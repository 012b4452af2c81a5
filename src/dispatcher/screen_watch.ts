/**
 * Watches the screen of a worker in a terminal, for one that waits for a person or stands
 * before a usage limit.
 *
 * @module
 */
import { TextTail } from "../logs/text_tail.ts";
import { findPrompt } from "../runtimes/prompts.ts";
import { readScreen } from "../runtimes/screen.ts";
import type { UsageLimit } from "../runtimes/usage_limit.ts";
import { terminalSize } from "./command.ts";

/** Milliseconds that the end of a screen stays as it is until its question counts. */
const promptStillMs = 5000;
/** The same for a usage limit. */
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
  #end = { text: "", since: 0, found: [] as StandingScreen[] };

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
    const still = now - Math.max(this.#end.since, saidAt);
    return this.#end.found.find(({ kind }) =>
      still >= (kind === "prompt" ? promptStillMs : limitStillMs)
    ) ?? null;
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
    const line = findPrompt(lines.join("\n"), this.#patterns.prompts);
    const limit = this.#patterns.findLimit(text);
    this.#end = {
      text,
      since: now,
      found: [
        ...limit ? [{ kind: "limit", limit } as const] : [],
        ...line === null ? [] : [{ kind: "prompt", line } as const],
      ],
    };
  }
}

/** The last lines, `endLines` of them with text, and the blank ones between. */
function endOf(lines: readonly string[]): string {
  const filled = lines.flatMap((line, at) => line.trim() === "" ? [] : [at]);
  return lines.slice(filled.at(-endLines) ?? 0).join("\n");
}
