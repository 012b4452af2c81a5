/**
 * Requests to a server, at an address that was looked at first.
 *
 * @module
 */
import { MacpError } from "../protocol/errors.ts";
import type { HttpAnswer, HttpRequest } from "../sys/http.ts";
import type { World } from "../sys/world.ts";
import { parseAddress, refusedAddress, refusedHost } from "./addresses.ts";
import { goesThroughProxy } from "./proxies.ts";

/** What is asked of a server whose address is looked at first. */
export type CheckedRequest =
  & Pick<HttpRequest, "method" | "url" | "headers" | "body">
  & Required<Pick<HttpRequest, "certificates">>;

/** What is posted. */
export interface Post extends Omit<CheckedRequest, "method"> {
  body: string;
}

/** Posts once, as `requestChecked` does. */
export function post(
  world: Pick<World, "http" | "env">,
  request: Post,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  return requestChecked(world, { ...request, method: "POST" }, signal);
}

/**
 * Sends a request once. A name is resolved here, each time, and the connection goes to an
 * address that was looked at, so that a name which resolves to something else the next
 * moment leads nowhere. With https it goes to the name: there the certificate has to fit it.
 *
 * Throws `MacpError` of kind failure: what `Http` throws, and `address_refused`.
 */
export async function requestChecked(
  world: Pick<World, "http" | "env">,
  request: CheckedRequest,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const { url } = request;
  const proxied = goesThroughProxy(url, world.env);
  const addresses = await lookUp(world, url, signal);
  const send = (address: string | null) => world.http.request({ ...request, signal, address });
  if (proxied || url.protocol === "https:") return await send(null);
  let failure: unknown = null;
  for (const address of addresses) {
    try {
      return await send(address);
    } catch (error) {
      if (!(error instanceof MacpError && error.code === "http_not_connected")) throw error;
      failure ??= error;
    }
  }
  throw failure;
}

/**
 * The addresses that a post would go to, each looked at; none where a proxy alone knows the
 * name. Sends nothing. Throws `MacpError` of kind failure: `host_unknown`, `http_aborted`
 * and `address_refused`.
 */
export async function lookUp(
  world: Pick<World, "http" | "env">,
  url: URL,
  signal: AbortSignal,
): Promise<string[]> {
  refuse(url, refusedHost(url.hostname));
  const proxied = goesThroughProxy(url, world.env);
  const addresses = await addressesOf(world, { url, proxied, signal });
  for (const address of addresses) refuse(url, refusedAddress(address));
  return addresses;
}

/** IPv4 first: a machine without IPv6 may still know such addresses of a host. */
async function addressesOf(
  { http }: Pick<World, "http">,
  about: { url: URL; proxied: boolean; signal: AbortSignal },
): Promise<string[]> {
  const { url, proxied, signal } = about;
  if (parseAddress(url.hostname)) return [url.hostname.replace(/^\[(.*)\]$/, "$1")];
  try {
    const found = await orAborted(http.lookup(url.hostname), url, signal);
    return found.toSorted((a, b) => Number(a.includes(":")) - Number(b.includes(":")));
  } catch (error) {
    // Behind a proxy a name may be known to the proxy alone.
    if (proxied && error instanceof MacpError && error.code === "host_unknown") return [];
    throw error;
  }
}

/** A look-up cannot be ended; it is left alone when the time is over. */
function orAborted<T>(work: Promise<T>, url: URL, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      const message = `Cannot reach ${url.host} as its name was not resolved in time`;
      reject(new MacpError("failure", message, { code: "http_aborted" }));
    };
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

function refuse(url: URL, why: string | null): void {
  if (why === null) return;
  const message = `Cannot send to ${url.host} as ${why}`;
  throw new MacpError("failure", message, { code: "address_refused" });
}
