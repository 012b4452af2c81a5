/**
 * Edits of JSON as text, so that everything that an edit does not name keeps its
 * bytes: number forms, key order, white space, duplicate keys, unknown fields.
 *
 * The text must be valid JSON (`JSON.parse` said so); the scanners rely on it.
 *
 * @module
 */

/** Part of a text: from `start` up to, not including, `end`. */
export interface Span {
  start: number;
  end: number;
}

/** One member of an object. */
export interface Member extends Span {
  key: string;
  value: Span;
}

const quote = 0x22, backslash = 0x5c, comma = 0x2c;
const openBrace = 0x7b, closeBrace = 0x7d, openBracket = 0x5b, closeBracket = 0x5d;

/** Index of the first character at or after `at` that is not white space. */
export function skipSpace(text: string, at: number): number {
  for (;; at++) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
  }
}

/** Index behind the string that starts at `at`. */
function skipString(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1);; end = text.indexOf('"', end + 1)) {
    let slashes = end - 1;
    while (text.charCodeAt(slashes) === backslash) slashes--;
    if ((end - slashes) % 2 === 1) return end + 1;
  }
}

/** Index behind the value that starts at `at`. */
function skipValue(text: string, at: number): number {
  const first = text.charCodeAt(at);
  if (first === quote) return skipString(text, at);
  if (first === openBrace || first === openBracket) return skipNested(text, at);
  for (;; at++) {
    const code = text.charCodeAt(at);
    const ends = code === comma || code === closeBrace || code === closeBracket || code <= 0x20;
    if (ends || at >= text.length) return at;
  }
}

function skipNested(text: string, at: number): number {
  let depth = 0;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at = skipString(text, at);
      continue;
    }
    at++;
    if (code === openBrace || code === openBracket) depth++;
    else if ((code === closeBrace || code === closeBracket) && --depth === 0) return at;
  }
}

/** Where the elements of an array start and end, by index. */
export interface ElementSpans {
  starts: Uint32Array;
  ends: Uint32Array;
}

/** Spans of the elements of the array that starts at `at` and has `count` elements. */
export function elementSpans(text: string, at: number, count: number): ElementSpans {
  const starts = new Uint32Array(count);
  const ends = new Uint32Array(count);
  at = skipSpace(text, at + 1);
  for (let i = 0; i < count; i++) {
    const end = skipValue(text, at);
    starts[i] = at;
    ends[i] = end;
    at = skipSpace(text, skipSpace(text, end) + 1);
  }
  return { starts, ends };
}

/**
 * Where the value of the last member `key` of the object that starts at `at` begins.
 * With `isOnly` no other member has this name, and what follows is not read.
 */
export function findMember(text: string, at: number, key: string, isOnly: boolean): number {
  let found = -1;
  at = skipSpace(text, at + 1);
  while (text.charCodeAt(at) !== closeBrace) {
    const keyEnd = skipString(text, at);
    const value = skipSpace(text, skipSpace(text, keyEnd) + 1);
    if (JSON.parse(text.slice(at, keyEnd)) === key) {
      found = value;
      if (isOnly) break;
    }
    at = skipSpace(text, skipValue(text, value));
    if (text.charCodeAt(at) === comma) at = skipSpace(text, at + 1);
  }
  return found;
}

/** Members of the object that starts at `at`. */
export function memberSpans(text: string, at: number): Member[] {
  const members: Member[] = [];
  at = skipSpace(text, at + 1);
  while (text.charCodeAt(at) !== closeBrace) {
    const keyEnd = skipString(text, at);
    const value = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const end = skipValue(text, value);
    const key = JSON.parse(text.slice(at, keyEnd)) as string;
    members.push({ key, start: at, end, value: { start: value, end } });
    at = skipSpace(text, end);
    if (text.charCodeAt(at) === comma) at = skipSpace(text, at + 1);
  }
  return members;
}

/** White space between the last line break before `at` and `at`; null when all is on one line. */
function lineIndent(text: string, at: number): string | null {
  const lineStart = text.lastIndexOf("\n", at - 1) + 1;
  const before = text.slice(lineStart, at);
  return lineStart > 0 && /^[ \t]*$/.test(before) ? before : null;
}

/** A value as JSON text in the style of its surroundings. */
function valueText(value: unknown, indent: string | null, unit: string): string {
  if (indent === null) return JSON.stringify(value);
  return JSON.stringify(value, null, unit).replaceAll("\n", `\n${indent}`);
}

/**
 * Sets members of one JSON object; a value of `undefined` removes the member.
 * Members that exist keep their place, new ones come last.
 *
 * @param object Text of the object, from brace to brace.
 * @param unit White space of one level, used for nested values on lines of their own.
 */
export function editObject(
  object: string,
  fields: Readonly<Record<string, unknown>>,
  unit = "  ",
): string {
  let text = object;
  for (const [key, value] of Object.entries(fields)) {
    text = value === undefined ? removeMember(text, key) : setMember(text, key, value, unit);
  }
  return text;
}

function setMember(text: string, key: string, value: unknown, unit: string): string {
  const members = memberSpans(text, 0);
  const existing = members.findLast((member) => member.key === key);
  const last = members.at(-1);
  const indent = last ? lineIndent(text, last.start) : null;
  const json = valueText(value, indent, unit);
  if (existing) {
    return text.slice(0, existing.value.start) + json + text.slice(existing.value.end);
  }
  const member = `${JSON.stringify(key)}:${text.includes('": ') || !last ? " " : ""}${json}`;
  if (!last) return `{ ${member} }`;
  const separator = indent !== null ? `,\n${indent}` : text.includes('", "') ? ", " : ",";
  return text.slice(0, last.end) + separator + member + text.slice(last.end);
}

function removeMember(text: string, key: string): string {
  for (;;) {
    const members = memberSpans(text, 0);
    const index = members.findIndex((member) => member.key === key);
    const member = members[index];
    if (!member) return text;
    const next = members[index + 1];
    const previous = members[index - 1];
    const start = next ? member.start : previous ? previous.end : member.start;
    text = text.slice(0, start) + text.slice(next ? next.start : member.end);
  }
}

/** Text that goes into an array, and where. */
export interface Insertion {
  /** The text between these places is replaced. */
  start: number;
  end: number;
  text: string;
}

/**
 * How elements are appended to the array that starts at `at`, in the style of the
 * others.
 *
 * @param last Span of the last element, or null in an empty array.
 */
export function appendElements(
  text: string,
  at: number,
  last: Span | null,
  elements: readonly unknown[],
): Insertion {
  if (last === null) {
    const added = elements.map((element) => `\n    ${valueText(element, "    ", "  ")}`).join(",");
    return { start: at + 1, end: skipSpace(text, at + 1), text: `${added}\n  ` };
  }
  const indent = lineIndent(text, last.start);
  const separator = indent === null ? "," : `,\n${indent}`;
  const unit = indent === null ? "" : indentUnit(indent);
  const added = elements.map((element) => separator + valueText(element, indent, unit)).join("");
  return { start: last.end, end: last.end, text: added };
}

/** White space of one level, guessed from that of an element of the queue. */
export function indentUnit(indent: string): string {
  if (indent.startsWith("\t")) return "\t";
  return " ".repeat(indent.length >= 8 ? 4 : 2);
}
