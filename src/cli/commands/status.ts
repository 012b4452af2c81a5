/**
 * `macp status`
 *
 * @module
 */
import { type ActiveHold, activeHolds } from "../../controller/holds.ts";
import { isLive } from "../../controller/owners.ts";
import { type Plan, standingOf } from "../../controller/schedule.ts";
import { isRecord } from "../../protocol/events.ts";
import {
  idOf,
  isMacpAware,
  type RawTask,
  type Status,
  statuses,
  statusOf,
  titleOf,
} from "../../protocol/task.ts";
import { shortJson } from "../../protocol/validation.ts";
import type { SinkStatus } from "../../sinks/sink_status.ts";
import type { Queue } from "../../store/queue.ts";
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { type OpenRepository, openRepository, requireTask } from "../open_repository.ts";
import { type Color, type Output, tabulate } from "../output.ts";
import type { RunningAttempt } from "../../protocol/generated/types.ts";
import type { World } from "../../sys/world.ts";
import { oneLine } from "../../protocol/text.ts";

/** Most rows that are printed for people. */
const maxRows = 60;

const colors: Partial<Record<string, Color>> = {
  running: "bold",
  gated: "bold",
  completed: "green",
  failed: "red",
  escalated: "red",
  invalid: "red",
};

/** One task as status tells of it; null where there is nothing to tell. */
export interface TaskStatus {
  id: string;
  title: string;
  status: Status | "invalid";
  dispatch: string;
  attempts: number;
  max_attempts: number;
  outcome: string | null;
  reason: string | null;
  /** RFC 3339 time of the next attempt. */
  not_before: string | null;
  /** Dependency that it waits for. */
  blocked_by: string | null;
  /** Status of that dependency. */
  blocker_status: string | null;
  /** Runtime that it waits for, and until when (RFC 3339). */
  held_runtime: string | null;
  held_until: string | null;
}

/** One attempt under way. */
interface RunningStatus {
  id: string;
  /** Serial of the attempt. */
  attempt: number;
  phase: RunningAttempt["phase"];
  started_at: string;
  worktree: string | null;
  branch: string | null;
  worker: { pid: number; alive: boolean } | null;
  slot: number | null;
  port_base: number | null;
  /** Process that accepts what was left of the task; null for an attempt of a controller. */
  accepted_by: { pid: number; alive: boolean } | null;
}

/** What is said of the queue as a whole. */
interface Overview {
  controller: { pid: number } | null;
  counts: Record<string, number>;
  next_wake_up: string | null;
  /** Runtimes that a usage limit holds; `until` as RFC 3339. */
  holds: (Omit<ActiveHold, "until"> & { until: string })[];
  running: RunningStatus[];
}

/** Shows the queue. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, output, world } = invocation;
  const repository = await openRepository(invocation);
  const now = world.clock.now();
  const queue = repository.store.readQueue();
  const wanted = args.text("task-id");
  if (wanted !== undefined) requireTask(repository.store, wanted);
  const selected = wanted === undefined ? queue.tasks : [queue.find(wanted)];
  const state = repository.store.readState();
  const plan = { queue, holds: state.holds ?? {}, settings: repository.settings, now };
  const alive = state.controller !== null && isLive(world, state.controller);
  const overview: Overview = {
    controller: alive && state.controller ? { pid: state.controller.pid } : null,
    counts: countByStatus(queue),
    next_wake_up: nextWakeUp(plan),
    holds: activeHolds(plan.holds, now)
      .map((hold) => ({ ...hold, until: new Date(hold.until).toISOString() })),
    running: Object.entries(state.running).map(([id, attempt]) =>
      describeRunning(world, id, attempt)
    ),
  };
  const describe = (raw: RawTask) => describeTask(plan, raw);
  const sinks = await sinksOf(invocation, repository);
  if (output.options.json) {
    output.json({
      repository: repository.paths.repository,
      enabled: repository.settings.enabled,
      ...overview,
      sinks,
      tasks: selected.map(describe),
    });
    return exitCodes.done;
  }
  printHead(output, repository, overview);
  if (sinks.length > 0) await printSinks(output, sinks);
  printTasks(output, selected, describe);
  return exitCodes.done;
}

/** How the sinks stand. The code for that is loaded only where there is one. */
async function sinksOf(
  { world, output }: Invocation,
  repository: OpenRepository,
): Promise<SinkStatus[]> {
  const { settings: { macp }, paths } = repository;
  const blocks = [macp.webhook, macp.discord, macp.slack, macp.ntfy, macp.exec, macp.stdout];
  const left = [paths.cursor, paths.deadLetters].some((path) => world.files.stat(path) !== null);
  if (!left && !blocks.some(({ enabled }) => enabled === true)) return [];
  const { lookAtSinks } = await import("../describe_sinks.ts");
  const { sinks, fault, doubt } = await lookAtSinks(world, repository);
  for (const text of [fault, doubt]) if (text !== null) output.warn(text);
  return sinks;
}

