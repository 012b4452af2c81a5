/**
 * JSON of unknown origin.
 *
 * @module
 */

/** Deepest nesting that is read: what is done with a value later may call itself for each level. */
export const maxDepth = 500;

/** Parses a JSON text. Throws Error also when it is nested deeper than `maxDepth`. */
export function parseJsonText(text: string): unknown {
  if (isTooDeep(text)) throw new Error(`it is nested deeper than ${maxDepth} levels`);
  return JSON.parse(text);
}

/** Whether a JSON text is nested deeper than `maxDepth`. */
export function isTooDeep(text: string): boolean {
  // Most texts are too short for it.
  if (text.length <= maxDepth || !hasMany(text)) return false;
  let depth = 0;
  let inText = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inText) {
      if (code === backslash) at++;
      else if (code === quote) inText = false;
    } else if (code === quote) inText = true;
    else if (code === opened || code === openedList) {
      if (++depth > maxDepth) return true;
    } else if (code === closed || code === closedList) depth--;
  }
  return false;
}

const [quote, backslash, opened, openedList, closed, closedList] = [
  0x22,
  0x5c,
  0x7b,
  0x5b,
  0x7d,
  0x5d,
];

/** Whether there are more brackets than `maxDepth`. */
function hasMany(text: string): boolean {
  let count = 0;
  for (const bracket of "{[") {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      if (++count > maxDepth) return true;
    }
  }
  return false;
}
