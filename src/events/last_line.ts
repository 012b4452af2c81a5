/**
 * The line of an output that tells a person something. Pure.
 *
 * @module
 */
import { oneLine } from "../protocol/text.ts";
import { plainLine } from "./plain_text.ts";

/** What frames a text in the screen of a program, and blanks. */
const frame = /^[\s\u2500-\u259f]+|[\s\u2500-\u259f]+$/g;
/** Lines at the end of an output among which one that tells of a fault goes before others. */
const lastLines = 12;
const faultWords =
  /\b(?:fail(?:s|ed|ures?|ing)?|err(?:ors?)?|fatal|panic\w*|\w*exception|\w*error|expected|not ok|not found|denied|cannot|can't|unable)\b/i;
/** A count of faults that are none. */
const noFaults = /\b(?:0|no) (?:fail|err)|\b(?:fail\w*|errors?):? 0\b/i;
/** What npm says of its own log. */
const ownLog = /complete log of this run/i;
/** Longest line of a reason. */
const mostCharacters = 160;

/**
 * The last line of `text` with a word in it, on one line; null when there is none since the
 * newest heading of the log. Lines of JSON are for programs and tell nothing.
 */
export function lastLine(text: string): string | null {
  for (const line of linesFromEnd(text)) return line;
  return null;
}

/**
 * Why a command failed, as its output tells: of its last lines the last one that speaks of a
 * fault, else the last one; null when it said nothing.
 *
 * @param text Redacted.
 */
export function lastWords(text: string): string | null {
  let last: string | null = null;
  let seen = 0;
  for (const line of linesFromEnd(text)) {
    if (ownLog.test(line)) continue;
    last ??= line;
    if (faultWords.test(line) && !noFaults.test(line)) return oneLine(line, mostCharacters);
    if (++seen === lastLines) break;
  }
  return last === null ? null : oneLine(last, mostCharacters);
}

/** Lines with a word in them, the last one first, up to the newest heading. */
function* linesFromEnd(text: string): Generator<string> {
  for (let end = text.length; end > 0;) {
    const start = text.lastIndexOf("\n", end - 1) + 1;
    const line = text.slice(start, end);
    if (line.startsWith("== ")) return;
    const shown = plainLine(line).replace(frame, "");
    if (/\p{L}{2}/u.test(shown) && !/^[[{]"?/.test(shown)) yield shown;
    end = start - 1;
  }
}
