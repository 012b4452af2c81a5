/**
 * Finding the lines of a piece of an event file that are worth parsing.
 *
 * @module
 */
import type { TypeFilter } from "./type_filter.ts";

const [newline, openBrace, closeBrace, byteOrderMark] = [0x0a, 0x7b, 0x7d, 0xfeff];

/** Bytes that are decoded at once: longer texts stay in memory longer. */
const pieceBytes = 64 * 1024;

/** A line of a piece of a file. */
export interface ScannedLine {
  /** Its first byte in the piece. */
  start: number;
  /** The byte after its newline. */
  end: number;
  /** The line without its newline. */
  text: string;
}

/**
 * Lines that may be events of the filter's types, and those that do not look like events
 * at all. Other lines, and empty ones, are left out; a line that is left out may still be
 * broken inside.
 *
 * @param bytes Complete lines; the last byte is a newline. What is not UTF-8 becomes U+FFFD.
 */
export function scanLines(bytes: Uint8Array, filter: TypeFilter | null): ScannedLine[] {
  const lines: ScannedLine[] = [];
  for (let start = 0; start < bytes.length;) {
    const last = bytes.lastIndexOf(newline, start + pieceBytes - 1);
    const end = last >= start ? last + 1 : bytes.indexOf(newline, start) + 1 || bytes.length;
    scanPiece(bytes.subarray(start, end), start, { filter, lines });
    start = end;
  }
  return lines;
}

/** Adds the lines of a piece, which begins at byte `base`. */
function scanPiece(
  bytes: Uint8Array,
  base: number,
  { filter, lines }: { filter: TypeFilter | null; lines: ScannedLine[] },
): void {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const mayHold = filter?.scan(text) ?? (() => true);
  const places = placesIn(text, bytes);
  for (let start = 0, number = 0; start < text.length; number++) {
    const end = text.indexOf("\n", start);
    if (end < 0) break;
    if (end > start && (mayHold(start, end) || !looksWhole(text, start, end))) {
      const first = text.charCodeAt(start) === byteOrderMark ? start + 1 : start;
      lines.push({
        start: base + places(start, number),
        end: base + places(end + 1, number + 1),
        text: text.slice(first, end),
      });
    }
    start = end + 1;
  }
}

function looksWhole(text: string, start: number, end: number): boolean {
  return text.charCodeAt(start) === openBrace && text.charCodeAt(end - 1) === closeBrace;
}

/**
 * Tells which byte the first character of a line is, by its index in the text and the number
 * of the line.
 */
function placesIn(text: string, bytes: Uint8Array): (index: number, line: number) => number {
  if (text.length === bytes.length) return (index) => index;
  const starts = lineStarts(bytes);
  return (_index, line) => starts[line] ?? bytes.length;
}

function lineStarts(bytes: Uint8Array): number[] {
  const starts = [0];
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) {
    starts.push(at + 1);
  }
  return starts;
}
