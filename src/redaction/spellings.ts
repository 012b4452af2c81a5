/**
 * The ways in which a character is written in texts of other formats.
 *
 * @module
 */

/** A character that not every encoder leaves as it is. */
export interface Spelling {
  /** Matches each way to write it, also escaped several times over. Sticky. */
  written: RegExp;
  /** Ways to write it; each other one has its first 4 characters in common with one of them. */
  samples: readonly string[];
}

/** Backslashes before what is escaped, in a text that may be escaped itself. */
const SLASHES = String.raw`\\{1,16}`;
const slashes = ["\\", "\\\\", "\\\\\\", "\\\\\\\\"];
const PERCENT = "%(?:25){0,4}";
/** A line's end, as it is or escaped, and the indentation of the next line. */
const BREAK = String.raw`(?:\r?\n|${SLASHES}(?:r${SLASHES})?n)[ \t]{0,80}`;
/** The beginning of an escape, up to the end of the text; or nothing. */
const CUT = String.raw`(?:${SLASHES}(?:[ux][\da-fA-F]{0,4}(?:${SLASHES}(?:u[\da-fA-F]{0,3})?)?)?|` +
  String.raw`%[%\da-fA-F]{0,40}|&[#;\da-zA-Z]{0,40}|'(?:${SLASHES}'?)?)?$`;

/** Where a text is wrapped into several lines. */
export const lineBreak = new RegExp(BREAK, "y");
/** The end of a text, behind which an escape may go on. */
export const cutEscape = new RegExp(CUT, "y");
/** The end of a text, behind which a line break or an escape may go on. */
export const cutLine = new RegExp(String.raw`(?:${BREAK}|\r|${SLASHES}r)?${CUT}`, "y");

/** Ways to write a character: an expression, and samples of them. */
interface Way {
  some: string;
  samples: string[];
}

/** What an escape begins with, as often as it is nested. */
const begins = {
  slash: { sign: "\\", some: SLASHES, samples: slashes },
  percent: { sign: "%", some: PERCENT, samples: ["%", "%25", "%2525"] },
  entity: { sign: "&", some: "&(?:amp;){0,4}", samples: ["&", "&amp;"] },
};

/** Ways that only one character has. */
const own: Readonly<Record<string, Way>> = {
  "\n": {
    some: `(?:${BREAK}|(?:${PERCENT}0[dD])?${PERCENT}0[aA])` +
      String.raw`(?:[ \t]|${SLASHES}t|${PERCENT}(?:20|09)){0,80}|[ \t]{1,80}`,
    samples: [
      ...["\n", "\r\n", "\n ", "\n  ", "\n\t", "\r\n ", " ", "  "],
      ...["\\r\\n", "\\\\r\\\\n", "%0D%0A", "%0d%0a", "%250d"],
    ],
  },
  " ": { some: String.raw`\+|${BREAK}`, samples: ["+", "\n", "\r\n", "\n ", "\r\n ", "\\n"] },
  // A quote inside of a shell's quotes.
  "'": { some: `'${SLASHES}''`, samples: ["'\\''"] },
};
const letters: Readonly<Record<string, string>> = { "\n": "n", "\r": "r", "\t": "t" };
const entities: Readonly<Record<string, string>> = {
  ...{ "&": "amp;", "<": "lt;", ">": "gt;" },
  ...{ '"': "quot;", "'": "apos;" },
};

const known = new Map<string, Spelling | null>();

/** How a character can be written; null for one that every encoder leaves as it is. */
export function spellingOf(char: string): Spelling | null {
  let spelling = known.get(char);
  if (spelling === undefined) {
    spelling = /^[A-Za-z0-9_.-]$/.test(char) ? null : makeSpelling(char);
    known.set(char, spelling);
  }
  return spelling;
}

/** Whether this character, where a text holds it as it is, may be a part of a longer way. */
export function mayGoOn(code: number): boolean {
  return code === 0x5c || code === 0x25 || code === 0x26 || code === 0x27 || code === 0x0a;
}

/** A text in which an escape of an escape is one, as a text may hold it nested in others. */
export function withoutNesting(text: string): string {
  return text.replace(/\\+/g, "\\").replace(/%(?:25)+/g, "%").replace(/&(?:amp;)+/g, "&")
    .replace(/\r?\n[ \t]*/g, "\n");
}

/** The first `length` characters, 4 at most, of all that can stand for `text`. */
export function headsOf(text: string, length: number): string[] {
  let heads = [""];
  for (const char of text.slice(0, length)) {
    const samples = spellingOf(char)?.samples ?? [char];
    const longer = heads.flatMap((head) =>
      head.length < length ? samples.map((sample) => (head + sample).slice(0, length)) : [head]
    );
    heads = [...new Set(longer)];
  }
  return heads;
}

function makeSpelling(char: string): Spelling {
  const ways = [...own[char] ? [own[char]] : [], ...waysOf(char)];
  // Any number of backslashes is looked for as one.
  const times = char === "\\" ? "{1,16}" : "";
  return {
    written: new RegExp(ways.map(({ some }) => `(?:${some})${times}`).join("|"), "y"),
    samples: [...new Set(ways.flatMap(({ samples }) => samples))],
  };
}

function waysOf(char: string): Way[] {
  const point = char.codePointAt(0) ?? 0;
  const units = Array.from({ length: char.length }, (_, n) => hex(char.charCodeAt(n), 4));
  const bytes = Array.from(new TextEncoder().encode(char), (byte) => hex(byte, 2));
  return [
    escaped("slash", [
      `u${units.join("\\u")}`,
      ...(point < 256 ? [`x${hex(point, 2)}`] : []),
      ...(letters[char] ? [letters[char]] : []),
      ...(char === "\\" ? [] : [char]),
    ]),
    escaped("percent", [bytes.join("%")]),
    escaped("entity", [
      ...[`#${point};`, `#0${point};`, `#x${hex(point, 1)};`, `#x${hex(point, 2)};`],
      ...(entities[char] ? [entities[char]] : []),
    ]),
    char === "\\"
      ? { some: SLASHES, samples: slashes }
      : { some: expressionOf(char), samples: [char] },
  ];
}

/** A character that is escaped in one of these ways, which repeat the sign or not. */
function escaped(kind: keyof typeof begins, ways: readonly string[]): Way {
  const { sign, some, samples } = begins[kind];
  const bodies = ways.map((way) => way.split(sign).map(expressionOf).join(some));
  const texts = ways.flatMap((way) => [way, way.replace(/[a-f]/g, (digit) => digit.toUpperCase())]);
  return {
    some: `${some}(?:${bodies.join("|")})`,
    samples: samples.flatMap((begin) => texts.map((text) => begin + text)),
  };
}

/** Matches a text, its hexadecimal digits in both cases. */
function expressionOf(text: string): string {
  return text.replace(
    /[a-f]|[^a-z0-9]/g,
    (unit) =>
      /[a-f]/.test(unit) ? `[${unit}${unit.toUpperCase()}]` : `\\u${hex(unit.charCodeAt(0), 4)}`,
  );
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}
