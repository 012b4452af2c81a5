/**
 * `macp status`
 *
 * @module
 */
import { standingOf } from "../../controller/schedule.ts";
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
import type { Queue } from "../../store/queue.ts";
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { type OpenRepository, openRepository, requireTask } from "../open_repository.ts";
import { type Color, type Output, tabulate } from "../output.ts";
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
  const controller = liveController(invocation, repository);
  const counts = countByStatus(queue);
  const wakeUp = nextWakeUp(queue, now);
  const describe = (raw: RawTask) => describeTask(queue, raw, repository, now);
  if (output.options.json) {
    output.json({
      repository: repository.paths.repository,
      enabled: repository.settings.enabled,
      controller,
      counts,
      next_wake_up: wakeUp,
      tasks: selected.map(describe),
    });
    return exitCodes.done;
  }
  printHead(output, repository, { controller, counts, wakeUp });
  printTasks(output, selected, describe);
  return exitCodes.done;
}

/** The controller that runs now, by pid and start time; null when none does. */
function liveController({ world }: Invocation, { store }: OpenRepository): { pid: number } | null {
  const { controller } = store.readState();
  if (controller === null) return null;
  const alive = world.processes.identify(controller.pid)?.start_time === controller.start_time;
  return alive ? { pid: controller.pid } : null;
}

function countByStatus({ tasks }: Queue): Record<string, number> {
  const counts: Record<string, number> = Object.fromEntries(statuses.map((status) => [status, 0]));
  for (const raw of tasks) {
    const status = statusOf(raw) ?? "invalid";
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}

/** RFC 3339 time of the first back-off that ends, or null. */
function nextWakeUp({ tasks }: Queue, now: number): string | null {
  let first = Infinity;
  for (const raw of tasks) {
    if (!isRecord(raw) || raw.status !== "pending" || typeof raw.not_before !== "string") continue;
    const until = Date.parse(raw.not_before);
    if (until > now && until < first) first = until;
  }
  return first === Infinity ? null : new Date(first).toISOString();
}

function describeTask(
  queue: Queue,
  raw: RawTask,
  { settings }: OpenRepository,
  now: number,
): TaskStatus {
  const record = isRecord(raw) ? raw : {};
  const status = statusOf(raw);
  const standing = status === "pending" ? standingOf(queue, raw, now) : null;
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
  };
}

function printHead(
  output: Output,
  { settings, paths }: OpenRepository,
  { controller, counts, wakeUp }: {
    controller: { pid: number } | null;
    counts: Record<string, number>;
    wakeUp: string | null;
  },
): void {
  const counted = Object.entries(counts).filter(([, count]) => count > 0)
    .map(([status, count]) => output.paint(colors[status] ?? "dim", `${count} ${status}`));
  output.line(counted.join(", ") || "the queue is empty");
  if (!settings.enabled) output.line(`not enabled: ${paths.config} (macp init --enable)`);
  const active = (counts.running ?? 0) + (counts.gated ?? 0) > 0;
  if (controller) output.line(`controller: process ${controller.pid}`);
  else if (active) output.line("no controller lives: the next run recovers what was running");
  if (wakeUp) output.line(`next attempt: ${wakeUp}`);
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
  if (task.not_before) return `next attempt at ${task.not_before}`;
  return [task.outcome !== task.status ? task.outcome : null, task.reason].filter(Boolean).join(
    ": ",
  );
}
