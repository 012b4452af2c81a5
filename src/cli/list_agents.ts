/**
 * `macp delegate --list`
 *
 * @module
 */
import { mayDelegate } from "../delegation/acl.ts";
import { type Agent, agentNames, readRegistry, resolveAgent } from "../delegation/agents.ts";
import type { DelegateContext } from "../delegation/delegation_run.ts";
import { MacpError } from "../protocol/errors.ts";
import { oneLine } from "../protocol/text.ts";
import type { Invocation } from "./command.ts";
import { exitCodes } from "./exit_codes.ts";
import { openDelegation } from "./open_delegation.ts";
import { openRepository } from "./open_repository.ts";
import { tabulate } from "./output.ts";
import { untilStopped } from "./until_stopped.ts";

/** An agent as it is listed. */
interface ListedAgent {
  name: string;
  /** Host and port of its gateway; null when it has no usable address. */
  address: string | null;
  /** Callers that may ask it; who names no caller may as well. */
  callers: string[];
  /** Whether its gateway is up; null when it was not asked. */
  healthy: boolean | null;
  /** Why not; null when all is well. */
  reason: string | null;
}

/** Prints the agents, those that `--caller` may ask where it is given. Gives the exit code. */
export async function listAgents(invocation: Invocation): Promise<number> {
  const { args, output, terminal } = invocation;
  const repository = await openRepository(invocation);
  const caller = args.text("caller") ?? null;
  const { result, stopped } = await untilStopped(terminal, (stop) => {
    const context = openDelegation(invocation, repository, stop);
    return lookAtAgents(context, caller);
  });
  if (output.options.json || args.text("format") === "json") output.json({ agents: result });
  else print(invocation, result);
  return stopped ?? exitCodes.done;
}

async function lookAtAgents(
  context: DelegateContext,
  caller: string | null,
): Promise<ListedAgent[]> {
  const { world, settings, places } = context;
  const { registry, warning } = readRegistry(world.files, places.registry);
  if (warning !== null) context.note(warning);
  const names = agentNames({ settings, registry })
    .filter((name) => mayDelegate(settings.acl, caller, name));
  return await Promise.all(names.map(async (name) => {
    const callers = Object.keys(settings.acl)
      .filter((other) => mayDelegate(settings.acl, other, name)).sort();
    const agent = resolve(name, { settings, registry, env: world.env });
    if (agent instanceof MacpError) {
      return { name, address: null, callers, healthy: null, reason: agent.message };
    }
    const health = await context.steps.checkHealth(world, agent, context.signal);
    const reason = health.healthy ? null : health.reason;
    return { name, address: agent.url.host, callers, healthy: health.healthy, reason };
  }));
}

function resolve(name: string, about: Parameters<typeof resolveAgent>[1]): Agent | MacpError {
  try {
    return resolveAgent(name, about);
  } catch (error) {
    if (error instanceof MacpError) return error;
    throw error;
  }
}

function print({ output, args }: Invocation, agents: readonly ListedAgent[]): void {
  if (agents.length === 0) {
    const caller = args.text("caller");
    return output.line(
      caller === undefined
        ? "No agents: name them in the setting delegate.agents"
        : `${caller} may ask no agent (delegate.acl)`,
    );
  }
  const rows = agents.map(({ name, address, callers, healthy, reason }) => [
    output.paint("bold", oneLine(name, 60)),
    address ?? "—",
    healthy === true
      ? output.paint("green", "up")
      : output.paint("red", healthy === false ? "down" : "unusable"),
    callers.map((caller) => oneLine(caller, 60)).join(", ") || "—",
    oneLine(reason ?? "", 200),
  ]);
  const head = ["AGENT", "GATEWAY", "HEALTH", "CALLERS", ""];
  for (const line of tabulate([head, ...rows])) output.line(line);
}
