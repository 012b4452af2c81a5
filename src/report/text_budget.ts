/**
 * Texts of workers as a report shows them, and how many of them.
 *
 * @module
 */

/** Control characters other than tab and newline, and marks of writing direction. */
const unprintable =
  // deno-lint-ignore no-control-regex
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The last `most` characters of a text, from a whole line on where that is near. */
export function shownText(text: string, most: number): string {
  const plain = text.replaceAll("\r\n", "\n").replaceAll(unprintable, "\u{fffd}").trimEnd();
  if (plain.length <= most) return plain;
  const tail = plain.slice(-most).replace(/^[\udc00-\udfff]/, "");
  const line = tail.indexOf("\n");
  return line >= 0 && line < most / 4 ? tail.slice(line + 1) : tail;
}

/** How much text a report may hold; what comes first gets it. */
export class TextBudget {
  #left: number;

  /** @param characters UTF-16 units. */
  constructor(characters: number) {
    this.#left = characters;
  }

  /** The text, or null when the budget is used up; then it is not made at all. */
  take(make: () => string): string | null {
    if (this.#left <= 0) return null;
    const text = make();
    this.#left -= text.length;
    return text;
  }
}
