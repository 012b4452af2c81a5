/** What tests of delegation share. */
import type { Agent } from "../../../src/delegation/agents.ts";

/** An agent with the given settings, otherwise the usual ones. */
export function agentOf(changes: Partial<Omit<Agent, "url">> & { url?: string } = {}): Agent {
  return {
    name: "auditor",
    hookPath: "/hooks/agent",
    healthPath: "/healthz",
    token: "hook-token-0123456789",
    tokenName: "AUDITOR_TOKEN",
    agentId: null,
    sessionKey: true,
    model: null,
    thinking: null,
    channel: null,
    to: null,
    timeoutSeconds: 600,
    ...changes,
    url: new URL(changes.url ?? "http://127.0.0.1:18812/"),
  };
}
