/**
 * Real requests.
 *
 * @module
 */
import { MacpError, messageOf } from "../protocol/errors.ts";
import { explainHttpError, failedToConnect } from "../sys/explain_http_error.ts";
import type { Http, HttpAnswer, HttpRequest } from "../sys/http.ts";

/** Bytes of an answer that are read. */
const maxAnswerBytes = 65_536;

/** Real requests, with connections that are kept until `close`. */
export function realHttp(): Http {
  const clients = new Map<string, Deno.HttpClient>();
  return {
    async request(request) {
      try {
        const response = await fetch(targetOf(request), fetchOptions(request, clients));
        return await readAnswer(response);
      } catch (error) {
        throw httpError(request, error);
      }
    },
    lookup,
    close() {
      for (const client of clients.values()) client.close();
      clients.clear();
    },
  };
}

function fetchOptions(
  request: HttpRequest,
  clients: Map<string, Deno.HttpClient>,
): RequestInit & { client: Deno.HttpClient } {
  const host = pinnedTo(request) === null ? {} : { host: request.url.host };
  return {
    method: request.method,
    // An answer is not unpacked: a small one could become a large one.
    headers: { "accept-encoding": "identity", ...request.headers, ...host },
    body: request.body,
    redirect: "manual",
    signal: request.signal,
    client: clientFor(request, clients),
  };
}

/** The address that a request has to go to; null when its host is asked for. */
function pinnedTo({ url, address }: HttpRequest): string | null {
  return url.protocol === "http:" ? address ?? null : null;
}

/** Where a request goes: with an address, there, whatever its host resolves to by now. */
function targetOf(request: HttpRequest): URL {
  const pinned = pinnedTo(request);
  if (pinned === null) return request.url;
  const target = new URL(request.url);
  target.hostname = pinned.includes(":") ? `[${pinned}]` : pinned;
  return target;
}

function clientFor(
  request: HttpRequest,
  clients: Map<string, Deno.HttpClient>,
): Deno.HttpClient {
  const { certificates = [] } = request;
  const isPinned = pinnedTo(request) !== null;
  const key = JSON.stringify([isPinned, certificates]);
  const known = clients.get(key);
  if (known) return known;
  const make = () =>
    Deno.createHttpClient({
      allowHost: isPinned,
      ...(certificates.length === 0 ? {} : { caCerts: [...certificates] }),
    });
  const client = isPinned ? withoutProxy(make) : make();
  clients.set(key, client);
  return client;
}

/** All addresses there are. */
const anyAddress = "0.0.0.0/0,::/0";

/**
 * Makes something that goes straight to addresses. A proxy of the environment is for
 * names, which may be excepted from it: their addresses are not. A client has no setting
 * for that, but reads the environment once, when it is made.
 */
function withoutProxy<T>(make: () => T): T {
  const isProxied = ["HTTP_PROXY", "ALL_PROXY"].some((name) =>
    Deno.env.has(name) || Deno.env.has(name.toLowerCase())
  );
  if (!isProxied) return make();
  const before = Deno.env.get("NO_PROXY");
  Deno.env.set("NO_PROXY", anyAddress);
  try {
    return make();
  } finally {
    if (before === undefined) Deno.env.delete("NO_PROXY");
    else Deno.env.set("NO_PROXY", before);
  }
}

/** A body that breaks off is no failure: the status was answered. */
async function readAnswer(response: Response): Promise<HttpAnswer> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (let bytes = 0; reader && bytes < maxAnswerBytes;) {
      const { value, done } = await reader.read();
      if (done) break;
      text += decoder.decode(value.subarray(0, maxAnswerBytes - bytes), { stream: true });
      bytes += value.length;
    }
  } catch {
    // What came before is the text.
  } finally {
    await reader?.cancel().catch(() => {});
  }
  return { status: response.status, headers: Object.fromEntries(response.headers), text };
}

function httpError({ url, signal }: HttpRequest, error: unknown): MacpError {
  if (signal.aborted) {
    const message = `Cannot reach ${url.host} as it did not answer in time`;
    return new MacpError("failure", message, { code: "http_aborted" });
  }
  // Newer runtimes say "fetch failed", and tell why in the cause. Neither may be kept as
  // a cause: both hold the whole address.
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const text = messageOf(cause);
  return new MacpError("failure", `Cannot reach ${url.host} as ${explainHttpError(text)}`, {
    code: failedToConnect(text) ? "http_not_connected" : "http_failed",
  });
}

async function lookup(host: string): Promise<string[]> {
  const name = host.replace(/^\[(.*)\]$/, "$1");
  try {
    // Asks as a connection does: files and services of the system, not a name server alone.
    const [{ lookup }, { default: process }] = await Promise.all([
      import("node:dns/promises"),
      import("node:process"),
    ]);
    // It would print on standard error that a module of its own is out of date.
    Object.assign(process, { noDeprecation: true });
    return (await lookup(name, { all: true })).map(({ address }) => address);
  } catch (cause) {
    const message = `Cannot reach ${name} as its name has no address`;
    throw new MacpError("failure", message, { code: "host_unknown", cause });
  }
}
