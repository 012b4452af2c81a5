/**
 * The table of tasks in a Markdown document: found, split into cells, each with its
 * place in the text. Tables as GitHub Flavored Markdown has them.
 *
 * @module
 */

/** One cell. */
export interface TableCell {
  /** From behind the bar before it up to, not including, the bar behind it; UTF-16 units. */
  start: number;
  end: number;
  /** What stands there, padding and escapes included. */
  raw: string;
  /** What it says: without padding, `\|` as `|`, a dash that stands for nothing as `""`. */
  text: string;
  /** Place of what it says, counted from 1. */
  line: number;
  column: number;
}

/** One row. A cell that the row is too short for is missing. */
export interface TableRow {
  line: number;
  /** By the name of the column. */
  cells: Readonly<Record<string, TableCell>>;
}

/** A table whose columns have names. */
export interface NamedTable {
  /** Line of the header, counted from 1. */
  line: number;
  /** Header cells by name: lower case, spaces and dashes as underscores. */
  columns: Readonly<Record<string, TableCell>>;
  rows: TableRow[];
  /** Names that several columns have. */
  doubled: TableCell[];
  /** Rows with more cells than the header: their cells cannot be told apart. */
  overfull: TableCell[];
}

/** What a document holds. */
export interface FoundTables {
  /** The first table with columns `id` and `status`, or null. */
  table: NamedTable | null;
  /** Lines of further ones, counted from 1. */
  further: number[];
}

/** One line of a text. */
interface Line {
  number: number;
  /** Where it starts. */
  at: number;
  /** Without its line break. */
  text: string;
}

/** Finds the first table with the columns `id` and `status`. Code fences and comments count not. */
export function findTasksTable(text: string): FoundTables {
  const lines = visibleLines(text);
  const found: NamedTable[] = [];
  for (let index = 0; index < lines.length; index++) {
    const end = tableEnd(lines, index);
    if (end === null) continue;
    const table = readTable(lines.slice(index, end));
    if (table && table.columns.id && table.columns.status) found.push(table);
    index = end - 1;
  }
  return { table: found[0] ?? null, further: found.slice(1).map(({ line }) => line) };
}

/** Lines of a text; those in code fences and comments are empty. */
function visibleLines(text: string): Line[] {
  const lines: Line[] = [];
  let at = text.startsWith("\ufeff") ? 1 : 0;
  let hidden: RegExp | null = null;
  for (let number = 1; at < text.length; number++) {
    const feed = text.indexOf("\n", at);
    const end = feed < 0 ? text.length : feed;
    const line = text.slice(at, end).replace(/\r$/, "");
    const opened: RegExp | null = hidden === null ? hiddenUntil(line) : null;
    lines.push({ number, at, text: hidden === null && opened === null ? line : "" });
    if (hidden?.test(line)) hidden = null;
    else hidden ??= opened;
    at = end + 1;
  }
  return lines;
}

/** What ends the code fence or comment that a line begins; null when it begins none. */
function hiddenUntil(line: string): RegExp | null {
  const [, fence] = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/.exec(line) ?? [];
  if (fence) return new RegExp(`^ {0,3}${fence[0]}{${fence.length},}[ \\t]*$`);
  return /^ {0,3}<!--(?!.*-->)/.test(line) ? /-->/ : null;
}

/** Index behind the table that begins with this line, or null when none does. */
function tableEnd(lines: readonly Line[], index: number): number | null {
  const [header = "", delimiter = ""] = [lines[index]?.text, lines[index + 1]?.text];
  if (!isRow(header) || !/^[\s|:-]+$/.test(delimiter) || !delimiter.includes("-")) return null;
  const marks = splitRow(delimiter);
  if (!marks.every(({ start, end }) => /^\s*:?-+:?\s*$/.test(delimiter.slice(start, end)))) {
    return null;
  }
  if (marks.length !== splitRow(header).length) return null;
  let end = index + 2;
  while (isRow(lines[end]?.text ?? "")) end++;
  return end;
}

/** Whether a line can be part of a table: it has a bar and begins no other block. */
function isRow(line: string): boolean {
  return /(^|[^\\])\|/.test(line) && !/^( {4}|\t| {0,3}(#{1,6}\s|>|[-*+]\s))/.test(line);
}

function readTable([header, , ...body]: readonly Line[]): NamedTable | null {
  if (!header) return null;
  const heads = splitRow(header.text).map((span) => cellAt(header, span));
  const names = heads.map(({ text }) => columnName(text));
  const columns: Record<string, TableCell> = {};
  heads.forEach((cell, index) => columns[names[index] ?? ""] ??= cell);
  const overfull: TableCell[] = [];
  const rows = body.map((line) => {
    const spans = fittingCells(line.text, heads.length);
    const surplus = spans[heads.length];
    if (surplus) overfull.push(cellAt(line, surplus));
    const cells: Record<string, TableCell> = {};
    spans.forEach((span, index) => cells[names[index] ?? ""] ??= cellAt(line, span));
    return { line: line.number, cells };
  });
  const doubled = heads.filter((_, index) => names.indexOf(names[index] ?? "") < index);
  return { line: header.number, columns, rows, doubled, overfull };
}

/** Name of a column by its header: `Depends On` and `depends-on` are `depends_on`. */
export function columnName(text: string): string {
  return plainText(text).toLowerCase().replaceAll(/[\s-]+/g, "_");
}

/** A text without the code span or the bold marks around the whole of it. */
export function plainText(text: string): string {
  const [, inner] = /^(?:`([^`]+)`)$/.exec(text) ?? /^\*\*([^*]+)\*\*$/.exec(text) ?? [];
  return (inner ?? text).trim();
}

/** Places of the cells of a row. */
interface CellSpan {
  start: number;
  end: number;
}

/**
 * Cells of a row. Bars in code spans separate too, as they do where such tables are
 * rendered, unless only then there are more cells than the header has.
 */
function fittingCells(line: string, count: number): CellSpan[] {
  const spans = splitRow(line);
  if (spans.length <= count) return spans;
  const masked = line.replaceAll(
    /(?<!`)(`+)(?!`)(.*?[^`])\1(?!`)/g,
    (code) => code.replaceAll("|", "."),
  );
  const others = splitRow(masked);
  return others.length <= count ? others : spans;
}

/** Splits at each bar without a backslash; bars at the ends are optional. */
function splitRow(line: string): CellSpan[] {
  const bars = [...line.matchAll(/(?<!\\)\|/g)].map(({ index }) => index);
  const first = bars[0] ?? line.length;
  const last = bars.at(-1) ?? -1;
  const leading = line.slice(0, first).trim() === "";
  const trailing = line.slice(last + 1).trim() === "" && (bars.length > 1 || !leading);
  const edges = [leading ? null : -1, ...bars, trailing ? null : line.length]
    .filter((edge) => edge !== null);
  return edges.slice(1).map((end, index) => ({ start: (edges[index] ?? -1) + 1, end }));
}

function cellAt(line: Line, { start, end }: CellSpan): TableCell {
  const raw = line.text.slice(start, end);
  const said = raw.trim().replaceAll("\\|", "|");
  const padding = raw.trim() === "" ? Math.min(1, raw.length) : raw.length - raw.trimStart().length;
  return {
    start: line.at + start,
    end: line.at + end,
    raw,
    text: /^[-–—]*$/.test(said) ? "" : said,
    line: line.number,
    column: start + padding + 1,
  };
}
