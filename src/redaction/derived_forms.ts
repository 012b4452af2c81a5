/**
 * The forms in which a secret value turns up in other text.
 *
 * @module
 */

/** Least characters of the part of a base64 text that does not depend on its surroundings. */
const MIN_BASE64 = 12;
/** Least characters of a single line of a secret with several lines. */
const MIN_LINE = 8;

/**
 * Every form in which `value` is looked for: as it is, JSON-escaped, URL-encoded,
 * base64 and base64url at the three alignments, and, when it has several lines,
 * each line of 8 characters or more. Each form comes once.
 */
export function derivedForms(value: string): string[] {
  const forms = new Set<string>();
  for (const text of new Set([value, value.replaceAll("\r\n", "\n")])) {
    forms.add(text);
    for (const form of jsonForms(text)) forms.add(form);
    for (const form of urlForms(text)) forms.add(form);
    for (const form of base64Forms(text)) forms.add(form);
  }
  for (const line of longLines(value)) {
    forms.add(line);
    for (const form of jsonForms(line)) forms.add(form);
  }
  return [...forms];
}

/** JSON-escaped once and twice, and with ASCII only. */
function jsonForms(text: string): string[] {
  const once = JSON.stringify(text).slice(1, -1);
  const twice = JSON.stringify(once).slice(1, -1);
  const ascii = once.replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return [once, twice, ascii];
}

/**
 * As encoders write it: every reserved character, without `/`, without `!'()*`,
 * and as a form's field, each with hexadecimal digits of both cases.
 */
function urlForms(text: string): string[] {
  const lenient = encodeURIComponent(text.toWellFormed());
  const strict = lenient.replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const paths = [lenient, strict].map((form) => form.replaceAll("%2F", "/"));
  const forms = [lenient, strict, ...paths];
  const asForm = new URLSearchParams([["", text]]).toString().slice(1);
  const all = [...forms, ...forms.map((form) => form.replaceAll("%20", "+")), asForm];
  return all.flatMap((form) => [
    form,
    form.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()),
  ]);
}

/**
 * Base64 of a text that holds `text` somewhere: the characters that come from it
 * alone, whatever stands before and behind, for each of the three alignments.
 */
function base64Forms(text: string): string[] {
  const bytes = new TextEncoder().encode(text);
  const forms: string[] = [];
  for (const before of [0, 1, 2]) {
    const padded = new Uint8Array(before + bytes.length);
    padded.set(bytes, before);
    const encoded = toBase64(padded);
    const first = Math.ceil(before * 8 / 6);
    const last = Math.floor(padded.length * 8 / 6);
    if (last - first < MIN_BASE64) continue;
    forms.push(encoded.slice(first, last), encoded.slice(first));
  }
  return forms.flatMap((form) => [form, form.replaceAll("+", "-").replaceAll("/", "_")]);
}

function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** The long lines of a text with several; the frame of a key block is no secret. */
function longLines(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  if (lines.length < 2) return [];
  return lines.filter((line) => line.length >= MIN_LINE && !/^-----(?:BEGIN|END) /.test(line));
}
