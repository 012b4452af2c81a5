/**
 * What gateways answer, as far as it is alike for all requests.
 *
 * @module
 */
import { plainLine } from "../events/plain_text.ts";
import { isRecord } from "../protocol/events.ts";
import type { HttpAnswer } from "../sys/http.ts";
import { type Agent, settingOf } from "./agents.ts";

/** Most characters of what a gateway says that are repeated. */
const maxWords = 200;
/** Paths that gateways have by themselves, and their parts. */
const usual = ["/hooks/agent", "hooks", "agent", "/healthz", "healthz", "/readyz", "readyz"];

/** Whether a page for people was answered: a gateway's own pages answer any path so. */
export function isWebPage({ headers, text }: HttpAnswer): boolean {
  const type = headers["content-type"] ?? "";
  return /^\s*(?:text\/html|application\/xhtml\+xml)\b/i.test(type) || /^\s*</.test(text);
}

/** The JSON object that was answered, or null. */
export function objectOf({ text }: HttpAnswer): Record<string, unknown> | null {
  try {
    const json: unknown = JSON.parse(text);
    return isRecord(json) ? json : null;
  } catch {
    return null;
  }
}

/**
 * What a gateway says itself, on one line: a short plain text, or `error` or `message` of a
 * JSON object. Null when it is anything else, or may hold what it was sent or where it is.
 */
export function gatewayWords(answer: HttpAnswer, agent: Agent): string | null {
  const json = objectOf(answer);
  const { error } = json ?? {};
  const said = json === null
    ? isWebPage(answer) ? null : answer.text
    : isRecord(error)
    ? error.message
    : error ?? json.message;
  if (typeof said !== "string" || said.length > 2000) return null;
  const words = plainLine(said).replace(/\.$/, "");
  const plain = /^[\x20-\x7e]+$/.test(words) && !/[^ ]{49}/.test(words);
  return plain && !hidden(agent).some((text) => words.includes(text))
    ? words.slice(0, maxWords)
    : null;
}

/** Texts that no message holds: the token, and paths and their parts but for the usual ones. */
function hidden({ token, url, hookPath, healthPath }: Agent): string[] {
  const paths = [url.pathname, hookPath, healthPath].map((path) => path.replace(/\/+$/, ""));
  const parts = paths.flatMap((path) => path.split("/")).filter((part) => part.length >= 4);
  const own = [...paths, ...parts].filter((text) => text !== "" && !usual.includes(text));
  return token === null ? own : [...own, token];
}

/** A redirect, in words that go behind the host. */
export function redirectText(agent: Agent, { status }: HttpAnswer): string {
  const setting = settingOf(agent.name, "url");
  return `answered ${status}, and redirects are not followed: set ${setting} to where it leads`;
}
