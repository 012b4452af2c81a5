/**
 * Finding the lines of a piece of an event file that are worth parsing.
 *
 * @module
 */
import type { TypeFilter } from "./type_filter.ts";

const [newline, openBrace, closeBrace] = [0x0a, 0x7b, 0x7d];

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
  const text = new TextDecoder().decode(bytes);
  // With one byte a character, places in the text are places in the file.
  const ends = text.length === bytes.length ? null : lineEnds(bytes);
  const mayHold = holders(text, filter);
  const lines: ScannedLine[] = [];
  for (let start = 0, number = 0; start < text.length; number++) {
    const end = text.indexOf("\n", start);
    if (end < 0) break;
    if (end > start && (mayHold(start, end) || !looksWhole(text, start, end))) {
      lines.push({
        start: ends === null ? start : ends[number - 1] ?? 0,
        end: ends === null ? end + 1 : ends[number] ?? 0,
        text: text.slice(start, end),
      });
    }
    start = end + 1;
  }
  return lines;
}

/** Tells whether the filter could want the line from `start` to `end`; asked in order. */
function holders(
  text: string,
  filter: TypeFilter | null,
): (start: number, end: number) => boolean {
  if (filter === null) return () => true;
  const { next } = filter;
  const places = next.map(() => -1);
  return (start, end) => {
    let found = false;
    for (let i = 0; i < next.length; i++) {
      if ((places[i] ?? 0) < start) places[i] = next[i]?.(text, start) ?? text.length;
      if ((places[i] ?? 0) < end) found = true;
    }
    return found;
  };
}

function looksWhole(text: string, start: number, end: number): boolean {
  return text.charCodeAt(start) === openBrace && text.charCodeAt(end - 1) === closeBrace;
}

/** Where each line ends, after its newline. */
function lineEnds(bytes: Uint8Array): number[] {
  const ends: number[] = [];
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === newline) ends.push(i + 1);
  return ends;
}
