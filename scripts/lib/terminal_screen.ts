/**
 * What a terminal shows after a program wrote to it. Pure.
 *
 * @module
 */

/** Colours that a palette maps; null is the terminal's own. */
export type TerminalColor =
  | "black"
  | "red"
  | "green"
  | "yellow"
  | "blue"
  | "magenta"
  | "cyan"
  | "white";

/** How characters look. */
export interface Look {
  color: TerminalColor | null;
  bold: boolean;
  dim: boolean;
}

/** Characters beside each other that look the same. */
export interface Span {
  /** Column of the first character, from 0. */
  column: number;
  text: string;
  look: Look;
}

/** A row of the terminal, without the blanks at its end. */
export type ScreenRow = readonly Span[];

/** One character where it stands. */
interface Cell {
  character: string;
  look: Look;
}

const colors: readonly TerminalColor[] = [
  "black",
  "red",
  "green",
  "yellow",
  "blue",
  "magenta",
  "cyan",
  "white",
];

/** A control sequence, a system command, another escape, a control character, a character. */
// deno-lint-ignore no-control-regex
const tokens = /\x1b\[([?\d;]*)([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.?|[\x00-\x1f]|./gsu;

/** Look of characters without any control sequence. */
export const plain: Look = { color: null, bold: false, dim: false };

/**
 * Rows that a terminal of `columns` columns shows, also those that scrolled out at its top,
 * without empty ones at the end. Every character takes one column.
 *
 * @throws Error for a control sequence that it does not know.
 */
export function screenRows(written: string, columns: number): ScreenRow[] {
  const screen = new TerminalScreen(columns);
  for (const match of written.matchAll(tokens)) screen.take(match[0], match[1], match[2]);
  return screen.rows();
}

class TerminalScreen {
  readonly #columns: number;
  readonly #cells: Cell[][] = [[]];
  #row = 0;
  #column = 0;
  #look = plain;
  #wraps = true;

  constructor(columns: number) {
    this.#columns = columns;
  }

  /** Takes one token; `final` ends a control sequence with `parameters`. */
  take(token: string, parameters: string | undefined, final: string | undefined): void {
    if (final !== undefined) this.#control(parameters ?? "", final);
    else if (token === "\n") this.#row++;
    else if (token === "\r") this.#column = 0;
    else if (token === "\b") this.#column = Math.max(0, this.#column - 1);
    else if (token.startsWith("\x1b]") || token === "\x07") return;
    else if (/^\p{Cc}/u.test(token)) throw unknown(token);
    else this.#print(token);
  }

  rows(): ScreenRow[] {
    const rows = Array.from(this.#cells, (cells) => spansOf(cells ?? []));
    while (rows.at(-1)?.length === 0) rows.pop();
    return rows;
  }

  #print(character: string): void {
    if (this.#column >= this.#columns) {
      this.#column = this.#wraps ? 0 : this.#columns - 1;
      if (this.#wraps) this.#row++;
    }
    this.#cellsOf(this.#row)[this.#column++] = { character, look: this.#look };
  }

  #cellsOf(row: number): Cell[] {
    return this.#cells[row] ??= [];
  }

  #control(parameters: string, final: string): void {
    const count = Math.max(1, Number(parameters) || 1);
    if (final === "m") this.#look = paint(this.#look, parameters);
    else if (final === "A") this.#row = Math.max(0, this.#row - count);
    else if (final === "B") this.#row += count;
    else if (final === "C") this.#column = Math.min(this.#columns - 1, this.#column + count);
    else if (final === "D") this.#column = Math.max(0, this.#column - count);
    else if (final === "G") this.#column = Math.min(this.#columns, count) - 1;
    else if (final === "K" && /^0?$/.test(parameters)) this.#eraseLine();
    else if (final === "J" && /^0?$/.test(parameters)) this.#eraseBelow();
    else if (parameters === "?7") this.#wraps = final === "h";
    else if (!/^\?\d+$/.test(parameters) || !/[hl]/.test(final)) {
      throw unknown(`\x1b[${parameters}${final}`);
    }
  }

  #eraseLine(): void {
    this.#cellsOf(this.#row).length = Math.min(this.#cellsOf(this.#row).length, this.#column);
  }

  #eraseBelow(): void {
    this.#eraseLine();
    this.#cells.length = Math.min(this.#cells.length, this.#row + 1);
  }
}

/** The look after the codes of a control sequence `m`. */
function paint(look: Look, parameters: string): Look {
  return parameters.split(";").map(Number).reduce((before, code) => {
    const color = colors[code >= 90 ? code - 90 : code - 30];
    if (code === 0) return plain;
    if (code === 1) return { ...before, bold: true };
    if (code === 2) return { ...before, dim: true };
    if (code === 22) return { ...before, bold: false, dim: false };
    if (code === 39) return { ...before, color: null };
    if (color !== undefined) return { ...before, color };
    throw unknown(`\x1b[${parameters}m`);
  }, look);
}

function spansOf(cells: readonly (Cell | undefined)[]): Span[] {
  const spans: Span[] = [];
  const blank: Cell = { character: " ", look: plain };
  // Array.from gives also the cells that nothing was printed to.
  Array.from(cells, (cell) => cell ?? blank).forEach(({ character, look }, column) => {
    const last = spans.at(-1);
    if (last && isSame(last.look, look)) last.text += character;
    else spans.push({ column, text: character, look });
  });
  return withoutEnd(spans);
}

function withoutEnd(spans: readonly Span[]): Span[] {
  const last = spans.at(-1);
  if (!last) return [];
  const text = last.text.trimEnd();
  return text === "" ? withoutEnd(spans.slice(0, -1)) : [...spans.slice(0, -1), { ...last, text }];
}

function isSame(one: Look, other: Look): boolean {
  return one.color === other.color && one.bold === other.bold && one.dim === other.dim;
}

function unknown(sequence: string): Error {
  return new Error(
    `Cannot show a control sequence as it is not known: ${JSON.stringify(sequence)}`,
  );
}
