/**
 * Tells whether a form of a secret stands in a text, however it is escaped or wrapped.
 *
 * @module
 */
import { cutEscape, cutLine, lineBreak, mayGoOn, spellingOf } from "./spellings.ts";

/** What `matchForm` gives where the form does not stand. */
export const NONE = -1;
/** What it gives where the text ends before the form does. */
export const OPEN = -2;

/**
 * Characters of a form that stand before a line break at least; with fewer, each line that
 * ends with the beginning of a secret would have to wait for the next one.
 */
export const BEFORE_BREAK = 4;
/** Least characters of a form that is looked for across line breaks. */
const LEAST_WRAPPED = 3 * BEFORE_BREAK;

/**
 * Where a form ends that begins at `at`; `NONE`, or `OPEN` when only more text, which there
 * is unless `final`, can tell. Takes time by the length of the form.
 */
export function matchForm(form: string, text: string, at: number, final: boolean): number {
  let end = at;
  for (let index = 0; index < form.length;) {
    const wanted = form.charCodeAt(index);
    if (wanted === text.charCodeAt(end) && !mayGoOn(wanted)) {
      index++;
      end++;
      continue;
    }
    end = nextEnd({ form, index, text, at: end, final });
    if (end < 0) return end;
    index += (form.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
  }
  return end;
}

/** Where the character of a form ends that stands at `at`, if it does, in whatever way. */
function nextEnd(
  { form, index, text, at, final }: {
    form: string;
    index: number;
    text: string;
    at: number;
    final: boolean;
  },
): number {
  if (at === text.length) return final ? NONE : OPEN;
  // Of several backslashes the last may belong to what follows.
  const shared = form[index - 1] === "\\" && text[at - 1] === "\\";
  if (!shared && form[index] !== text[at] && !escapes.has(text.charAt(at))) return NONE;
  const char = String.fromCodePoint(form.codePointAt(index) ?? 0);
  const wrapped = index >= BEFORE_BREAK && form.length >= LEAST_WRAPPED;
  const begins = shared ? [at, at - 1] : [at];
  const cut = wrapped || char === "\n" || char === " " ? cutLine : cutEscape;
  if (!final && begins.some((begin) => matchEnd(cut, text, begin) !== NONE)) return OPEN;
  const ends = begins.map((begin) => writtenEnd(char, text, begin, wrapped));
  return ends.find((end) => end !== NONE) ?? NONE;
}

/** What an escape or a line break begins with. */
const escapes = new Set("\\%&+'\r\n \t");

/** Where a character that begins at `at` ends, behind a line break or not. */
function writtenEnd(char: string, text: string, at: number, wrapped: boolean): number {
  const end = spelledEnd(char, text, at);
  if (end !== NONE || !wrapped) return end;
  const begin = matchEnd(lineBreak, text, at);
  return begin === NONE ? NONE : spelledEnd(char, text, begin);
}

function spelledEnd(char: string, text: string, at: number): number {
  const spelling = spellingOf(char);
  if (spelling) return matchEnd(spelling.written, text, at);
  return text.startsWith(char, at) ? at + char.length : NONE;
}

/** Where what a sticky expression matches at `at` ends. */
function matchEnd(expression: RegExp, text: string, at: number): number {
  expression.lastIndex = at;
  return expression.test(text) ? expression.lastIndex : NONE;
}
