/**
 * Texts of unknown origin without what a reader cannot see: terminal sequences, control
 * characters, marks of writing direction, invisible characters.
 *
 * @module
 */

/** Escape sequences that a terminal obeys: CSI, OSC and the like, and two-character ones. */
const terminal =
  // deno-lint-ignore no-control-regex
  /\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|$)|\x1b[ -/]*[0-~]|\x9b[0-?]*[ -/]*[@-~]/g;

/**
 * Characters that show nothing or turn the direction of writing, and tags of the kind that
 * hide text. Joiners (U+200C, U+200D) stay: scripts and emoji need them.
 */
const invisible =
  /[\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** Control characters other than the line break, and what else may look like one. */
const controls =
  // deno-lint-ignore no-control-regex
  /[\x00-\x09\x0b-\x1f\x7f-\x9f]+/g;

/**
 * A text on one line: whitespace and control characters become one space, what is invisible
 * goes. Half a surrogate pair becomes U+FFFD.
 */
export function plainLine(text: string): string {
  return plainLines(text).replaceAll(/\s+/g, " ").trim();
}

/**
 * A text whose line breaks stay (as `\n`, no more than one empty line in a row); otherwise
 * as `plainLine`.
 */
export function plainLines(text: string): string {
  return text.toWellFormed()
    .replaceAll(terminal, "")
    .replaceAll(/\r\n?|[\u2028\u2029\u0085]/g, "\n")
    .replaceAll(invisible, "")
    .replaceAll(controls, " ")
    .replaceAll(/(?<![^\S\n])[^\S\n]+$/gm, "")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim();
}
