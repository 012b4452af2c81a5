/**
 * Requests to gateways.
 *
 * @module
 */
import { parseAddress } from "../sinks/addresses.ts";
import { type CheckedRequest, requestChecked } from "../sinks/post.ts";
import type { HttpAnswer } from "../sys/http.ts";
import type { World } from "../sys/world.ts";

/**
 * Sends a request to a gateway, once. A gateway on this machine is asked directly, whatever
 * proxy the environment names: the proxy could not reach it, and would learn the token.
 *
 * Throws `MacpError` of kind failure as `requestChecked` does.
 */
export function askGateway(
  world: Pick<World, "http" | "env">,
  request: Omit<CheckedRequest, "certificates">,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const env = isThisMachine(request.url.hostname) ? {} : world.env;
  return requestChecked({ http: world.http, env }, { ...request, certificates: [] }, signal);
}

/** Whether a host is this machine, by its name or address. */
function isThisMachine(host: string): boolean {
  const address = parseAddress(host);
  if (address === null) return /^(?:.+\.)?localhost\.?$/i.test(host);
  return address.length === 4 ? address[0] === 127 : address.join(":") === "0:0:0:0:0:0:0:1";
}
