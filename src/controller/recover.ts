/**
 * Making good what a controller left that ended without saying so.
 *
 * @module
 */
import { join } from "@std/path";
import { readAttemptId } from "../dispatcher/attempt_files.ts";
import { collectResult, nothingSeen } from "../dispatcher/collect_result.ts";
import { describeRescued } from "../dispatcher/rescue.ts";
import { attemptResultsFolder } from "../dispatcher/result_paths.ts";
import { endAttemptProcesses, endProcesses } from "../process/end_processes.ts";
import { findWorktreeProcesses } from "../process/find_attempt_processes.ts";
import { isRecord } from "../protocol/events.ts";
import type { OwnedWorktree, RunningAttempt, Task } from "../protocol/generated/types.ts";
import { taskNames } from "../protocol/names.ts";
import {
  checkTask,
  idOf,
  isMacpAware,
  knownRuntime,
  maxAttemptsOf,
  soundTask,
  statusOf,
} from "../protocol/task.ts";
import { adoptWorktrees } from "./adopt_worktrees.ts";
import { attemptFolder } from "./attempt_folder.ts";
import type { ControllerContext } from "./context.ts";
import { clearEnded, finishRemoval } from "./clear_ended.ts";
import { knownResult } from "./known_result.ts";
import { nextSerial } from "./serials.ts";
import { hasLiveOwner } from "./owners.ts";
import { endAttempt, type EndedAttempt, finishAttempt } from "./finish.ts";
import { describeVanished, tellQueue } from "./lost_queue.ts";
import { revertAccept } from "./revert_accept.ts";
import { recoverScratch } from "./scratch.ts";
import { removeTemporaries } from "./temporaries.ts";
import { makeVerdict } from "./verdict.ts";
import { reach } from "../sys/fail_points.ts";

/** Milliseconds that a lost worker has between TERM and KILL. */
const graceMs = 10_000;

/**
 * Finishes every attempt of a controller that is dead; to be called while holding the
 * lock of the run. A verdict on disk is carried out; any other attempt is lost, and
 * counts. Its processes are ended first.
 *
 * @returns The attempts that ended by this.
 */
export async function recover(context: ControllerContext): Promise<EndedAttempt[]> {
  reach("recovery.begun");
  await removeTemporaries(context);
  await adoptWorktrees(context);
  const ended: EndedAttempt[] = [];
  for (const [id, attempt] of Object.entries(context.store.readState().running)) {
    if (hasLiveOwner(context.world, attempt)) continue;
    const end = await recoverAttempt(context, id, attempt);
    if (!end) continue;
    ended.push(end);
    // Where its task had ended with it, event and result say all.
    if (end.status === "pending" || end.outcome === "worker_lost") context.store.miss(id);
  }
  const { running } = context.store.readState();
  for (const raw of context.store.readQueue().tasks) {
    const id = idOf(raw);
    if (
      id === null || Object.hasOwn(running, id) ||
      (statusOf(raw) !== "running" && statusOf(raw) !== "gated")
    ) continue;
    const attempt = await unknownAttempt(context, soundTask(raw, id));
    await endWorker(context, attempt);
    ended.push(await loseAttempt(context, id, attempt));
  }
  ended.push(...await loseForgotten(context));
  for (const [path, owned] of Object.entries(context.store.readState().worktrees)) {
    if (Object.hasOwn(running, owned.task_id)) continue;
    if (owned.phase === "removing") await goOnRemoving(context, path, owned);
    else if (owned.restored_at === undefined && isCancelled(context, owned.task_id)) {
      await clearCancelled(context, path, owned);
    }
  }
  await recoverScratch(context);
  reach("recovery.ended");
  return ended;
}

/**
 * Finishes an attempt whose process is dead.
 *
 * @returns How the task ended by this, or null when it did not.
 */
