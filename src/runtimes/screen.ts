/**
 * What stands on the screen of a terminal after a program wrote to it.
 *
 * @module
 */

/** Size of a terminal. */
export interface ScreenSize {
  rows: number;
  columns: number;
}

/** One control sequence, control string, control character, or run of text. */
const token =
  // deno-lint-ignore no-control-regex
  /\x1b\[([0-?]*)[ -/]*([@-~])|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)|\x1b[ -/]*([0-~])|[\0-\x1f\x7f-\x9f]|[^\0-\x1f\x7f-\x9f]+/g;

/**
 * The lines of the screen, without blanks at their ends and without empty lines at the
 * end. A line that was broken at the right edge is one line. Colours are left out; a
 * line feed goes to the beginning of the next line, as terminals are set up to do.
 *
 * @param text What was written since the screen was empty, or since any later moment:
 *   then what stood there before is missing.
 */
export function readScreen(text: string, size: ScreenSize): string[] {
  const screen = new Screen(size);
  for (const [whole, parameters = "", final, escape] of text.matchAll(token)) {
    if (final !== undefined) screen.sequence(parameters, final);
    else if (escape !== undefined) screen.escape(escape);
    else if (whole < " " || (whole >= "\x7f" && whole < "\xa0")) screen.control(whole);
    else screen.write(whole);
  }
  return screen.lines();
}

interface Row {
  cells: string[];
  /** Whether the next row goes on with the same line. */
  wraps: boolean;
}

class Screen {
  readonly #size: ScreenSize;
  #rows: Row[] = [];
  #row = 0;
  #column = 0;
  #saved = { row: 0, column: 0 };

  constructor(size: ScreenSize) {
    this.#size = size;
    this.#clear();
  }

  lines(): string[] {
    const lines: string[] = [];
    let begun = "";
    for (const { cells, wraps } of this.#rows) {
      begun += Array.from(cells, (cell) => cell ?? " ").join("");
      if (wraps) continue;
      lines.push(begun.trimEnd());
      begun = "";
    }
    if (begun !== "") lines.push(begun.trimEnd());
    while (lines.at(-1) === "") lines.pop();
    return lines;
  }

  write(text: string): void {
    for (const character of text) {
      if (this.#column >= this.#size.columns) {
        this.#current().wraps = true;
        this.#lineFeed();
      }
      this.#current().cells[this.#column++] = character;
    }
  }

  control(character: string): void {
    if (character === "\n" || character === "\v" || character === "\f") {
      this.#current().wraps = false;
      this.#lineFeed();
    } else if (character === "\r") this.#column = 0;
    else if (character === "\b") this.#column = Math.max(0, this.#column - 1);
    else if (character === "\t") {
      this.#column = Math.min((this.#column + 8) & ~7, this.#size.columns - 1);
    }
  }

  escape(final: string): void {
    if (final === "7") this.#saved = { row: this.#row, column: this.#column };
    else if (final === "8") this.#moveTo(this.#saved.row, this.#saved.column);
    else if (final === "c") this.#clear();
    else if (final === "D" || final === "E") this.#lineFeed();
    else if (final === "M") this.#reverseLineFeed();
  }

  sequence(parameters: string, final: string): void {
    const numbers = parameters.replace(/[^\d;]/g, "").split(";").map(Number);
    const first = numbers[0] ?? 0;
    const count = Math.min(Math.max(1, first), 1000);
    const [row, column] = [this.#row, this.#column];
    if (final === "A") this.#moveTo(row - count, column);
    else if (final === "B") this.#moveTo(row + count, column);
    else if (final === "C") this.#moveTo(row, column + count);
    else if (final === "D") this.#moveTo(row, column - count);
    else if (final === "E") this.#moveTo(row + count, 0);
    else if (final === "F") this.#moveTo(row - count, 0);
    else if (final === "G") this.#moveTo(row, count - 1);
    else if (final === "d") this.#moveTo(count - 1, column);
    else if (final === "H" || final === "f") this.#moveTo(count - 1, (numbers[1] || 1) - 1);
    else if (final === "s") this.#saved = { row, column };
    else if (final === "u") this.#moveTo(this.#saved.row, this.#saved.column);
    else if (final === "h" || final === "l") {
      if (/^\?(?:10)?47$|^\?1049$/.test(parameters)) this.#clear();
    } else this.#edit(final, first, count);
  }

  /** Sequences that change what stands there. */
  #edit(final: string, first: number, count: number): void {
    const { cells } = this.#current();
    if (final === "K") this.#eraseInLine(first);
    else if (final === "J") this.#eraseInScreen(first);
    else if (final === "X") cells.fill(" ", this.#column, this.#column + count);
    else if (final === "P") cells.splice(this.#column, count);
    else if (final === "@") cells.splice(this.#column, 0, ...Array(count).fill(" "));
    else if (final === "L") this.#shift(this.#row, count, "down");
    else if (final === "M") this.#shift(this.#row, count, "up");
    else if (final === "S") this.#shift(0, count, "up");
    else if (final === "T") this.#shift(0, count, "down");
  }

  #eraseInLine(part: number): void {
    const row = this.#current();
    if (part === 0) row.cells.length = Math.min(row.cells.length, this.#column);
    else if (part === 1) row.cells.fill(" ", 0, this.#column + 1);
    else row.cells = [];
    if (part !== 1) row.wraps = false;
  }

  #eraseInScreen(part: number): void {
    if (part >= 2) {
      this.#rows = this.#rows.map(emptyRow);
      return;
    }
    this.#eraseInLine(part);
    this.#rows = this.#rows.map((row, index) =>
      (part === 0 ? index > this.#row : index < this.#row) ? emptyRow() : row
    );
  }

  /** Takes rows out at one end of what lies from `top` to the end, and adds empty ones. */
  #shift(top: number, count: number, direction: "up" | "down"): void {
    for (let n = 0; n < Math.min(count, this.#size.rows); n++) {
      this.#rows.splice(direction === "up" ? top : this.#size.rows - 1, 1);
      this.#rows.splice(direction === "up" ? this.#size.rows - 1 : top, 0, emptyRow());
    }
  }

  #lineFeed(): void {
    this.#column = 0;
    if (this.#row < this.#size.rows - 1) this.#row++;
    else this.#shift(0, 1, "up");
  }

  #reverseLineFeed(): void {
    if (this.#row > 0) this.#row--;
    else this.#shift(0, 1, "down");
  }

  #moveTo(row: number, column: number): void {
    this.#row = Math.min(Math.max(0, row), this.#size.rows - 1);
    this.#column = Math.min(Math.max(0, column), this.#size.columns - 1);
  }

  #current(): Row {
    return this.#rows[this.#row] ??= emptyRow();
  }

  #clear(): void {
    this.#rows = Array.from({ length: this.#size.rows }, emptyRow);
    this.#row = this.#column = 0;
  }
}

function emptyRow(): Row {
  return { cells: [], wraps: false };
}
