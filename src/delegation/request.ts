/**
 * The request by which a gateway gets a task.
 *
 * @module
 */
import type { Agent } from "./agents.ts";

/** Bytes of a body that a gateway takes. */
export const maxRequestBytes = 262_144;

/** What is asked of an agent in one attempt. */
export interface TaskRequest {
  runId: string;
  /** 1 for the first one. */
  attempt: number;
  message: string;
  /** Whether the agent's answer is delivered to its channel too. */
  deliver: boolean;
}

/** A request that is ready to be sent. */
export interface GatewayRequest {
  url: URL;
  headers: Record<string, string>;
  body: string;
}

/**
 * The request to the hook of an agent's gateway. It is the same, byte by byte, whenever the
 * same is asked, so that a gateway which got it already can tell by its key.
 */
export function buildRequest(
  agent: Agent,
  asked: TaskRequest & { sessionKey: boolean },
): GatewayRequest {
  const { runId, attempt, message, deliver, sessionKey } = asked;
  const fields = {
    message,
    name: `orchestrate:${runId}`,
    agentId: agent.agentId,
    sessionKey: sessionKey ? `hook:orchestrate:${runId}:${attempt}` : null,
    deliver,
    channel: agent.channel,
    to: agent.to === null ? null : fillTarget(agent.to, { agent: agent.name, runId }),
    model: agent.model,
    thinking: agent.thinking,
    wakeMode: "now",
    timeoutSeconds: agent.timeoutSeconds,
  };
  const set = Object.entries(fields).filter(([, value]) => value !== null);
  return {
    url: addressBelow(agent.url, agent.hookPath),
    headers: {
      ...authorization(agent),
      "content-type": "application/json",
      "idempotency-key": `${runId}:${attempt}`,
      "user-agent": "macp",
    },
    body: JSON.stringify(Object.fromEntries(set)),
  };
}

/** Why a body is too large to be sent, and what to do about it; null when it is not. */
export function requestFault(body: string): string | null {
  const bytes = sizeOf(body);
  if (bytes <= maxRequestBytes) return null;
  const [size, limit] = [bytes, maxRequestBytes].map((count) => count.toLocaleString("en-US"));
  return `the request would have ${size} bytes, and a gateway takes ${limit}: shorten task and ` +
    "context, or name a file that the agent can read instead";
}

/** Bytes of a body. */
export function sizeOf(body: string): number {
  return new TextEncoder().encode(body).length;
}

/** The header with the agent's token; none without a token. */
function authorization({ token }: Agent): Record<string, string> {
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

/** A path below the address of a gateway, which may have a path of its own. */
export function addressBelow(base: URL, path: string): URL {
  const url = new URL(base);
  url.pathname = base.pathname.replace(/\/+$/, "") + path;
  return url;
}

/** Puts names at the places of a target, once. */
function fillTarget(target: string, names: { agent: string; runId: string }): string {
  return target.replaceAll(
    /\{(agent|run_id)\}/g,
    (_, name: string) => name === "agent" ? names.agent : names.runId,
  );
}
