/**
 * Pages of help as text for a terminal.
 *
 * @module
 */
import type { Block, Page } from "./page.ts";

/** How a page is laid out. */
export interface PageLayout {
  /** Columns of a line. */
  width: number;
  heading: (title: string) => string;
}

/** Widest column of terms; what is said of a longer term begins on the next line. */
const widestTerm = 26;
/** Terminals narrower than this get no columns. */
const leastColumns = 60;

/** The page, without a line break at its end. */
export function pageText(page: Page, { width, heading }: PageLayout): string {
  const sections = page.sections.flatMap(({ title, blocks }) => [
    "",
    heading(`${title}:`),
    ...blocks.flatMap((block, at) => [
      ...(at > 0 ? [""] : []),
      ...blockLines(block, width - 2).map((line) => line === "" ? "" : `  ${line}`),
    ]),
  ]);
  return [...wrap(page.opening, width), ...sections].join("\n");
}

function blockLines(block: Block, width: number): string[] {
  if (block.kind === "text") return wrap(block.text, width);
  if (block.kind === "code") return [...block.lines];
  const terms = block.rows.map(([term]) => term.length).filter((length) => length <= widestTerm);
  const column = width + 2 < leastColumns ? 0 : Math.max(block.column, ...terms);
  return block.rows.flatMap(([term, said]) => rowLines(term, said, { column, width }));
}

function rowLines(
  term: string,
  said: string,
  { column, width }: { column: number; width: number },
): string[] {
  // Terms that are indented themselves are options.
  const indent = column === 0 ? (/^(?: {4}|-\w,)/.test(term) ? 8 : 4) : column + 2;
  const lines = wrap(said, width - indent).map((line) => " ".repeat(indent) + line);
  if (term.length > column) return [term, ...lines];
  return [term.padEnd(indent) + (lines[0] ?? "").slice(indent), ...lines.slice(1)]
    .map((line) => line.trimEnd());
}

/** Lines of at most `width` columns, where the words allow it. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
