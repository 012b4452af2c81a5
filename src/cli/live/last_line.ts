/**
 * The last line of a log that tells a person something. Pure.
 *
 * @module
 */
import { plainLine } from "../../events/plain_text.ts";

/** What frames a text in the screen of a program, and blanks. */
const frame = /^[\s\u2500-\u259f]+|[\s\u2500-\u259f]+$/g;

/**
 * The last line of `text` with a word in it, on one line; null when there is none since the
 * newest heading of the log. Lines of JSON are for programs and tell nothing.
 */
export function lastLine(text: string): string | null {
  for (let end = text.length; end > 0;) {
    const start = text.lastIndexOf("\n", end - 1) + 1;
    const line = text.slice(start, end);
    if (line.startsWith("== ")) return null;
    const shown = plainLine(line).replace(frame, "");
    if (/\p{L}{2}/u.test(shown) && !/^[[{]"?/.test(shown)) return shown;
    end = start - 1;
  }
  return null;
}
