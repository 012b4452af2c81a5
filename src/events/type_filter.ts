/**
 * Which events a reader wants, tested on text before anything is parsed.
 *
 * @module
 */

/** Characters that no writer of JSON escapes, except as `\u` and four digits. */
const plainType = /^[\w.-]+$/;

/** A choice of event types. */
export interface TypeFilter {
  /** Whether an event of this type is wanted. */
  accepts(type: string): boolean;
  /**
   * Index, from `from` on, of the next place that an event that is wanted could hold; the
   * length of the text when there is none. A line without such a place is not wanted.
   */
  next: readonly ((text: string, from: number) => number)[];
}

/** Filter for these types; null, which is all, for none or when they are not given. */
export function filterTypes(types: Iterable<string> | null): TypeFilter | null {
  const wanted = new Set(types ?? []);
  if (wanted.size === 0) return null;
  const accepts = (type: string) => wanted.has(type);
  if (![...wanted].every((type) => plainType.test(type))) {
    return { accepts, next: [(_text, from) => from] };
  }
  // One expression that begins with a fixed text is several times as fast as `indexOf`.
  const names = [...wanted].map((type) => type.replaceAll(/[.-]/g, "\\$&")).join("|");
  const type = new RegExp(`"(?:${names})"`, "g");
  const nextType = (text: string, from: number) => {
    type.lastIndex = from;
    return type.exec(text)?.index ?? text.length;
  };
  const nextEscape = (text: string, from: number) => {
    const at = text.indexOf("\\u", from);
    return at < 0 ? text.length : at;
  };
  return { accepts, next: [nextType, nextEscape] };
}
