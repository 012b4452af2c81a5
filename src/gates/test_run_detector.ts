/**
 * Tells from a gate's output whether any test ran.
 *
 * @module
 */
import { TEST_RUNNERS } from "./test_runners.ts";

/** What the known runners say together. */
export interface TestRuns {
  /** Names of the runners that printed a summary. */
  runners: string[];
  /** Tests that ran, over all summaries. */
  ran: number;
}

/** Characters of a line beyond which it is no summary. */
const MAX_LINE = 2000;

/** Reads plain output, cut anywhere, for the summaries of all known runners. */
export class TestRunDetector {
  readonly #readers = TEST_RUNNERS.map(({ name, reader }) => ({ name, ...reader() }));
  readonly #found = new Map<string, number>();
  #kept = "";
  /** Whether the line is too long, and its rest is passed over. */
  #tooLong = false;

  push(text: string): void {
    const lines = (this.#kept + text).split("\n");
    const open = lines.pop() ?? "";
    for (const line of lines) {
      if (!this.#tooLong && line.length <= MAX_LINE) this.#line(line);
      this.#tooLong = false;
    }
    if (open.length > MAX_LINE) this.#tooLong = true;
    this.#kept = this.#tooLong ? "" : open;
  }

  /** The result; to be asked for once, after the last output. */
  end(): TestRuns {
    if (!this.#tooLong && this.#kept !== "") this.#line(this.#kept);
    for (const { name, end } of this.#readers) this.#add(name, end?.() ?? null);
    const ran = [...this.#found.values()].reduce((sum, count) => sum + count, 0);
    return { runners: [...this.#found.keys()], ran };
  }

  #line(line: string): void {
    for (const { name, line: read } of this.#readers) this.#add(name, read(line.trimEnd()));
  }

  #add(name: string, ran: number | null): void {
    if (ran !== null) this.#found.set(name, (this.#found.get(name) ?? 0) + ran);
  }
}