export async function recoverAttempt(
  context: ControllerContext,
  id: string,
  attempt: RunningAttempt,
): Promise<EndedAttempt | null> {
  await endWorker(context, attempt);
  if (attempt.verdict) {
    context.onNote(`${id}: attempt ${attempt.serial} had ended; finishing it`);
    await finishAttempt(context, id, attempt, attempt.verdict);
    const { next_status: status, outcome } = attempt.verdict;
    return { id, status, outcome };
  }
  if (attempt.accept) {
    context.onNote(`${id}: the process that accepted it ended; it is what it was before`);
    await revertAccept(context, id, attempt, "The acceptance was cut short");
    return null;
  }
  const raw = context.store.readQueue().find(id);
  // Whatever became of its entry since: a worker begins after the claim is in the queue.
  // Who holds a task for a person claims nothing.
  const begun = attempt.phase !== "claimed" ||
    (isRecord(raw) && raw.last_attempt === attempt.serial);
  if (!attempt.owner && begun) return await loseAttempt(context, id, attempt);
  // The claim did not reach the queue: the attempt never was.
  await context.store.change(({ state }) => {
    delete state.running[id];
    return { change: { state }, result: null };
  });
  return null;
}

async function endWorker({ world, onNote }: ControllerContext, attempt: RunningAttempt) {
  const { ended, remaining } = await endAttemptProcesses(world, {
    attemptId: attempt.attempt_id,
    leader: attempt.worker,
    graceMs,
  });
  if (ended.length > 0) onNote(`Ended ${ended.length} processes of a lost attempt`);
  for (const { pid } of remaining) onNote(`Process ${pid} of a lost attempt could not be ended`);
}

async function loseAttempt(
  context: ControllerContext,
  id: string,
  attempt: RunningAttempt,
): Promise<EndedAttempt> {
  const { settings, world, store } = context;
  const raw = store.readQueue().find(id);
  const task = soundTask(raw, id);
  const attempts = Math.max(task.attempts ?? 0, attempt.attempts_before + 1);
  const maxAttempts = checkTask(raw).ok ? maxAttemptsOf(task, settings) : 1;
  const now = world.clock.now();
  context.onNote(`${id}: attempt ${attempt.serial} was lost with its controller`);
  await store.change(({ state }) => {
    state.running[id] = attempt;
    return { change: { state }, result: null };
  });
  const names = await taskNames(id);
  const logPath = join("logs", names.file, `${attempt.serial}.log`);
  const hasLog = world.files.lstat(join(store.paths.folder, logPath)) !== null;
  const isCancelled = task.cancel_requested === true || attempt.cancel_requested === true;
  const outcome = isCancelled ? "cancelled" : "worker_lost";
  const result = collectResult(task, {
    ...nothingSeen,
    serial: attempt.serial,
    attempts,
    maxAttempts,
    runtime: raw === undefined ? null : knownRuntime(task, settings),
    startedAt: Date.parse(attempt.started_at),
    logPath: hasLog ? logPath : null,
    worktree: attempt.worktree,
    branch: attempt.branch,
    baseCommit: attempt.base_commit,
  }, {
    outcome,
    status: "failed",
    error: outcome === "cancelled"
      ? "Cancelled by a person"
      : "The controller ended while the attempt ran",
    endedAt: now,
  });
  const verdict = makeVerdict(result, {
    outcome,
    attempts,
    maxAttempts,
    legacy: attempt.legacy,
    backoffSeconds: settings.macp.retry_backoff_seconds,
    now,
  });
  const told = raw === undefined ? [describeVanished([id])] : [];
  return await endAttempt(context, id, tellQueue(verdict, told));
}

/**
 * Attempts of which neither the ledger nor the queue knows, as both are older than they: their
 * worktrees stand, and tell. They are lost, and count.
 */
