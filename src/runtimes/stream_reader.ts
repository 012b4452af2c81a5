/**
 * Reads the stream of events that an agent prints, as the rules of its runtime say.
 *
 * @module
 */
import type { Usage } from "../protocol/generated/types.ts";
import { fillTemplates, holds, numberAt, textAt } from "./stream_paths.ts";
import { StreamLines } from "./stream_lines.ts";
import { type Runtime, type UsageName, usageNames } from "./runtime_table.ts";

/** What a whole stream told. */
export interface StreamFacts {
  /** What the runtime told of tokens and cost; null when it told nothing. */
  usage: Usage | null;
  sessionId: string | null;
  /** What went wrong and was not overcome, in the runtime's own words, oldest first. */
  errors: string[];
  /** First text of the last event that told an error, if nothing went well since. */
  lastError: string | null;
  /**
   * What the events say of the agent's end: none of those that the rules know as success
   * or error came, or which came last. Null when the rules know no success.
   */
  verdict: "succeeded" | "failed" | "silent" | null;
  /** What the agent said last, as far as it is kept. */
  lastText: string | null;
  /** End of what was not a stream of events: standard error, or all of a text stream. */
  plainTail: string;
}

/** Characters of a progress text. Who tells it cuts it shorter, once secrets are out. */
export const MAX_PROGRESS = 2000;
/** Characters of an error or of the last text that are kept. */
const MAX_TEXT = 4000;
/** Errors that are kept. */
const MAX_ERRORS = 20;
/** Lines that were no event, and characters of each, that are kept. */
const MAX_PLAIN_LINES = 40;
const MAX_PLAIN = 500;
/** Characters of a session id; a longer one is none. */
const MAX_SESSION_ID = 200;

/** Reads one stream. It holds at most one line, and no line over 1 MiB. */
export class StreamReader {
  readonly #runtime: Runtime;
  readonly #lines = new StreamLines();
  readonly #usage = new Map<UsageName, number>();
  readonly #facts: Omit<StreamFacts, "usage" | "plainTail"> = {
    sessionId: null,
    errors: [],
    lastError: null,
    verdict: null,
    lastText: null,
  };
  readonly #plain: string[] = [];

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    const tells = runtime.stream === "ndjson" && runtime.events.some(({ success }) => success);
    if (tells) this.#facts.verdict = "silent";
  }

  /** Reads a chunk, cut anywhere; gives what it says of the work, one line each. */
  push(chunk: Uint8Array): string[] {
    return this.#lines.push(chunk).flatMap((line) => this.#read(line));
  }

  /** Reads what is left, and gives what the whole stream told. */
  end(): StreamFacts {
    for (const line of this.#lines.end()) this.#read(line);
    return { ...this.#facts, usage: this.#usageOrNull(), plainTail: this.#plain.join("\n") };
  }

  #read(line: string): string[] {
    const event = this.#runtime.stream === "ndjson" ? parseEvent(line) : null;
    if (event === null) {
      this.#keepPlain(line);
      return [];
    }
    return this.#runtime.events.flatMap((rule) => {
      if (!holds(event, rule.when)) return [];
      if (rule.session_id !== undefined) this.#keepSession(textAt(event, rule.session_id));
      if (rule.usage) this.#count(event, rule.usage, rule.add ?? false);
      if (rule.success) this.#succeed();
      if (rule.error) this.#fail(fillTemplates(event, rule.error));
      return this.#keepProgress(event, rule.progress ?? []);
    });
  }

  #succeed(): void {
    Object.assign(this.#facts, { errors: [], lastError: null });
    if (this.#facts.verdict !== null) this.#facts.verdict = "succeeded";
  }

  #fail(texts: readonly string[]): void {
    const first = texts.find((text) => text.trim() !== "");
    if (first !== undefined) this.#facts.lastError = first.slice(0, MAX_TEXT);
    if (this.#facts.verdict !== null) this.#facts.verdict = "failed";
    for (const text of texts) this.#keepError(text);
  }

  #keepPlain(line: string): void {
    const text = line.trimEnd();
    if (text === "") return;
    this.#plain.push(text.slice(0, MAX_PLAIN));
    if (this.#plain.length > MAX_PLAIN_LINES) this.#plain.shift();
  }

  #keepSession(id: string | null): void {
    if (id !== null && id !== "" && id.length <= MAX_SESSION_ID) this.#facts.sessionId = id;
  }

  #keepError(text: string): void {
    const { errors } = this.#facts;
    const kept = text.slice(0, MAX_TEXT);
    if (kept.trim() === "" || errors.includes(kept)) return;
    errors.push(kept);
    if (errors.length > MAX_ERRORS) errors.shift();
  }

  #keepProgress(event: unknown, entries: readonly string[]): string[] {
    return entries.flatMap((entry) => {
      const texts = fillTemplates(event, [entry]).filter((text) => text.trim() !== "");
      const said = entry.includes("{") ? undefined : texts.at(-1);
      if (said !== undefined) this.#facts.lastText = said.slice(0, MAX_TEXT);
      return texts.map(oneLine);
    });
  }

  #count(event: unknown, paths: Record<string, string>, add: boolean): void {
    for (const name of usageNames) {
      const path = paths[name];
      const found = path === undefined ? null : countAt(event, path, name);
      if (found === null) continue;
      const sum = add ? (this.#usage.get(name) ?? 0) + found : found;
      if (sum <= Number.MAX_SAFE_INTEGER) this.#usage.set(name, sum);
    }
  }

  #usageOrNull(): Usage | null {
    if (this.#usage.size === 0) return null;
    return Object.fromEntries(usageNames.map((name) => [name, this.#usage.get(name) ?? null]));
  }
}

/** An event is a JSON object on a line of its own. */
function parseEvent(line: string): unknown {
  if (!line.trimStart().startsWith("{")) return null;
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** A count that can be one: not below zero, and whole unless it is money. */
function countAt(event: unknown, path: string, name: UsageName): number | null {
  const value = numberAt(event, path);
  if (value === null || value < 0) return null;
  return name === "cost_usd" || Number.isSafeInteger(value) ? value : null;
}

function oneLine(text: string): string {
  const line = text.slice(0, MAX_TEXT).replace(/\s+/g, " ").trim();
  return line.length <= MAX_PROGRESS ? line : `${cut(line, MAX_PROGRESS - 1)}…`;
}

/** The first `length` characters, without half a surrogate pair at the end. */
function cut(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, "");
}
