/**
 * Finds secrets in a text that may go on.
 *
 * @module
 */
import { addressParts } from "./address_parts.ts";
import { MIN_LENGTH_NAMED, type Secret } from "./collect_secrets.ts";
import { derivedForms } from "./derived_forms.ts";
import { BEFORE_BREAK, matchForm, NONE, OPEN } from "./match_form.ts";
import { createScanner, type Scanner } from "./scanner.ts";
import { ADDRESS, MAX_ADDRESS, type Shape, SHAPES } from "./shapes.ts";
import { headsOf } from "./spellings.ts";

/** What forms of known values begin with. */
interface ValueNeedle {
  text: string;
  forms: KnownForm[];
  shape: null;
}

/** A form of the value of that name. */
interface KnownForm {
  form: string;
  name: string;
}

/** What tokens of a shape begin with. */
interface ShapeNeedle {
  text: string;
  shape: Shape;
}

type SecretNeedle = ValueNeedle | ShapeNeedle;

/** A part of a text that is to be replaced. */
export interface Hit {
  start: number;
  end: number;
  name: string;
}

/** A hit, and where the text that tells of it begins. */
interface FoundHit extends Hit {
  anchor: number;
}

/** What is known about a text so far. */
export interface Findings {
  /** Parts to replace, in order, none overlapping another, all before `safe`. */
  hits: Hit[];
  /** Up to here nothing that follows can change the findings. */
  safe: number;
  /** Set when the last hit was too long to wait for its end, which is `safe`. */
  unfinished: Shape | null;
}

/** Finds secrets from `from` on; `final` says that the text does not go on. */
export type SecretFinder = (text: string, from: number, final: boolean) => Findings;

/** Characters of a token of a known shape that are kept until its end is known. */
export const MAX_WAIT = 65_536;

/** Prepares the search for these secrets and for the known shapes. */
export function createFinder(secrets: readonly Secret[]): SecretFinder {
  const scanner = createScanner(needlesOf(secrets));
  return (text, from, final) => {
    const search = new Search(text, final);
    if (!final) search.safe = scanner.openEnd(text, from);
    search.addresses(from);
    search.run(scanner, from);
    return search.findings();
  };
}

function needlesOf(secrets: readonly Secret[]): SecretNeedle[] {
  const names = new Map<string, string>();
  const parts = secrets.flatMap(({ name, value }) =>
    addressParts(value).map((part) => ({ name, value: part }))
  );
  const known = [...secrets, ...parts].filter(({ value }) => value.length >= MIN_LENGTH_NAMED);
  for (const { name, value } of known) {
    for (const form of derivedForms(value)) if (!names.has(form)) names.set(form, name);
  }
  const heads = new Map<string, KnownForm[]>();
  for (const [form, name] of names) {
    // As much as stands on one line in any case.
    for (const head of headsOf(form, BEFORE_BREAK)) {
      heads.set(head, [...heads.get(head) ?? [], { form, name }]);
    }
  }
  return [
    ...[...heads].map(([text, forms]) => ({ text, forms, shape: null })),
    ...SHAPES.flatMap((shape) => shape.anchors.map((text) => ({ text, shape }))),
  ];
}

/** One pass over one text. */
class Search {
  /** Everything before it is decided. */
  safe: number;
  #hits: FoundHit[] = [];
  #unfinished: Shape | null = null;
  /** Where the newest token of each shape ended: its own inside holds no further one. */
  #ends = new Map<Shape, number>();
  /** Where the newest run ended that tokens of a shape begin with. */
  #runEnds = new Map<Shape, number>();
  readonly #text: string;
  readonly #final: boolean;

  constructor(text: string, final: boolean) {
    this.#text = text;
    this.#final = final;
    this.safe = text.length;
  }

