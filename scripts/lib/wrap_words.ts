/**
 * Texts in a narrow column.
 *
 * @module
 */

/** Lines of at most `width` characters, broken at blanks; a longer word stands alone. */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((word) => word !== "")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length > width && line !== "") {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return line === "" ? lines : [...lines, line];
}

/** As few lines as `wrapWords` makes, as even as they can be. */
export function balancedLines(text: string, width: number): string[] {
  let lines = wrapWords(text, width);
  for (let narrower = width - 1; narrower > 0; narrower--) {
    const next = wrapWords(text, narrower);
    if (next.length > lines.length) break;
    lines = next;
  }
  return lines;
}
