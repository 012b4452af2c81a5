/**
 * Where the lines of a piece of an event file begin and end.
 *
 * @module
 */

const newline = 0x0a;

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
 * @param maxLineBytes Longest line that is read, without its newline.
 */
export function cutChunk(
  bytes: Uint8Array,
  { inside, maxLineBytes }: { inside: boolean; maxLineBytes: number },
): Cut {
  const first = bytes.indexOf(newline);
  if (first < 0) {
    const huge = !inside && bytes.length > maxLineBytes;
    const done = inside || huge ? bytes.length : 0;
    return { start: done, end: done, done, inside: inside || huge, huge };
  }
  const end = bytes.lastIndexOf(newline) + 1;
  return { start: inside ? first + 1 : 0, end, done: end, inside: false, huge: false };
}
