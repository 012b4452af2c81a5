/**
 * What all sinks that are reached by HTTP have in common.
 *
 * @module
 */
import { MacpError } from "../protocol/errors.ts";
import type { ReadEvent } from "../protocol/events.ts";
import { sha256Hex } from "../protocol/names.ts";
import type { HttpAnswer } from "../sys/http.ts";
import type { World } from "../sys/world.ts";
import { eventIdentity } from "./event_identity.ts";
import { judgeAnswer, waitOf } from "./judge_answer.ts";
import { type Post, post } from "./post.ts";
import { type Delivered, passesFilter, type Sink } from "./sink.ts";

/** What tells one sink from another. */
export interface HttpSinkParts {
  name: string;
  url: URL;
  /** Seconds for all tries of one event in one pass. */
  timeoutSeconds: number;
  retryCount: number;
  eventFilter: readonly string[] | null;
  /** Bearer token, or empty. */
  authToken?: string;
  certificates?: readonly string[];
  /** Other secrets that the sink was configured with. */
  secrets?: readonly string[];
  /** What else it means to configure the sink anew. */
  identity?: readonly string[];
  /** What is posted for an event, or null when there is nothing to say of it. */
  render(event: ReadEvent, id: string): Promise<RenderedPost | null> | RenderedPost | null;
}

/** Body of a post and the headers that go with it. */
export interface RenderedPost {
  body: string;
  headers?: Readonly<Record<string, string>>;
}

/** A sink that posts. While its receiver asks it to wait, it sends nothing. */
export function httpSink(world: Pick<World, "http" | "env" | "clock">, parts: HttpSinkParts): Sink {
  const { name, retryCount, eventFilter, timeoutSeconds } = parts;
  const secrets = secretsOf(parts);
  let closedUntil = 0;
  const deliver = async (event: ReadEvent, signal: AbortSignal): Promise<Delivered> => {
    const wait = closedUntil - world.clock.now();
    if (wait > 0) return { kind: "retry", reason: busy(parts.url), afterMs: wait };
    const id = await eventIdentity(event);
    const rendered = await parts.render(event, id);
    if (rendered === null) return { kind: "skipped" };
    const answer = await tryPost(world, assemble(parts, rendered, id), signal);
    if ("kind" in answer) return answer;
    const now = world.clock.now();
    closedUntil = Math.max(closedUntil, now + (pauseAfter(answer, now) ?? 0));
    return judgeAnswer(answer, { host: parts.url.host, now, secrets });
  };
  return {
    name,
    retryCount,
    eventFilter,
    timeoutMs: timeoutSeconds * 1000,
    fingerprint: () => fingerprintOf(parts),
    accepts: ({ event_type }) => passesFilter(eventFilter, event_type),
    deliver,
  };
}

function busy({ host }: URL): string {
  return `${host} asked to wait`;
}

function assemble(parts: HttpSinkParts, { body, headers }: RenderedPost, id: string): Post {
  const { url, certificates = [], authToken = "" } = parts;
  const plain = new URL(url);
  [plain.username, plain.password, plain.hash] = ["", "", ""];
  const authorization = authToken === "" ? basicOf(url) : `Bearer ${authToken}`;
  return {
    url: plain,
    certificates,
    body,
    headers: {
      "content-type": "application/json",
      "user-agent": "macp",
      "idempotency-key": id,
      ...(authorization === null ? {} : { authorization }),
      ...headers,
    },
  };
}

/** The header for a name and password that stand in the address. */
function basicOf({ username, password }: URL): string | null {
  if (username === "" && password === "") return null;
  const bytes = new TextEncoder().encode(
    `${decodeURIComponent(username)}:${decodeURIComponent(password)}`,
  );
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

async function tryPost(
  world: Pick<World, "http" | "env">,
  request: Post,
  signal: AbortSignal,
): Promise<HttpAnswer | Delivered> {
  try {
    return await post(world, request, signal);
  } catch (error) {
    if (!(error instanceof MacpError)) throw error;
    return { kind: "retry", reason: error.message, afterMs: null };
  }
}

/** Milliseconds for which the receiver takes nothing more, or null. */
function pauseAfter(answer: HttpAnswer, now: number): number | null {
  if (answer.status === 429 || answer.status === 503) return waitOf(answer, now);
  // Discord announces that the next post would be one too many.
  const spent = answer.headers["x-ratelimit-remaining"] === "0";
  const seconds = Number(answer.headers["x-ratelimit-reset-after"] ?? NaN);
  return spent && seconds > 0 ? Math.ceil(seconds * 1000) : null;
}

/** Texts of the address and the settings that no reason may hold. */
function secretsOf({ url, authToken = "", secrets = [] }: HttpSinkParts): string[] {
  const inAddress = [url.username, url.password, ...url.pathname.split("/")];
  const inQuery = [...url.searchParams.values()];
  return [...inAddress, ...inQuery, authToken, ...secrets].filter((text) => text.length >= 4);
}

async function fingerprintOf(parts: HttpSinkParts): Promise<string> {
  const { url, authToken = "", secrets = [], identity = [] } = parts;
  return (await sha256Hex(JSON.stringify([url.href, authToken, secrets, identity]))).slice(0, 16);
}
