/**
 * Lines at the bottom of a terminal that are drawn anew, below all that is printed.
 *
 * @module
 */
import type { Terminal } from "../../sys/terminal.ts";
import { widthOf } from "./text_width.ts";

const eraseRest = "\x1b[K";
const eraseBelow = "\x1b[J";
/** A line that is wider than was thought is cut by the terminal, and never wraps. */
const [wrapOff, wrapOn] = ["\x1b[?7l", "\x1b[?7h"];

/**
 * Draws below what is printed. Its `terminal` stands in for the one that it draws on: what
 * is written to it goes above the lines, whole lines at a time.
 */
export class Region {
  /** The terminal for everybody else. */
  readonly terminal: Terminal;
  readonly #under: Terminal;
  readonly #release: () => void;
  /** Lines that stand on the screen. */
  #drawn: readonly string[] = [];
  /** Lines that are wanted there. */
  #wanted: readonly string[] = [];
  /** Begin of a line that was printed without its end. */
  #open = "";
  #ended = false;

  /** @param onDisturbed Called when all lines have to be made anew. */
  constructor(under: Terminal, onDisturbed: () => void) {
    this.#under = under;
    this.terminal = {
      ...under,
      write: (text) => this.#print(text),
      writeError: (text) => this.#around(() => under.writeError(text)),
    };
    this.#release = under.onDisturbed((by) => {
      if (by === "resized") this.#clear();
      // Nobody knows what stands where after the shell had the terminal.
      else if (this.#drawn.length > 0) under.write("\n");
      this.#drawn = [];
      onDisturbed();
    });
  }

  /** Draws these lines in the place of those that stand there; each must fit the width. */
  draw(lines: readonly string[]): void {
    if (this.#ended) return;
    this.#wanted = lines;
    const isSame = lines.length === this.#drawn.length &&
      lines.every((line, index) => line === this.#drawn[index]);
    if (!isSame) this.#write("", lines);
  }

  /** Takes the lines away for good; what is printed from now on is printed as it is. */
  end(): void {
    if (this.#ended) return;
    this.#clear();
    this.#ended = true;
    this.#release();
    if (this.#open !== "") this.#under.write(this.#open);
    this.#open = "";
  }

  /** Leaves the lines where they are, for good. */
  leave(): void {
    if (this.#ended) return;
    if (this.#drawn.length > 0) this.#under.write("\n");
    this.#drawn = [];
    this.end();
  }

  #print(text: string): void {
    if (this.#ended) return this.#under.write(text);
    const end = text.lastIndexOf("\n") + 1;
    const whole = this.#open + text.slice(0, end);
    if (end === 0) this.#open += text;
    else {
      this.#open = text.slice(end);
      this.#write(whole, this.#wanted);
    }
  }

  #around(work: () => void): void {
    this.#clear();
    work();
    if (!this.#ended && this.#wanted.length > 0) this.#write("", this.#wanted);
  }

  #clear(): void {
    if (this.#drawn.length > 0) this.#under.write(`${this.#home()}${eraseBelow}`);
    this.#drawn = [];
  }

  /** All in one piece, so that nothing flickers: what is printed, and the lines below it. */
  #write(printed: string, lines: readonly string[]): void {
    const start = printed === "" ? this.#home() : `${this.#home()}${eraseBelow}${printed}`;
    const body = lines.map((line) => `${line}${eraseRest}`).join("\n");
    const block = lines.length > 0 ? `${wrapOff}${body}${wrapOn}` : "";
    this.#under.write(`${start}${block}${eraseBelow}`);
    this.#drawn = lines;
  }

  /** To the beginning of the first line, as far as the terminal broke lines anew by now. */
  #home(): string {
    if (this.#drawn.length === 0) return "";
    const columns = this.#under.columns();
    const rows = this.#drawn.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)),
      0,
    );
    return rows > 1 ? `\r\x1b[${rows - 1}A` : "\r";
  }
}
