/**
 * Where the lines of a piece of an event file begin and end.
 *
 * @module
 */

const newline = 0x0a;

/** Longest line that is read, in bytes without its newline. */
export const maxLineBytes = 1024 * 1024;

/** A piece of a file, cut at lines. */
export interface Cut {
  /** First byte of the complete lines. */
  start: number;
  /** The byte after the newline of the last complete line. */
  end: number;
  /** Bytes that are done with: `end`, or all of them inside a line that is too long. */
  done: number;
  /** Whether the piece ends inside a line that is too long. */
  inside: boolean;
  /** Whether such a line begins at the start of the piece. */
  huge: boolean;
}

/**
 * Cuts a piece.
 *
 * @param inside Whether the piece begins inside a line that is too long.
 */
export function cutChunk(bytes: Uint8Array, inside: boolean): Cut {
  const first = bytes.indexOf(newline);
  if (first < 0) {
    const huge = !inside && bytes.length > maxLineBytes;
    const done = inside || huge ? bytes.length : 0;
    return { start: done, end: done, done, inside: inside || huge, huge };
  }
  const end = bytes.lastIndexOf(newline) + 1;
  return { start: inside ? first + 1 : 0, end, done: end, inside: false, huge: false };
}
