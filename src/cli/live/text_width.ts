/**
 * Texts in columns of a terminal: wide characters take two, combining ones none.
 *
 * @module
 */
import { stringWidth } from "string-width";

const segmenter = new Intl.Segmenter();
const printableAscii = /^[\x20-\x7e]*$/;

/** Columns that a text takes; colours take none. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/**
 * A text without colours that takes at most `columns` columns; one that is longer ends with
 * an ellipsis. No character that a reader sees as one is cut.
 */
export function cutTo(text: string, columns: number): string {
  if (columns <= 0) return "";
  if (printableAscii.test(text)) {
    return text.length <= columns ? text : `${text.slice(0, columns - 1)}…`;
  }
  // A text is no wider than twice its length: only long ones are measured in part.
  const head = text.length > columns * 32 ? text.slice(0, columns * 32) : text;
  if (head === text && widthOf(text) <= columns) return text;
  let kept = "";
  let width = 0;
  for (const { segment } of segmenter.segment(head)) {
    width += widthOf(segment);
    if (width > columns - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/**
 * A text as lines of at most `columns` columns, broken at blanks; later lines are indented. A
 * word that is longer stays whole. Colours take no columns.
 */
export function wrapTo(text: string, columns: number, indent = "  "): string[] {
  const lines: string[] = [];
  let line = "";
  let width = 0;
  let isEmpty = true;
  for (const word of text.split(" ")) {
    const more = widthOf(word);
    if (!isEmpty && width + 1 + more > columns) {
      lines.push(line.trimEnd());
      [line, width, isEmpty] = [indent, indent.length, true];
      if (word === "") continue;
    }
    line += isEmpty ? word : ` ${word}`;
    width += isEmpty ? more : more + 1;
    isEmpty &&= lines.length > 0 && word === "";
  }
  return [...lines, line.trimEnd()];
}

/** A text filled up with blanks to `columns` columns; a wider one stays. */
export function padTo(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - widthOf(text)));
}
