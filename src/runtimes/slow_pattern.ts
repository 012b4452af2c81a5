/**
 * Regular expressions that can take for ever.
 *
 * @module
 */

/** A group whose end has not come yet. */
interface Group {
  start: number;
  /** Whether something in it repeats without an end. */
  repeats: boolean;
  /** Where its alternatives begin; one when there is no choice. */
  alternatives: number[];
}

/** Repetitions above which one counts as without an end. */
const many = 10;
const token = /\\.|\[(?:\\.|[^\]\\])*\]|\((?:\?(?:[:=!]|<[=!]|<[^>]*>))?|[\s\S]/g;
const repetition = /^(?:([+*])|\{(\d+)(,(\d*))?\})/;

/**
 * The part of a regular expression that can take time without bounds on some texts: a
 * repeated group with a repetition inside, as in `(a+)+`, or with alternatives that can
 * begin alike, as in `(a|aa)*`; null when there is none. A simple check: it does not find
 * patterns that are slow for other reasons.
 */
export function findSlowPart(pattern: string): string | null {
  const open: Group[] = [];
  for (const { 0: text, index } of pattern.matchAll(token)) {
    const end = index + text.length;
    const group = open.at(-1);
    if (text.startsWith("(")) open.push({ start: index, repeats: false, alternatives: [end] });
    else if (text === "|") group?.alternatives.push(end);
    else if (text === ")") {
      const closed = open.pop();
      const isRepeated = repeatsAt(pattern, end);
      const isSlow = closed && (closed.repeats || beginAlike(pattern, closed.alternatives));
      if (isRepeated && isSlow) return pattern.slice(closed.start, end + 1);
      const around = open.at(-1);
      if (around && (isRepeated || closed?.repeats)) around.repeats = true;
    } else if (group && repeatsAt(pattern, end)) group.repeats = true;
  }
  return null;
}

/** Whether what ends here repeats without an end, or very often. */
function repeatsAt(pattern: string, end: number): boolean {
  const found = repetition.exec(pattern.slice(end, end + 20));
  if (!found) return false;
  const [, sign, least, range, most] = found;
  return sign !== undefined || Number(range ? most || Infinity : least) > many;
}

/** Whether two alternatives can begin with the same character; a class or group might. */
function beginAlike(pattern: string, starts: readonly number[]): boolean {
  if (starts.length < 2) return false;
  const first = starts.map((start) => pattern.slice(start, start + 1).toLowerCase());
  return new Set(first).size < first.length || first.some((text) => /[\\[(.^$|)]/.test(text));
}
