/**
 * Everything that `macp status` tells, as data.
 *
 * @module
 */
import { type ActiveHold, activeHolds } from "../../controller/holds.ts";
import { hasLiveOwner, isCarriedOn, isHold, isLive } from "../../controller/owners.ts";
import { type Plan, standingOf } from "../../controller/schedule.ts";
import { isRecord } from "../../protocol/events.ts";
import type { RunningAttempt, State } from "../../protocol/generated/types.ts";
import { type RawTask, statuses, statusOf } from "../../protocol/task.ts";
import type { SinkStatus } from "../../sinks/sink_status.ts";
import type { Queue } from "../../store/queue.ts";
import type { World } from "../../sys/world.ts";
import type { BoardAttempt } from "../live/board.ts";
import type { Lookout } from "../live/look.ts";
import type { OpenRepository } from "../open_repository.ts";
import { type Groups, groupTasks } from "./groups.ts";
import type { PersonNeeded } from "./needs_person.ts";
import { describeTask } from "./task_status.ts";

/** One attempt under way. */
export interface RunningStatus {
  id: string;
  /** Serial of the attempt. */
  attempt: number;
  phase: RunningAttempt["phase"];
  started_at: string;
  worktree: string | null;
  branch: string | null;
  worker: { pid: number; alive: boolean } | null;
  /** Whether the process that carries it out lives; otherwise the next run recovers it. */
  carried_on: boolean;
  slot: number | null;
  port_base: number | null;
  /** Process that accepts what was left of the task; null for an attempt of a controller. */
  accepted_by: { pid: number; alive: boolean } | null;
  /** Its gates, as far as they are known by now. */
  gates: { command: string; state: string }[];
  /** The last line that it printed and that says something. */
  last_line: string | null;
}

/** What is said of the queue as a whole. */
export interface Overview {
  controller: { pid: number } | null;
  counts: Record<string, number>;
  next_wake_up: string | null;
  /** Runtimes that a usage limit holds; `until` as RFC 3339. */
  holds: (Omit<ActiveHold, "until"> & { until: string })[];
  running: RunningStatus[];
  /** The first tasks that wait for a person. */
  needs_person: PersonNeeded[];
}

/** What one look found. */
export interface StatusLook {
  overview: Overview;
  plan: Plan;
  /** Tasks that were asked for: one, or all of the queue. */
  selected: readonly RawTask[];
  groups: Groups;
  attempts: readonly BoardAttempt[];
  sinks: SinkStatus[];
  /** What a person should know of the sinks beside that. */
  warnings: string[];
}

/** Looks at a repository, again and again. */
export class StatusReader {
  readonly #world: World;
  readonly #repository: OpenRepository;
  readonly #wanted: string | undefined;
  #lookout: Lookout | null = null;

  /** @param wanted Id of the only task that is asked for. */
  constructor(world: World, repository: OpenRepository, wanted: string | undefined) {
    this.#world = world;
    this.#repository = repository;
    this.#wanted = wanted;
  }

  /** How all stands now. Throws `MacpError` when a file of the state cannot be read. */
  async look(): Promise<StatusLook> {
    const { store, settings } = this.#repository;
    const now = this.#world.clock.now();
    const queue = store.readQueue();
    const state = store.readState();
    const plan = { queue, holds: state.holds ?? {}, settings, now };
    const selected = this.#wanted === undefined ? queue.tasks : [queue.find(this.#wanted)];
    const groups = groupTasks(plan, selected, underWayIds(state));
    const attempts = await this.#attempts(state, queue);
    const { sinks, warnings } = await this.#sinks();
    const overview = await this.#overview({ plan, state, groups, attempts });
    return { overview, plan, selected, groups, attempts, sinks, warnings };
  }

