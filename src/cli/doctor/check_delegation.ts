/**
 * Whether the agents that can be delegated to can be asked. Nothing is sent: health is what
 * `macp delegate --list` asks for.
 *
 * @module
 */
import type { ControllerContext } from "../../controller/context.ts";
import {
  agentNames,
  type AgentSources,
  readRegistry,
  resolveAgent,
} from "../../delegation/agents.ts";
import { delegationPlaces } from "../../delegation/places.ts";
import { callerVariable, isPerCaller } from "../../protocol/caller_variable.ts";
import { messageOf } from "../../protocol/errors.ts";
import { nearest } from "../../protocol/nearest.ts";
import type { Settings } from "../../protocol/settings.ts";
import { firstOf, oneLine } from "../../protocol/text.ts";
import { type Finding, found } from "./finding.ts";

/** Most names in one message. */
const maxNames = 10;

type Env = Readonly<Record<string, string>>;

/** The `delegate` block, the registry, and the variables that both need. */
export function checkDelegation(
  { settings: { delegate }, world, store: { paths } }: Pick<
    ControllerContext,
    "settings" | "world" | "store"
  >,
): Finding[] {
  const about = { repository: paths.repository, home: world.env.HOME };
  const { registry, warning } = readRegistry(
    world.files,
    delegationPlaces(delegate, about).registry,
  );
  const sources = { settings: delegate, registry };
  const names = agentNames(sources);
  return [
    ...warning === null ? [] : [
      found.warn("delegate.registry", warning, "Mend the file, or set delegate.registry"),
    ],
    ...names.length > 0 || warning !== null
      ? names.map((name) => checkAgent(name, sources, world.env))
      : [found.ok("delegate", "no agent can be delegated to")],
    ...checkAcl(delegate.acl, names),
    ...checkChannels(delegate, world.env),
  ];
}

function checkAgent(name: string, sources: AgentSources, env: Env): Finding {
  const check = `delegate.${oneLine(name, 60)}`;
  try {
    const { url, token, tokenName } = resolveAgent(name, { ...sources, env });
    if (token === null) {
      const message = `${url.host}, without a token, which gateways refuse`;
      return found.warn(check, message, `Set delegate.agents.${oneLine(name, 60)}.token_env`);
    }
    if (url.protocol === "http:" && !isThisMachine(url.hostname)) {
      const message = `${url.host} is given the token of ${tokenName} in clear over the network`;
      return found.warn(check, message, "Give it an address with https://, or a tunnel");
    }
    return found.ok(check, `${url.host}, token of ${tokenName}`);
  } catch (error) {
    return found.warn(check, messageOf(error));
  }
}

function isThisMachine(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127\./.test(host);
}

/**
 * Names in the ACL that lead nowhere. A caller need not be an agent that can be asked itself,
 * unless it is spelled almost like one.
 */
function checkAcl(acl: Settings["delegate"]["acl"], names: readonly string[]): Finding[] {
  const faults = Object.entries(acl).flatMap(([caller, targets]) => [
    ...misspelled(caller, names),
    ...targets.filter((target) => !names.includes(target))
      .map((target) => `${caller} may ask ${target}, which is no agent`),
    ...targets.includes(caller) ? [`${caller} may ask itself, which is always refused`] : [],
  ]);
  if (faults.length === 0) return [];
  const message = firstOf(faults.map((fault) => oneLine(fault, 200)), maxNames);
  return [found.warn("delegate.acl", message, "Mend delegate.acl, or add the agents")];
}

function misspelled(caller: string, names: readonly string[]): string[] {
  const near = names.includes(caller) ? null : nearest(caller, names);
  return near === null ? [] : [`caller ${caller} is no agent; ${near} is one`];
}

/** Whether the variables are set that tokens of channels come from. */
function checkChannels({ acl, channel_context }: Settings["delegate"], env: Env): Finding[] {
  const { command, token_env } = channel_context;
  if (command.length === 0 || token_env === null || token_env === "") return [];
  const variables = isPerCaller(token_env)
    ? Object.keys(acl).map((caller) => callerVariable(token_env, caller))
    : [token_env];
  const missing = variables.filter((name) => !Object.hasOwn(env, name) || env[name] === "");
  if (missing.length === 0) return [];
  const message = `--channel-context needs variables that are not set: ${
    firstOf(missing, maxNames)
  }`;
  return [found.warn("delegate.channel_context", message)];
}
