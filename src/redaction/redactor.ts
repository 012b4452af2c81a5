/**
 * Replaces secrets by `[redacted:NAME]`.
 *
 * @module
 */
import type { Secret } from "./collect_secrets.ts";
import { createFinder, type Hit, type SecretFinder } from "./find_secrets.ts";
import { LOOK_BEHIND, type Shape } from "./shapes.ts";

/** Redacts a text that comes in pieces, cut anywhere. */
export interface StreamRedactor {
  /**
   * Takes the next piece and gives out what can be given out. What may be the
   * beginning of a secret is kept, at most the length of the longest secret, escaped, or
   * 64 Ki characters, whichever is more.
   */
  push(piece: string): string;
  /** What `push(next)` and then `end()` would give out. Changes nothing. */
  preview(next: string): string;
  /** Gives out the rest. The redactor can be used again for a new text. */
  end(): string;
}

/** Replaces known secrets, and tokens of known shapes. */
export interface Redactor {
  /** A whole text. */
  text(text: string): string;
  /** A copy of a JSON value with every string and key redacted. */
  value<T>(json: T): T;
  /** A text in pieces. */
  stream(): StreamRedactor;
  /** Names of the secrets that a whole text holds, in order. */
  names(text: string): string[];
}

/** A redactor that can be told of more secrets. */
export interface LearningRedactor extends Redactor {
  /** Looks for these too from now on, also in texts that are under way. */
  learn(more: readonly Secret[]): void;
}

/**
 * Makes a redactor for these secrets, in all forms that they turn up in, for the secret parts
 * of those that are addresses, and for tokens of known shapes. Values under 4 characters are
 * not looked for. Where secrets overlap, the whole is replaced once, under the name of the
 * longest.
 */
export function createRedactor(secrets: readonly Secret[]): LearningRedactor {
  let known = secrets;
  let finder: SecretFinder | null = null;
  // Made when it is first needed: many calls print nothing that could hold a secret.
  const find: SecretFinder = (...args) => (finder ??= finderOf(known))(...args);
  const text = (whole: string) => {
    const { hits } = find(whole, 0, true);
    return hits.length === 0 ? whole : replace(whole, hits, 0, whole.length);
  };
  return {
    text,
    value: <T>(json: T) => redactValue(json, text) as T,
    stream: () => streamRedactor(find),
    names: (whole) => find(whole, 0, true).hits.map(({ name }) => name),
    learn(more) {
      const values = new Set(known.map(({ value }) => value));
      const unknown = more.filter(({ value }) => !values.has(value));
      if (unknown.length === 0) return;
      known = [...known, ...unknown];
      finder = null;
    },
  };
}

/** A name may be that of a setting, with a secret in it: then it says no more than that. */
function finderOf(secrets: readonly Secret[]): SecretFinder {
  const find = createFinder(secrets);
  const isPlain = ({ name }: Secret) => find(name, 0, true).hits.length === 0;
  if (secrets.every(isPlain)) return find;
  return createFinder(
    secrets.map((secret) => isPlain(secret) ? secret : { ...secret, name: "secret" }),
  );
}

function redactValue(json: unknown, text: (text: string) => string): unknown {
  if (typeof json === "string") return text(json);
  if (Array.isArray(json)) return json.map((item) => redactValue(item, text));
  if (typeof json !== "object" || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([key, item]) => [text(key), redactValue(item, text)]),
  );
}

function streamRedactor(find: SecretFinder): StreamRedactor {
  /** What was kept, behind a little of what was given out. */
  let kept = "";
  /** Characters of `kept` that were given out. */
  let before = 0;
  /** Set inside of a long token whose replacement was given out. */
  let inside: Shape | null = null;

  const advance = (piece: string, final: boolean): string => {
    const text = kept + piece;
    let from = before;
    if (inside) {
      from = endOfRest(inside, text, from);
      if (final || !matches(inside.prolonged, text, from)) inside = null;
    }
    let output = "";
    if (!inside) {
      const { hits, safe, unfinished } = find(text, from, final);
      output = replace(text, hits, from, safe);
      inside = unfinished;
      from = safe;
    }
    before = final ? 0 : Math.min(from, LOOK_BEHIND);
    kept = final ? "" : text.slice(from - before);
    return output;
  };
  const preview = (next: string): string => {
    const text = kept + next;
    const from = inside ? endOfRest(inside, text, before) : before;
    return replace(text, find(text, from, true).hits, from, text.length);
  };
  return { push: (piece) => advance(piece, false), preview, end: () => advance("", true) };
}

function endOfRest(shape: Shape, text: string, from: number): number {
  shape.rest.lastIndex = from;
  return from + (shape.rest.exec(text)?.[0].length ?? 0);
}

function matches(expression: RegExp, text: string, at: number): boolean {
  expression.lastIndex = at;
  return expression.test(text);
}

/** The text from `from` to `to` with the hits replaced. */
function replace(text: string, hits: readonly Hit[], from: number, to: number): string {
  let output = "";
  let at = from;
  for (const { start, end, name } of hits) {
    output += `${text.slice(at, start)}[redacted:${name}]`;
    at = end;
  }
  return output + text.slice(at, to);
}