  async #overview(
    { plan, state, groups, attempts }: {
      plan: Plan;
      state: State;
      groups: Groups;
      attempts: readonly BoardAttempt[];
    },
  ): Promise<Overview> {
    const { controller, running } = state;
    const isUp = controller !== null && isLive(this.#world, controller);
    return {
      controller: isUp && controller ? { pid: controller.pid } : null,
      counts: countByStatus(plan.queue),
      next_wake_up: nextWakeUp(plan),
      holds: activeHolds(plan.holds, plan.now)
        .map((hold) => ({ ...hold, until: new Date(hold.until).toISOString() })),
      running: Object.entries(running).map(([id, attempt]) =>
        describeRunning(this.#world, state, {
          id,
          attempt,
          shown: attempts.find((one) => one.key === id),
        })
      ),
      needs_person: await this.#needs(plan, state, groups),
    };
  }

  /** The code for that is loaded only where a task waits. */
  async #needs(plan: Plan, state: State, groups: Groups): Promise<PersonNeeded[]> {
    const cutShort = groups.running.shown.filter(({ raw }) => {
      const attempt = isRecord(raw) ? state.running[String(raw.id)] : undefined;
      return !!attempt?.accept && !hasLiveOwner(this.#world, attempt);
    });
    const members = [...cutShort, ...groups.person.shown];
    if (members.length === 0) return [];
    const { describeNeeds } = await import("./needs_person.ts");
    const faultOf = (raw: RawTask) => describeTask(plan, raw).reason;
    return await describeNeeds(this.#world, this.#repository, { plan, state, members, faultOf });
  }

  async #attempts(state: State, queue: Queue): Promise<readonly BoardAttempt[]> {
    if (Object.keys(state.running).length === 0) return [];
    const { Lookout } = await import("../live/look.ts");
    this.#lookout ??= new Lookout(this.#world, this.#repository);
    const attempts = await this.#lookout.attempts(state, queue);
    return attempts
      .filter(({ key }) => this.#wanted === undefined || key === this.#wanted);
  }

  /** How the sinks stand. The code for that is loaded only where there is one. */
  async #sinks(): Promise<Pick<StatusLook, "sinks" | "warnings">> {
    const { settings: { macp }, paths } = this.#repository;
    const blocks = [macp.webhook, macp.discord, macp.slack, macp.ntfy, macp.exec, macp.stdout];
    const left = [paths.cursor, paths.deadLetters]
      .some((path) => this.#world.files.stat(path) !== null);
    if (!left && !blocks.some(({ enabled }) => enabled === true)) {
      return { sinks: [], warnings: [] };
    }
    const { lookAtSinks } = await import("../describe_sinks.ts");
    const { sinks, fault, doubt } = await lookAtSinks(this.#world, this.#repository);
    return { sinks, warnings: [fault, doubt].filter((text) => text !== null) };
  }
}

/** What is known of an attempt under way, from the ledger and the process table. */
function describeRunning(
  world: World,
  state: State,
  { id, attempt, shown }: { id: string; attempt: RunningAttempt; shown: BoardAttempt | undefined },
): RunningStatus {
  const { serial, phase, started_at, worktree, branch, worker, slot, port_base, owner, accept } =
    attempt;
  return {
    id,
    attempt: serial,
    phase,
    started_at,
    worktree,
    branch,
    worker: worker && { pid: worker.pid, alive: isLive(world, worker) },
    carried_on: isCarriedOn(state, attempt, (owner) => isLive(world, owner)),
    slot: slot ?? null,
    port_base: port_base ?? null,
    accepted_by: accept && owner ? { pid: owner.pid, alive: isLive(world, owner) } : null,
    gates: shown?.gates.map(({ command, state }) => ({ command, state })) ?? [],
    last_line: shown?.said ?? null,
  };
}

/** Ids of tasks that run, or were lost while they did. */
function underWayIds({ running }: State): ReadonlySet<string> {
  const open = Object.entries(running).filter(([, attempt]) =>
    attempt.verdict === null && !isHold(attempt)
  );
  return new Set(open.map(([id]) => id));
}

function countByStatus({ tasks }: Queue): Record<string, number> {
  const counts: Record<string, number> = Object.fromEntries(statuses.map((status) => [status, 0]));
  for (const raw of tasks) {
    const status = statusOf(raw) ?? "invalid";
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}

/** RFC 3339 time of the first back-off or hold that ends and lets a task run, or null. */
function nextWakeUp(plan: Plan): string | null {
  const { queue: { tasks }, holds, now } = plan;
  const holding = Object.keys(holds).length > 0;
  let first = Infinity;
  for (const raw of tasks) {
    if (!isRecord(raw) || raw.status !== "pending") continue;
    if (!holding && typeof raw.not_before !== "string") continue;
    const until = holding ? heldUntil(plan, raw) : Date.parse(String(raw.not_before));
    if (until > now && until < first) first = until;
  }
  return first === Infinity ? null : new Date(first).toISOString();
}

function heldUntil(plan: Plan, raw: RawTask): number {
  const standing = standingOf(plan, raw);
  return standing.kind === "waiting" || standing.kind === "held" ? standing.until : 0;
}
