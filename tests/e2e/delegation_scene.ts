/** What tests of delegation share: a repository whose agents stand behind a gateway. */
import { type CallOptions, type Ran, type Repository, textOf, withRepository } from "./harness.ts";
import { type GatewayBehaviour, hookToken, type StandIn, withGateway } from "./stand_in_gateway.ts";

/** A document that macp delegate prints. */
export type Printed = Record<string, unknown> & { status: string; notes?: string; code?: string };

/** An entry of the log of delegations. */
export type LogEntry = Record<string, unknown> & { runId: string; event: string; detail: string };

/** What tests see of a repository whose agent webster stands behind a gateway. */
export interface Scene {
  repository: Repository;
  gateway: StandIn;
  /** Runs `macp delegate` with the token in its environment. */
  delegate(args: readonly string[], options?: CallOptions): Promise<Ran>;
  /** Entries of the log, of one run when it is named. */
  log(runId?: string): LogEntry[];
  /** Path below the folder of the answers. */
  handoff(name: string): string;
}

/** Calls `test` with a repository and a gateway; settings are those of the block delegate. */
export async function withAgent(
  behaviour: GatewayBehaviour,
  test: (scene: Scene) => Promise<void>,
  settings: (gateway: StandIn, repository: Repository) => Record<string, unknown> = () => ({}),
): Promise<void> {
  await withRepository((repository) =>
    withGateway(behaviour, async (gateway) => {
      const webster = { url: gateway.origin, token_env: "HOOK_TOKEN" };
      const delegate = { agents: { webster }, ...settings(gateway, repository) };
      repository.writeConfig({ delegate });
      await test(sceneOf(repository, gateway));
    })
  );
}

/** A test that fails must not wait as long as a person would. */
const patience = ["--timeout", "12"];

function sceneOf(repository: Repository, gateway: StandIn): Scene {
  return {
    repository,
    gateway,
    delegate: (args, options = {}) =>
      repository.macp(["delegate", ...args, ...args.includes("--timeout") ? [] : patience], {
        ...options,
        env: { HOOK_TOKEN: hookToken, ...options.env },
      }),
    log: (runId) => readLog(repository).filter((entry) => !runId || entry.runId === runId),
    handoff: (name) => repository.state("handoffs", name),
  };
}

function readLog(repository: Repository): LogEntry[] {
  const day = new Date().toISOString().slice(0, 10);
  const text = textOf(repository.state("delegations", `${day}.jsonl`)) ?? "";
  return text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

/** Events of a log, in order. */
export function eventsOf(entries: readonly LogEntry[]): string[] {
  return entries.map(({ event }) => event);
}

/** The document that a call printed. */
export function printed(ran: Ran): Printed {
  try {
    return JSON.parse(ran.stdout);
  } catch {
    throw new Error(`Cannot parse what was printed: ${JSON.stringify(ran)}`);
  }
}
