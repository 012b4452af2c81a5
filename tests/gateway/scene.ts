/** A repository of macp whose agent stands behind a real gateway. */
import { type Ran, Repository, textOf, until } from "../e2e/harness.ts";
import { type Gateway, hookToken } from "./gateway.ts";

/** How a delegation ended. */
export interface Delegated extends Ran {
  /** What it printed, parsed; empty when that was no JSON. */
  answer: Record<string, unknown>;
  /** Entries of the log that are about it. */
  log: LogEntry[];
}

/** A line of the log. */
export interface LogEntry {
  runId: string;
  event: string;
  detail: string;
  attempt: number;
}

/** Runs `macp delegate` where an agent `counter` stands behind the gateway. */
export class Scene {
  readonly repository: Repository;
  readonly gateway: Gateway;

  constructor(folder: string, gateway: Gateway) {
    this.repository = new Repository(folder);
    this.gateway = gateway;
  }

  /** Makes the repository; `agents` are there besides `counter`. */
  async prepare(agents: Record<string, Record<string, unknown>> = {}): Promise<void> {
    const { repository } = this;
    await repository.git("init", "--quiet", "--initial-branch=main");
    await repository.git("commit", "--quiet", "--allow-empty", "--message", "start");
    const common = { url: this.gateway.origin, token_env: "HOOK_TOKEN", agent_id: "main" };
    const named = Object.entries({ counter: {}, ...agents })
      .map(([name, fields]) => [name, { ...common, ...fields }]);
    repository.writeConfig({ delegate: { agents: Object.fromEntries(named) } });
    repository.writeQueue([]);
  }

  /** Delegates to its end. */
  async delegate(
    args: readonly string[],
    env: Record<string, string> = {},
  ): Promise<Delegated> {
    const ran = await this.repository.macp(["delegate", ...args], {
      env: { HOOK_TOKEN: hookToken, ...env },
    });
    const answer = parse(ran.stdout);
    return { ...ran, answer, log: this.log(String(answer.runId)) };
  }

  /** Path of an answer. */
  answerPath(runId: string): string {
    return this.repository.state("handoffs", `${runId}.json`);
  }

  /** Entries of the log about a run. */
  log(runId: string): LogEntry[] {
    const folder = this.repository.state("delegations");
    const lines = [...Deno.readDirSync(folder)]
      .flatMap(({ name }) => (textOf(`${folder}/${name}`) ?? "").split("\n"))
      .filter(Boolean);
    return lines.map((line): LogEntry => JSON.parse(line)).filter((entry) => entry.runId === runId);
  }

  /** Waits until the agent was asked something that holds `text`. */
  async untilAsked(text: string): Promise<void> {
    await until(
      `a turn about ${text}`,
      () => this.gateway.provider.turns.some(({ prompt }) => prompt.includes(text)),
      60_000,
    );
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** Events of a log with their attempts, such as `attempt_start 1`. */
export function eventsOf(log: readonly LogEntry[]): string[] {
  return log.map(({ event, attempt }) => `${event} ${attempt}`);
}

/** Folder of the installed gateway; null where there is none. */
export const install: string | null = Deno.env.get("MACP_GATEWAY_INSTALL") || null;
