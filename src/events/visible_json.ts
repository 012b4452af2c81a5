/**
 * JSON in which everything can be seen.
 *
 * @module
 */

/** Characters that show nothing or turn the direction of writing. */
const unseen = /[\u007f-\u00a0\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]/g;

/** A value as JSON, with invisible characters as escapes: the same value to every reader. */
export function visibleJson(value: unknown): string {
  return withVisible(JSON.stringify(value));
}

/** A JSON text with invisible characters as escapes. */
export function withVisible(json: string): string {
  return json.replaceAll(unseen, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, "0");
    return `\\u${code}`;
  });
}
