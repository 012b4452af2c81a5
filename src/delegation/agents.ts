/**
 * Agents: where each one is, and how it is asked.
 *
 * @module
 */
import configSchema from "../../schemas/config.schema.json" with { type: "json" };
import { MacpError } from "../protocol/errors.ts";
import type { AgentConfig } from "../protocol/generated/types.ts";
import { nearestHint } from "../protocol/nearest.ts";
import type { Settings } from "../protocol/settings.ts";
import { firstOf, oneLine } from "../protocol/text.ts";
import { refusedHost } from "../sinks/addresses.ts";
import type { Registry } from "./registry.ts";

export { readRegistry, type Registry } from "./registry.ts";

/** An agent that can be asked. */
export interface Agent {
  name: string;
  /** Address of its gateway: without name, password, query and fragment. */
  url: URL;
  /** Below the address; begins with a slash. */
  hookPath: string;
  /** Below the address; begins with a slash. */
  healthPath: string;
  /** Bearer token, or null. */
  token: string | null;
  /** Variable or setting that holds the token, for messages; null when there is no token. */
  tokenName: string | null;
  /** Agent of the gateway; null for the gateway's own choice. */
  agentId: string | null;
  /** Whether each attempt asks for a session of its own. */
  sessionKey: boolean;
  model: string | null;
  thinking: string | null;
  channel: string | null;
  /** Target in the channel, with `{agent}` and `{run_id}`. */
  to: string | null;
  /** Seconds after which the gateway ends a run. */
  timeoutSeconds: number;
}

/** Where agents are looked up. */
export interface AgentSources {
  settings: Pick<Settings["delegate"], "agents">;
  /** What it tells of an agent's address wins. */
  registry: Registry | null;
}

/** Places of a target that are filled. */
const targetPlaces: readonly string[] = ["{agent}", "{run_id}"];

const fields = configSchema.$defs.agent.properties;

/** Names of all agents, of the configuration and of the registry, sorted. */
export function agentNames({ settings, registry }: AgentSources): string[] {
  return [...new Set([...Object.keys(settings.agents), ...registry?.keys() ?? []])].sort();
}

/**
 * The agent of that name, with a value for each of its settings. One that only the registry
 * knows is asked as an entry without settings would be.
 *
 * Throws `MacpError` of kind usage: `unknown_agent`, `agent_without_address`,
 * `agent_bad_address`, `agent_bad_path`, `agent_token_missing` and `agent_bad_token`. No
 * message holds a secret.
 */
export function resolveAgent(
  name: string,
  sources: AgentSources & { env: Readonly<Record<string, string>> },
): Agent {
  const { settings: { agents }, registry, env } = sources;
  const known = Object.hasOwn(agents, name) || registry?.has(name) === true;
  if (!known) throw unknownAgent(name, agentNames(sources));
  const entry: AgentConfig = Object.hasOwn(agents, name) ? agents[name] ?? {} : {};
  return {
    name,
    url: addressOf(name, entry, registry),
    hookPath: pathOf(name, entry, "hook_path"),
    healthPath: pathOf(name, entry, "health_path"),
    ...tokenOf(name, entry, env),
    agentId: entry.agent_id ?? null,
    sessionKey: entry.session_key ?? fields.session_key.default,
    model: entry.model ?? null,
    thinking: entry.thinking ?? null,
    channel: entry.channel ?? null,
    to: targetOf(name, entry),
    timeoutSeconds: entry.timeout_seconds ?? fields.timeout_seconds.default,
  };
}

/** Dotted path of a setting of an agent, for messages. */
export function settingOf(name: string, key: keyof AgentConfig): string {
  return `delegate.agents.${oneLine(name, 60)}.${key}`;
}

function addressOf(name: string, entry: AgentConfig, registry: Registry | null): URL {
  const told = registry?.get(name);
  const registered = told?.url ?? (told?.port ? onThisMachine(told.port) : null);
  const configured = entry.url ?? (entry.port === undefined ? null : onThisMachine(entry.port));
  const address = registered ?? configured;
  if (address === null) {
    throw unusable(name, "agent_without_address", "neither a URL nor a port is known of it", [
      `Set ${settingOf(name, "url")} or ${settingOf(name, "port")}`,
    ]);
  }
  const fault = faultOf(address);
  if (fault === null) return new URL(address);
  const where = registered === null ? settingOf(name, "url") : "its address in the registry";
  throw unusable(name, "agent_bad_address", `${where} ${fault}`);
}

function onThisMachine(port: number): string {
  return `http://127.0.0.1:${port}/`;
}

/** What is wrong with an address, without the address, or null. */
function faultOf(address: string): string | null {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return "does not begin with http:// or https://, or is no address";
  }
  if (url.username !== "" || url.password !== "") {
    return "holds a name or password, while a gateway asks for a bearer token";
  }
  if (url.search !== "" || url.hash !== "") return "holds more than host, port and path";
  return refusedHost(url.hostname) === null ? null : `is not sent to: ${refusedHost(url.hostname)}`;
}

function pathOf(name: string, entry: AgentConfig, key: "hook_path" | "health_path"): string {
  const path = entry[key] ?? fields[key].default;
  if (/^\/[^?#\s]*$/.test(path)) return path;
  const why = `${settingOf(name, key)} is no path that begins with a slash, without ? and #`;
  throw unusable(name, "agent_bad_path", why);
}

/** Throws where a place is not known: the gateway would get it as it stands there. */
function targetOf(name: string, { to = null }: AgentConfig): string | null {
  const unknown = (to ?? "").match(/\{\w+\}/g)?.find((place) => !targetPlaces.includes(place));
  if (unknown === undefined) return to;
  const why = `${settingOf(name, "to")} holds a place that is not known, ${unknown}`;
  throw unusable(name, "agent_bad_target", why, [`Places are ${targetPlaces.join(" and ")}`]);
}

/** The token, and where it stands. A variable wins over a token in the file. */
function tokenOf(
  name: string,
  entry: AgentConfig,
  env: Readonly<Record<string, string>>,
): Pick<Agent, "token" | "tokenName"> {
  const variable = entry.token_env ?? "";
  const tokenName = variable === "" ? settingOf(name, "token") : variable;
  const value = variable === "" ? entry.token : Object.hasOwn(env, variable) ? env[variable] : "";
  const token = value?.trim() ?? "";
  if (token === "" && variable === "") return { token: null, tokenName: null };
  if (token === "") {
    const why = `its token is missing: the environment variable ${variable} is not set`;
    throw unusable(name, "agent_token_missing", why);
  }
  if (/^[\x21-\x7e]+$/.test(token)) return { token, tokenName };
  const why = `its token in ${tokenName} holds a blank or a character that no header can hold`;
  throw unusable(name, "agent_bad_token", why);
}

function unknownAgent(name: string, known: readonly string[]): MacpError {
  const hint = known.length === 0
    ? "No agent is configured: add one to delegate.agents"
    : `Agents are ${firstOf(known.map((other) => oneLine(other, 60)), 20)}`;
  return new MacpError("usage", `Unknown agent '${oneLine(name, 100)}'`, {
    code: "unknown_agent",
    hints: [...nearestHint(name, known), hint],
  });
}

function unusable(name: string, code: string, why: string, hints: string[] = []): MacpError {
  const message = `Cannot delegate to ${oneLine(name, 100)} as ${why}`;
  return new MacpError("usage", message, { code, hints });
}
