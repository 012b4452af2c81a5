/**
 * Texts for people.
 *
 * @module
 */

/** Control characters, line separators, and marks of writing direction. */
const unprintable =
  // deno-lint-ignore no-control-regex
  /[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g;

/**
 * A text on one line, without control characters and marks of writing direction, cut to `most` characters where that
 * is given.
 */
export function oneLine(text: string, most = Infinity): string {
  const flat = text.replaceAll(unprintable, " ").trim();
  if (flat.length <= most) return flat;
  const chars = [...flat];
  return chars.length > most ? `${chars.slice(0, most - 1).join("")}…` : flat;
}

/** The same without line breaks, tabs and what only ends a line. */
const obeyed =
  // deno-lint-ignore no-control-regex
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * A text of several lines for a terminal: control characters and marks of writing direction
 * become spaces.
 */
export function printable(text: string): string {
  return text.replaceAll(obeyed, " ");
}

/** A text as one word of a shell's command line. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) && !text.startsWith("-")
    ? text
    : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The first `most` of the names, and how many more there are. */
export function firstOf(names: readonly string[], most: number): string {
  const shown = names.slice(0, most).join(", ");
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** A sentence about why, and that somebody has to look. */
export function needsReview(why: string): string {
  return `${/[.!?…]$/.test(why) ? why : `${why}.`} Human review needed.`;
}
