/**
 * Figures of a measurement: their marks, their verdicts, and the table. Pure.
 *
 * @module
 */

/** Unit of a figure; MB is 1,000,000 bytes. */
export type Unit = "×" | "ms" | "MB";

/** One line of the table. */
export interface Figure {
  name: string;
  /** Null when it was not measured; `note` says why. */
  value: number | null;
  unit: Unit;
  /** The mark: the value may be at most this. Null for a figure without a mark. */
  most: number | null;
  /** What the value was made from. */
  note: string;
  /** The commands that were measured, for a person who repeats them. */
  commands: readonly string[];
}

/** What came of a figure. */
export type Verdict = "met" | "MISSED" | "no mark" | "skipped";

/** Middle value; of an even number of values the mean of both. Throws when there is none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) {
    throw new Error("Cannot take a median of nothing");
  }
  return (lower + upper) / 2;
}

/**
 * How many times `a` takes what `b` takes: the median over the pairs, as both of a pair
 * met the same noise. Throws when they are no pairs.
 */
export function medianRatio(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) throw new Error(`Cannot pair ${a.length} values with ${b.length}`);
  return median(a.map((value, index) => value / (b[index] ?? NaN)));
}

/** Figure of two subjects that were measured in pairs, in milliseconds. */
export function ratioFigure(
  name: string,
  { of, to, most, commands }: {
    of: readonly number[];
    to: readonly number[];
    most: number | null;
    commands: readonly string[];
  },
): Figure {
  const value = medianRatio(of, to);
  const sides = `${formatValue(median(of), "ms")} : ${formatValue(median(to), "ms")}`;
  return { name, value, unit: "×", most, note: `${sides}, ${of.length} pairs`, commands };
}

/** What came of a figure. */
export function verdictOf({ value, most }: Pick<Figure, "value" | "most">): Verdict {
  if (value === null) return "skipped";
  if (most === null) return "no mark";
  return value <= most ? "met" : "MISSED";
}

/** A value as people read it: three digits where it has a fraction. */
export function formatValue(value: number, unit: Unit): string {
  const digits = unit === "×" ? 2 : value < 100 ? 1 : 0;
  return `${value.toFixed(digits)} ${unit}`;
}

/** The figures as a Markdown table whose columns are aligned. */
export function formatTable(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.name,
    figure.value === null ? "—" : formatValue(figure.value, figure.unit),
    figure.most === null ? "—" : `≤ ${figure.most} ${figure.unit}`,
    verdictOf(figure),
    figure.note,
  ]);
  const head = ["figure", "median", "mark", "verdict", "from"];
  const widths = head.map((title, column) =>
    Math.max(...[title, ...rows.map((row) => row[column] ?? "")].map((cell) => cell.length))
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |\n`;
  return [head, widths.map((width) => "-".repeat(width)), ...rows].map(line).join("");
}

/** The commands of each figure, one a line. */
export function formatCommands(figures: readonly Figure[]): string {
  return figures.map(({ name, commands }) => `${name}: ${commands.join("; ")}\n`).join("");
}
