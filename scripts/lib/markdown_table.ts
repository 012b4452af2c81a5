/**
 * Tables in Markdown.
 *
 * @module
 */

/**
 * The second cell of each row by its first one, from the table whose first column has the
 * head `head`. Backticks are left out; empty when there is no such table.
 */
export function tableByName(markdown: string, head: string): Map<string, string> {
  const lines = markdown.split("\n");
  const start = lines.findIndex((line) => cellsOf(line)[0] === head);
  if (start < 0) return new Map();
  const rows = new Map<string, string>();
  for (const line of lines.slice(start + 2)) {
    const [name, text] = cellsOf(line);
    if (name === undefined) break;
    rows.set(name, text ?? "");
  }
  return rows;
}

/** Cells of a row, without blanks and backticks; none when the line is no row. */
function cellsOf(line: string): string[] {
  if (!/^\s*\|.*\|\s*$/.test(line)) return [];
  return line.trim().slice(1, -1).split(/(?<!\\)\|/)
    .map((cell) => cell.replaceAll("\\|", "|").replaceAll("`", "").trim());
}