async function printSinks(output: Output, sinks: readonly SinkStatus[]): Promise<void> {
  const { describeSink, newError } = await import("../describe_sinks.ts");
  for (const sink of sinks) {
    const isBad = sink.disabled !== null || newError(sink) !== null;
    output.line(
      `sink ${isBad ? output.paint("red", sink.name) : sink.name}: ${describeSink(sink)}`,
    );
  }
}

/** What is known of an attempt under way, from the ledger and the process table. */
function describeRunning(world: World, id: string, attempt: RunningAttempt): RunningStatus {
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
    slot: slot ?? null,
    port_base: port_base ?? null,
    accepted_by: accept && owner ? { pid: owner.pid, alive: isLive(world, owner) } : null,
  };
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

function describeTask(plan: Plan, raw: RawTask): TaskStatus {
  const { settings } = plan;
  const record = isRecord(raw) ? raw : {};
  const status = statusOf(raw);
  const standing = status === "pending" ? standingOf(plan, raw) : null;
  const textOf = (value: unknown) => typeof value === "string" ? value : null;
  const numberOf = (value: unknown, otherwise: number) =>
    typeof value === "number" ? value : otherwise;
  return {
    id: idOf(raw) ?? "",
    title: titleOf(raw),
    status: status ?? "invalid",
    dispatch: isMacpAware(raw) ? textOf(record.dispatch) ?? "invalid" : "legacy",
    attempts: numberOf(record.attempts, 0),
    max_attempts: numberOf(record.max_attempts, settings.worker.max_attempts),
    outcome: textOf(record.outcome),
    reason: standing?.kind === "invalid"
      ? standing.reason
      : status === null
      ? `its status is none that macp knows: ${shortJson(record.status)}`
      : textOf(record.reason),
    not_before: standing?.kind === "waiting" ? new Date(standing.until).toISOString() : null,
    blocked_by: standing?.kind === "blocked" ? standing.by : null,
    blocker_status: standing?.kind === "blocked" ? standing.status : null,
    held_runtime: standing?.kind === "held" ? standing.runtime : null,
    held_until: standing?.kind === "held" ? new Date(standing.until).toISOString() : null,
  };
}

function printHead(
  output: Output,
  { settings, paths }: OpenRepository,
  { controller, counts, next_wake_up, holds, running }: Overview,
): void {
  const counted = Object.entries(counts).filter(([, count]) => count > 0)
    .map(([status, count]) => output.paint(colors[status] ?? "dim", `${count} ${status}`));
  output.line(counted.join(", ") || "the queue is empty");
  if (!settings.enabled) output.line(`not enabled: ${paths.config} (macp init --enable)`);
  const active = (counts.running ?? 0) + (counts.gated ?? 0);
  const accepted = running.filter(({ accepted_by }) => accepted_by?.alive);
  if (controller) output.line(`controller: process ${controller.pid}`);
  else if (active && accepted.length < active) {
    output.line("no controller lives: the next run recovers what was running");
  }
  for (const { id, accepted_by } of accepted) {
    output.line(`process ${accepted_by?.pid} accepts ${oneLine(id, 60)}`);
  }
  for (const { runtime, until, reason } of holds) {
    output.line(`runtime ${runtime} is held until ${until}: ${oneLine(reason, 100)}`);
  }
  if (next_wake_up) output.line(`next attempt: ${next_wake_up}`);
}

function printTasks(
  output: Output,
  tasks: readonly RawTask[],
  describe: (raw: RawTask) => TaskStatus,
): void {
  const open = tasks.filter((raw) => statusOf(raw) !== "completed");
  const shown = (tasks.length > maxRows ? open : tasks).slice(0, maxRows).map(describe);
  if (shown.length === 0) return;
  const rows = shown.map((task) => [
    oneLine(task.id, 60) || "(no id)",
    output.paint(colors[task.status] ?? "dim", task.status),
    `${task.attempts}/${task.max_attempts}`,
    oneLine(task.title, 40),
    oneLine(remark(task), 70),
  ]);
  output.line();
  for (const line of tabulate([["ID", "STATUS", "TRIES", "TITLE", ""], ...rows])) output.line(line);
  const left = tasks.length - shown.length;
  if (left > 0) output.line(`… and ${left} more; all with --json, one with --task-id`);
}

function remark(task: TaskStatus): string {
  if (task.blocked_by) {
    const stuck = task.blocker_status === "failed" || task.blocker_status === "escalated";
    return stuck
      ? `blocked: ${task.blocked_by} ${task.blocker_status} (macp retry ${task.blocked_by})`
      : `waits for ${task.blocked_by}`;
  }
  if (task.held_until) return `runtime ${task.held_runtime} is held until ${task.held_until}`;
  if (task.not_before) return `next attempt at ${task.not_before}`;
  return [task.outcome !== task.status ? task.outcome : null, task.reason].filter(Boolean).join(
    ": ",
  );
}