async function loseForgotten(context: ControllerContext): Promise<EndedAttempt[]> {
  const { store, world } = context;
  const lost: EndedAttempt[] = [];
  for (const [path, { task_id: id, phase }] of Object.entries(store.readState().worktrees)) {
    const raw = store.readQueue().find(id);
    const isOpen = raw === undefined || statusOf(raw) === "pending";
    if (phase !== "ready" || !isOpen || Object.hasOwn(store.readState().running, id)) continue;
    const find = () => findWorktreeProcesses(world, path);
    if (find().length === 0 && (raw === undefined || await hasBegun(context, id))) continue;
    const { ended } = await endProcesses(world, { find, graceMs });
    if (ended.length > 0) context.onNote(`Ended ${ended.length} processes of a lost attempt`);
    lost.push(await loseAttempt(context, id, await forgottenAttempt(context, id)));
    store.miss(id);
  }
  return lost;
}

/** Whether the queue or a result knows of an attempt. */
async function hasBegun(context: ControllerContext, id: string): Promise<boolean> {
  const { attempts = 0, last_attempt: last = 0 } = soundTask(
    context.store.readQueue().find(id),
    id,
  );
  return attempts + last > 0 || knownResult(context, id, await taskNames(id)) !== null;
}

/** Its serial is that of its traces, which no result has. */
async function forgottenAttempt(context: ControllerContext, id: string): Promise<RunningAttempt> {
  const { world: { files }, store: { paths }, settings } = context;
  const raw = context.store.readQueue().find(id);
  const names = await taskNames(id);
  const traces = { logs: paths.logs, attemptResults: attemptResultsFolder(paths, settings) };
  const next = nextSerial(files, traces, names, raw);
  const known = knownResult(context, id, names)?.metadata?.attempt_serial ?? 0;
  const task = soundTask(raw, id);
  const serial = Math.max(1, known + 1, (task.last_attempt ?? 0) + 1, next - 1);
  const attempt = await unknownAttempt(context, { ...task, last_attempt: serial });
  return { ...attempt, attempts_before: task.attempts ?? 0 };
}

/** An attempt of which the ledger knows nothing: the queue says that it ran, its files who it is. */
async function unknownAttempt(context: ControllerContext, task: Task): Promise<RunningAttempt> {
  const { world } = context;
  const serial = Math.max(1, task.last_attempt ?? task.attempts ?? 1);
  const folder = attemptFolder(context, await taskNames(task.id), serial);
  const { worktrees } = context.store.readState();
  const [path, owned] = Object.entries(worktrees).find(([, { task_id: id }]) => id === task.id) ??
    [null, null];
  return {
    attempt_id: readAttemptId(world.files, folder) ?? world.uuid(),
    serial,
    attempts_before: Math.max(0, (task.attempts ?? 1) - 1),
    phase: "claimed",
    started_at: new Date(world.clock.now()).toISOString(),
    legacy: !isMacpAware(task),
    worktree: path,
    branch: owned?.branch ?? null,
    base_commit: owned?.base_commit ?? null,
    worker: null,
    verdict: null,
  };
}

/** Whether a task was cancelled while no attempt of it ran. */
function isCancelled({ store }: ControllerContext, id: string): boolean {
  const raw = store.readQueue().find(id);
  return isRecord(raw) && raw.status === "failed" && raw.outcome === "cancelled";
}

/** A worktree that was pinned, and whose removal a crash cut short. */
async function goOnRemoving(
  context: ControllerContext,
  path: string,
  owned: OwnedWorktree,
): Promise<void> {
  const { rescued, why } = await finishRemoval(context, path, owned);
  if (rescued !== null) context.onNote(`${path}: ${describeRescued(rescued)}`);
  if (why !== null) context.onNote(`The worktree ${path} stays: ${why}`);
}

/** The worktree of a task that was cancelled between two attempts. */
async function clearCancelled(
  context: ControllerContext,
  path: string,
  owned: OwnedWorktree,
): Promise<void> {
  if (!context.settings.macp.cleanup_worktrees) return;
  const { why } = await clearEnded(context, path, owned);
  if (why !== null) context.onNote(`The worktree ${path} stays: ${why}`);
}
