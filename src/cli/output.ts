/**
 * What commands print, plain, coloured or as JSON.
 *
 * @module
 */
import { printable } from "../protocol/text.ts";
import type { Terminal } from "../sys/terminal.ts";
import { redactedJson } from "./redacted_json.ts";

/** Version of every JSON document that the command line prints. */
export const schemaVersion = 1;

/** Colours that carry meaning; each text tells the same without them. */
export type Color = "red" | "green" | "yellow" | "dim" | "bold";

const codes: Record<Color, [number, number]> = {
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  dim: [2, 22],
  bold: [1, 22],
};

/** What `paint` puts around texts. */
// deno-lint-ignore no-control-regex
const painted = /(\x1b\[(?:31|32|33|39|1|2|22)m)/;

/** How to print. */
export interface OutputOptions {
  json: boolean;
  quiet: boolean;
  verbose: boolean;
  color: "auto" | "always" | "never";
  /** Whole lines only: nothing is drawn anew, and no colours. */
  plain: boolean;
  /** Applied to all that is printed. */
  redaction: Redaction;
}

/** Takes secrets out of texts; a command that learns of further ones replaces it. */
export interface Redaction {
  text: (text: string) => string;
}

/** Prints for one call. */
export class Output {
  readonly options: OutputOptions;
  readonly #terminal: Terminal;
  readonly #colored: boolean;
  /** Whether lines may be drawn anew: on a terminal that can, with somebody before it. */
  readonly isLive: boolean;

  constructor(terminal: Terminal, env: Readonly<Record<string, string>>, options: OutputOptions) {
    this.#terminal = terminal;
    this.options = options;
    const { json, quiet, plain, color } = options;
    const isAble = terminal.isTerminal && env.TERM !== "dumb";
    this.isLive = isAble && !env.CI && !json && !quiet && !plain;
    this.#colored = !plain && (color === "always" || (color === "auto" && isAble && !env.NO_COLOR));
  }

  /** A line of the result on standard output. */
  line(text = ""): void {
    const redacted = this.options.redaction.text(text);
    // Every second part is what `painted` matched.
    const parts = this.#colored ? redacted.split(painted) : [redacted];
    const shown = parts.map((part, index) => index % 2 === 1 ? part : printable(part));
    this.#terminal.write(`${shown.join("")}\n`);
  }

  /** Text of the result as it is, without a line break added. */
  raw(text: string): void {
    this.#terminal.write(this.options.redaction.text(text));
  }

  /** A line that tells what happens, not printed with `--quiet` or `--json`. */
  note(text: string): void {
    if (!this.options.quiet && !this.options.json) this.line(text);
  }

  /** A warning on standard error. */
  warn(text: string): void {
    this.#terminal.writeError(`${printable(this.options.redaction.text(`warning: ${text}`))}\n`);
  }

  /** One JSON document, with its version. */
  json(value: Record<string, unknown>): void {
    this.document({ schema_version: schemaVersion, ...value });
  }

  /** One JSON document as it is. */
  document(value: object): void {
    this.#terminal.write(`${redactedJson(value, this.options.redaction, 2)}\n`);
  }

  /** One JSON document on a line of its own, for a stream of them. */
  jsonLine(value: object): void {
    this.#terminal.write(`${redactedJson(value, this.options.redaction)}\n`);
  }

  /** Colours a text when colours are wanted. */
  paint(color: Color, text: string): string {
    const [on, off] = codes[color];
    return this.#colored ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  }
}

/**
 * Rows as columns that line up, two spaces between them.
 *
 * @param width Columns that a cell takes; its characters without colours unless given.
 */
export function tabulate(
  rows: readonly (readonly string[])[],
  width: (cell: string) => number = countCharacters,
): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => widths[i] = Math.max(widths[i] ?? 0, width(cell)));
  }
  return rows.map((row) =>
    row.map((cell, i) => cell + " ".repeat((widths[i] ?? 0) - width(cell))).join("  ").trimEnd()
  );
}

/** Characters of a cell that show, without colours. */
function countCharacters(cell: string): number {
  // deno-lint-ignore no-control-regex
  return [...cell.replaceAll(/\x1b\[\d+m/g, "")].length;
}
