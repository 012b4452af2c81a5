/**
 * The forms in which a secret value turns up in other text.
 *
 * @module
 */
import { BEFORE_BREAK } from "./match_form.ts";
import { withoutNesting } from "./spellings.ts";

/** Least characters of the part of a base64 text that does not depend on its surroundings. */
const MIN_BASE64 = 8;
/** Least characters of a form: what is left of the shortest value when an escape counts once. */
const MIN_FORM = 3;
/** Least characters of a single line of a secret with several lines. */
const MIN_LINE = 8;
/** Least characters of an encoded form that is looked for without its beginning too. */
const MIN_LONG = 16;

/**
 * Every form in which `value` is looked for: as it is, in base64 and base64url at the three
 * alignments, in hexadecimal digits of both cases, and, when it has several lines, each line of
 * 8 characters or more; long encoded ones also without their beginning. Each form comes once,
 * its escapes taken for one each. In which ways a character may be written is not told here.
 */
export function derivedForms(value: string): string[] {
  const forms = longLines(value);
  for (const text of [value, value.replaceAll("\r\n", "\n")]) {
    const bytes = new TextEncoder().encode(text);
    const digits = bytes.toHex();
    const encoded = [digits, digits.toUpperCase(), ...base64Forms(bytes)];
    forms.unshift(text, ...encoded.flatMap(withoutBeginning));
  }
  return [...new Set(forms.map(withoutNesting))].filter((form) => form.length >= MIN_FORM);
}

/**
 * A form, and what is left of a long one without its beginning: this is found also where a
 * line break stands in the beginning.
 */
function withoutBeginning(form: string): string[] {
  return form.length < MIN_LONG ? [form] : [form, form.slice(BEFORE_BREAK)];
}

/**
 * Base64 of bytes that hold `bytes` somewhere: the characters that come from it
 * alone, whatever stands before and behind, for each of the three alignments.
 */
function base64Forms(bytes: Uint8Array): string[] {
  const forms: string[] = [];
  for (const before of [0, 1, 2]) {
    const padded = new Uint8Array(before + bytes.length);
    padded.set(bytes, before);
    const encoded = padded.toBase64();
    const first = Math.ceil(before * 8 / 6);
    const last = Math.floor(padded.length * 8 / 6);
    if (last - first < MIN_BASE64) continue;
    forms.push(encoded.slice(first, last), encoded.slice(first));
  }
  return forms.flatMap((form) => [form, form.replaceAll("+", "-").replaceAll("/", "_")]);
}

/** The long lines of a text with several; the frame of a key block is no secret. */
function longLines(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  if (lines.length < 2) return [];
  return lines.filter((line) => line.length >= MIN_LINE && !/^-----(?:BEGIN|END) /.test(line));
}
