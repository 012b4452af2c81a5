/**
 * What an answer means for an event that was posted.
 *
 * @module
 */
import { isRecord } from "../protocol/events.ts";
import type { HttpAnswer } from "../sys/http.ts";
import type { Delivered } from "./sink.ts";

/** Statuses by which a receiver says that it will never take this event. */
const refusals = [400, 413, 422];

/** What the judgement rests on besides the answer. */
export interface AnswerFacts {
  /** Host that answered, with its port. */
  host: string;
  /** Milliseconds since the epoch. */
  now: number;
  /** Texts that no reason may hold. */
  secrets: readonly string[];
}

/**
 * 2xx is delivered; 400, 413 and 422 are refused; 410 disables; anything else, a redirect
 * too, is tried again.
 */
export function judgeAnswer(answer: HttpAnswer, facts: AnswerFacts): Delivered {
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: "delivered" };
  const reason = `${facts.host} answered ${status}${explain(answer, facts.secrets)}`;
  if (status === 410) return { kind: "disabled", reason };
  if (refusals.includes(status)) return { kind: "refused", reason };
  return { kind: "retry", reason, afterMs: waitOf(answer, facts.now) };
}

function explain(answer: HttpAnswer, secrets: readonly string[]): string {
  if (answer.status >= 300 && answer.status < 400) return ", and redirects are not followed";
  const words = wordsOf(answer.text, secrets);
  return words === null ? "" : `: ${words}`;
}

/**
 * What a receiver says itself: a short plain text, or `message` or `error` of a JSON
 * object. Null when it is anything else, or may hold what it was sent.
 */
export function wordsOf(body: string, secrets: readonly string[]): string | null {
  const json = parse(body);
  const said = isRecord(json) ? json.message ?? json.error : body;
  if (typeof said !== "string") return null;
  const words = said.trim().replace(/\.$/, "");
  const plain = /^[A-Za-z0-9_ ,.:;'()-]{1,120}$/.test(words) && !/[^ ]{33}/.test(words);
  return plain && !secrets.some((secret) => words.includes(secret)) ? words : null;
}

/** Milliseconds that the receiver asks to wait for, or null. */
export function waitOf({ headers, text }: HttpAnswer, now: number): number | null {
  const json = parse(text);
  // Discord says it in seconds with a fraction, more exactly than in the header.
  const exact = isRecord(json) ? json.retry_after : null;
  if (typeof exact === "number" && exact >= 0) return Math.ceil(exact * 1000);
  return parseRetryAfter(headers["retry-after"] ?? "", now);
}

/** Milliseconds of a `Retry-After` header, in seconds or as a date; null for other texts. */
export function parseRetryAfter(value: string, now: number): number | null {
  const text = value.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  // Not Date.parse alone, which takes "-5" and "1" for years and months.
  const date = /^[A-Z][a-z]+,? /.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
