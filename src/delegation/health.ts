/**
 * Whether an agent's gateway is up.
 *
 * @module
 */
import { MacpError } from "../protocol/errors.ts";
import type { HttpAnswer } from "../sys/http.ts";
import type { World } from "../sys/world.ts";
import { type Agent, settingOf } from "./agents.ts";
import { askGateway } from "./ask_gateway.ts";
import { gatewayWords, isWebPage, objectOf, redirectText } from "./gateway_answer.ts";
import { addressBelow, sizeOf } from "./request.ts";

/** Milliseconds for an answer. */
const timeoutMs = 5000;

/** Bytes at which the reading of an answer ends: no gateway has so much to say. */
const endlessBytes = 65_536;

/** Health of a gateway. */
export type Health = { healthy: true } | {
  healthy: false;
  /** A clause without token and path, for people. */
  reason: string;
};

/**
 * Asks a gateway whether it is up: 204 is well, and 200 unless it comes with a web page or
 * with JSON whose `ok` is false. Takes 5 s at most, sends no token, and never throws for what
 * the gateway does.
 */
export async function checkHealth(
  world: Pick<World, "http" | "env" | "clock">,
  agent: Agent,
  signal: AbortSignal,
): Promise<Health> {
  const request = {
    method: "GET" as const,
    url: addressBelow(agent.url, agent.healthPath),
    headers: { "user-agent": "macp" },
    body: null,
  };
  const bounded = AbortSignal.any([signal, world.clock.deadline(timeoutMs)]);
  try {
    const fault = faultOf(await askGateway(world, request, bounded), agent);
    if (fault === null) return { healthy: true };
    return { healthy: false, reason: `${agent.url.host} ${fault}` };
  } catch (error) {
    if (!(error instanceof MacpError)) throw error;
    return { healthy: false, reason: error.message };
  }
}

/** What is wrong with an answer, in words that go behind the host, or null. */
function faultOf(answer: HttpAnswer, agent: Agent): string | null {
  const { status } = answer;
  if (status === 204) return null;
  if (status === 200 && isWebPage(answer)) return "answers as a web page, not as a gateway";
  if (status === 200 && sizeOf(answer.text) >= endlessBytes) {
    return "answers far more than a gateway says of its health";
  }
  const words = gatewayWords(answer, agent);
  const said = words === null ? "" : `: ${words}`;
  if (status === 200) {
    return objectOf(answer)?.ok === false ? `says that it is not well${said}` : null;
  }
  if (status >= 300 && status < 400) return redirectText(agent, answer);
  const look = status === 404 ? `: look at ${settingOf(agent.name, "health_path")}` : said;
  return `answered ${status}${look}`;
}
