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
  /** Tells for the lines of a text, asked in their order, which could hold an event of these. */
  scan(text: string): (start: number, end: number) => boolean;
}

/** Filter for these types; null, which is all, for none or when they are not given. */
export function filterTypes(types: Iterable<string> | null): TypeFilter | null {
  const wanted = new Set(types ?? []);
  if (wanted.size === 0) return null;
  const isPlain = [...wanted].every((type) => plainType.test(type));
  return {
    accepts: (type) => wanted.has(type),
    scan: isPlain ? scanFor([...wanted]) : () => () => true,
  };
}

function scanFor(types: readonly string[]): TypeFilter["scan"] {
  // Measured: three times as fast as with the quote in front, five times as `indexOf`.
  const names = types.map((type) => type.replaceAll(/[.-]/g, "\\$&")).join("|");
  return (text) => {
    const type = new RegExp(`(?:${names})"`, "g");
    let [typeAt, escapeAt] = [-1, -1];
    return (start, end) => {
      if (typeAt < start) {
        type.lastIndex = start;
        typeAt = type.test(text) ? type.lastIndex - 1 : text.length;
      }
      if (escapeAt < start) escapeAt = indexOr(text.length, text.indexOf("\\u", start));
      return typeAt < end || escapeAt < end;
    };
  };
}

function indexOr(otherwise: number, index: number): number {
  return index < 0 ? otherwise : index;
}