  run(scanner: Scanner<SecretNeedle>, from: number): void {
    scanner.scan(this.#text, from, (at, needle) => {
      // What begins at the same place as something undecided still matters.
      if (at > this.safe || (this.#unfinished && at >= this.safe)) return true;
      const open = needle.shape
        ? this.#shape(needle.text, needle.shape, at)
        : this.#value(needle, at);
      if (open) this.safe = Math.min(this.safe, at);
      return false;
    });
  }

  /** Finds addresses with a password: before each @, and where the text ends in one. */
  addresses(from: number): void {
    const text = this.#text;
    const lastWord = this.#final ? text.length : lastWordOf(text, from);
    let sign = -1;
    for (let at = text.indexOf(":", from); at >= 0 && at <= this.safe;) {
      if (sign < at) sign = text.indexOf("@", at);
      if (sign < 0) sign = Infinity;
      const next = text.charAt(at + 1);
      const mayBegin = (sign - at < MAX_ADDRESS || at >= lastWord) &&
        (next === "/" || next === "\\" || next === "");
      if (mayBegin && this.#shape(":", ADDRESS, at)) this.safe = Math.min(this.safe, at);
      at = text.indexOf(":", Math.max(at, Math.min(sign - MAX_ADDRESS, lastWord - 1)) + 1);
    }
  }

  findings(): Findings {
    const hits = merge(this.#hits);
    // A hit that reaches into what is undecided waits with it.
    for (let last = hits.at(-1); last && last.end > this.safe; last = hits.at(-1)) {
      this.safe = Math.min(this.safe, last.anchor);
      hits.pop();
    }
    const kept = hits.at(-1)?.end === this.safe;
    return { hits, safe: this.safe, unfinished: kept ? this.#unfinished : null };
  }

  /** Whether a known value could begin at `at` and be complete only with more text. */
  #value({ text: head, forms }: ValueNeedle, at: number): boolean {
    if (!this.#text.startsWith(head, at)) return this.#cutOff(head, at);
    for (const { form, name } of forms) {
      const end = matchForm(form, this.#text, at, this.#final);
      if (end === OPEN) return true;
      if (end !== NONE) this.#hits.push({ anchor: at, start: at, end, name });
    }
    return false;
  }

  /** Whether a token could begin at `at` and be complete only with more text. */
  #shape(anchor: string, shape: Shape, at: number): boolean {
    if (at < (this.#ends.get(shape) ?? 0)) return false;
    const text = this.#text;
    if (!text.startsWith(anchor, at)) return this.#cutOff(anchor, at);
    if (shape.head && !this.#canBegin(shape, shape.head, at)) return false;
    const match = matchAt(shape.whole, text, at);
    if (!match) return !this.#final && matchAt(shape.begun, text, at) !== null;
    const end = at + match[0].length;
    const open = !this.#final && matchAt(shape.prolonged, text, end) !== null;
    if (open && text.length - at <= MAX_WAIT) return true;
    this.#ends.set(shape, end);
    const start = at + (match[1]?.length ?? 0);
    this.#hits.push({ anchor: at, start, end, name: shape.name });
    if (open && this.safe > at) {
      this.#unfinished = shape;
      this.safe = end;
    }
    return false;
  }

  /** Whether the run of characters at `at` can be that which a token begins with. */
  #canBegin(shape: Shape, { run, most, behind }: NonNullable<Shape["head"]>, at: number): boolean {
    const text = this.#text;
    let end = this.#runEnds.get(shape) ?? 0;
    if (end <= at) {
      end = at + (matchAt(run, text, at)?.[0].length ?? 0);
      this.#runEnds.set(shape, end);
    }
    if (end - at > most) return false;
    return end === text.length ? !this.#final : text.startsWith(behind, end);
  }

  /** Whether the text ends in the middle of `wanted`, which begins at `at`. */
  #cutOff(wanted: string, at: number): boolean {
    const cut = !this.#final && at + wanted.length > this.#text.length;
    return cut && wanted.startsWith(this.#text.slice(at));
  }
}

/** Where the end of a text begins that holds no blank, as far back as an address reaches. */
function lastWordOf(text: string, from: number): number {
  const least = Math.max(from, text.length - MAX_ADDRESS);
  let at = text.length;
  while (at > least && text.charCodeAt(at - 1) > 0x20) at--;
  return at;
}

function matchAt(expression: RegExp, text: string, at: number): RegExpExecArray | null {
  expression.lastIndex = at;
  return expression.exec(text);
}

/** Joins hits that overlap; the longest gives its name, and of such that of what begins last. */
function merge(found: readonly FoundHit[]): FoundHit[] {
  const sorted = found.toSorted((a, b) =>
    a.start - b.start || b.end - a.end || b.anchor - a.anchor
  );
  const merged: FoundHit[] = [];
  let longest = 0;
  for (const hit of sorted) {
    const last = merged.at(-1);
    const length = hit.end - hit.start;
    if (!last || hit.start >= last.end) {
      merged.push({ ...hit });
      longest = length;
      continue;
    }
    last.end = Math.max(last.end, hit.end);
    last.anchor = Math.min(last.anchor, hit.anchor);
    if (length > longest) {
      last.name = hit.name;
      longest = length;
    }
  }
  return merged;
}
