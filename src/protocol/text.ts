/**
 * Texts for people.
 *
 * @module
 */

/**
 * A text on one line, without control characters, cut to `most` characters where that
 * is given.
 */
export function oneLine(text: string, most = Infinity): string {
  // deno-lint-ignore no-control-regex
  const flat = text.replaceAll(/[\x00-\x1f\x7f-\x9f\u2028\u2029]+/g, " ").trim();
  if (flat.length <= most) return flat;
  const chars = [...flat];
  return chars.length > most ? `${chars.slice(0, most - 1).join("")}…` : flat;
}
