/**
 * A receiver that is posted to.
 *
 * @module
 */
import { MacpError } from "../protocol/errors.ts";
import { sha256Hex } from "../protocol/names.ts";
import type { HttpAnswer } from "../sys/http.ts";
import type { World } from "../sys/world.ts";
import { judgeAnswer, waitOf } from "./judge_answer.ts";
import { lookUp, type Post, post } from "./post.ts";
import type { Delivered, Reach } from "./sink.ts";

/** What the settings say of a receiver. */
export interface ReceiverParts {
  url: URL;
  timeoutSeconds: number;
  retryCount: number;
  /** Bearer token, or empty. */
  authToken?: string;
  /** Certificates (PEM) that are trusted besides those of the system. */
  certificates?: readonly string[];
  /** Other secrets of the settings. */
  secrets?: readonly string[];
  /** What else it means to configure the receiver anew. */
  identity?: readonly string[];
}

/** What is posted. */
export interface Message {
  /** The same whenever the same thing is sent. */
  id: string;
  body: string;
  headers?: Readonly<Record<string, string>>;
}

/** A receiver. Reasons that it gives name its host alone. */
export interface Receiver {
  readonly retryCount: number;
  readonly timeoutMs: number;
  /** See `Sink`. */
  fingerprint(): Promise<string>;
  /** Whether it could be posted to, as far as its name and addresses tell; sends nothing. */
  reach(signal: AbortSignal): Promise<Reach>;
  /** Posts once; never rejects for what the receiver does. */
  send(message: Message, signal: AbortSignal): Promise<Delivered>;
}

/** What a receiver needs of the outside. */
export type ReceiverWorld = Pick<World, "http" | "env" | "clock">;

/** A receiver by its settings. While it asks to wait, nothing is sent to it. */
export function receiverOf(world: ReceiverWorld, parts: ReceiverParts): Receiver {
  const secrets = secretsOf(parts);
  const { host } = parts.url;
  let closedUntil = 0;
  return {
    retryCount: parts.retryCount,
    timeoutMs: parts.timeoutSeconds * 1000,
    fingerprint: () => fingerprintOf(parts),
    reach: (signal) => reachOf(world, parts.url, signal),
    async send(message, signal) {
      const wait = closedUntil - world.clock.now();
      if (wait > 0) return { kind: "retry", reason: `${host} asked to wait`, afterMs: wait };
      const answer = await tryPost(world, assemble(parts, message), signal);
      if ("kind" in answer) return answer;
      const now = world.clock.now();
      closedUntil = Math.max(closedUntil, now + (pauseAfter(answer, now) ?? 0));
      return judgeAnswer(answer, { host, now, secrets });
    },
  };
}

function assemble(parts: ReceiverParts, { id, body, headers }: Message): Post {
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
  const bytes = new TextEncoder().encode(`${decoded(username)}:${decoded(password)}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

/** A part of an address as it was meant; a lone `%` stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function tryPost(
  world: ReceiverWorld,
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

async function reachOf(world: ReceiverWorld, url: URL, signal: AbortSignal): Promise<Reach> {
  try {
    await lookUp(world, url, signal);
    return { host: url.host, problem: null };
  } catch (error) {
    if (!(error instanceof MacpError)) throw error;
    return { host: url.host, problem: error.message };
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
function secretsOf({ url, authToken = "", secrets = [] }: ReceiverParts): string[] {
  const inAddress = [url.username, url.password, ...url.pathname.split("/")];
  const inQuery = [...url.searchParams.values()];
  return [...inAddress, ...inQuery, authToken, ...secrets].filter((text) => text.length >= 4);
}

async function fingerprintOf(parts: ReceiverParts): Promise<string> {
  const { url, authToken = "", secrets = [], identity = [] } = parts;
  return (await sha256Hex(JSON.stringify([url.href, authToken, secrets, identity]))).slice(0, 16);
}
