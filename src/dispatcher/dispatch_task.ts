/**
 * One attempt of a task up to its gates: worktree, worker, and what the worker left.
 *
 * @module
 */
import { type BranchChanges, commitAll, readChanges } from "../git/changes.ts";
import type { Git } from "../git/git.ts";
import { resolveCommit } from "../git/refs.ts";
import { type CheckoutStatus, isDirty, readStatus } from "../git/status.ts";
import type { AttemptLog } from "../logs/attempt_log.ts";
import { MacpError, messageOf } from "../protocol/errors.ts";
import type { OwnedWorktree, ProcessIdentity, Task } from "../protocol/generated/types.ts";
import type { TaskResult } from "../protocol/generated/types.ts";
import type { TaskNames } from "../protocol/names.ts";
import type { Failure } from "../protocol/outcomes.ts";
import { ownSecretNames, type Settings } from "../protocol/settings.ts";
import { isMacpAware, runtimeOf } from "../protocol/task.ts";
import { oneLine } from "../protocol/text.ts";
import { type CommandEnd, runCommand } from "../process/run_command.ts";
import { atomicWriteJson } from "../store/atomic_write.ts";
import { type AttemptFiles, readBrief, writeAttemptFiles } from "./attempt_files.ts";
import { composeBrief } from "./brief.ts";
import { buildDispatchCommand } from "./command.ts";
import type { DependencyBranch } from "./dependencies.ts";
import { buildHandover, handoverReason } from "./handover.ts";
import { emptyReport, readWorkerReport, type WorkerReport } from "./worker_report.ts";
import { workerEnvironment } from "./worker_environment.ts";
import { checkPlace, type ReadyWorktree, setupWorktree } from "./worktree.ts";
import { WorktreeError } from "./worktree_error.ts";
import { worktreePlace } from "./worktree_place.ts";

/** What the dispatcher tells while it works, so that a ledger can be kept. */
export interface DispatchHooks {
  /** Before the worktree is made at `path`, which macp may do. */
  placed(path: string): Promise<void>;
  /** The worktree is ready for the worker. */
  ready(worktree: ReadyWorktree): Promise<void>;
  /** The worker's process exists and begins when this returned. */
  started(leader: ProcessIdentity): Promise<void>;
}

/** One attempt to dispatch. */
export interface DispatchRequest {
  /** Git in the main checkout. */
  git: Git;
  settings: Settings;
  task: Task;
  names: TaskNames;
  attemptId: string;
  serial: number;
  maxAttempts: number;
  /** Branch of a task with a worktree of its own, else null. */
  branch: string | null;
  dependencies: readonly DependencyBranch[];
  /** What the ledger says of a place. */
  ownedAt: (path: string) => OwnedWorktree | null;
  /** Result of the attempt before that failed, or null. */
  previous: TaskResult | null;
  /** Where an `acp` task is handed over. */
  handoverPath: string;
  /** Folder for the files of this attempt. */
  folder: string;
  log: AttemptLog;
  /** Aborts the attempt. */
  signal: AbortSignal;
  hooks: DispatchHooks;
}

/** What came of it. A failure comes before the gates; null lets them run. */
export interface Dispatched {
  failure: Failure | null;
  /** Whether the worker was aborted by the request's signal. */
  aborted: boolean;
  /** Folder that the worker ran in, and its environment; for the gates. */
  cwd: string;
  env: Record<string, string>;
  worktree: string | null;
  baseCommit: string | null;
  headCommit: string | null;
  exitCode: number | null;
  changes: BranchChanges | null;
  dirty: boolean | null;
  report: WorkerReport;
  /** Path of the hand-over of an `acp` task. */
  handover: string | null;
  warnings: string[];
}

/**
 * Sets up the worktree, runs the worker to its end and commits what it left. Never
 * throws for what the task is to blame for: that is the `failure`.
 */
export async function dispatchTask(request: DispatchRequest): Promise<Dispatched> {
  const dispatched = nothingYet(request.git.cwd);
  try {
    const command = buildDispatchCommand(request.task, {
      template: request.settings.worker.command_template,
      workerExec: request.git.world.env.MOSAIC_WORKER_EXEC,
    });
    const { world, cwd: repository } = request.git;
    const brief = readBrief(world, repository, request.task, request.settings);
    await enterWorktree(request, dispatched);
    if (command === null) return handOver(request, dispatched, brief);
    const files = writeAttemptFiles(world, request.folder, { ...request, brief });
    await runWorker(request, dispatched, command, files);
    return dispatched;
  } catch (error) {
    dispatched.failure = failureOf(error, request.task);
    return dispatched;
  }
}

function nothingYet(cwd: string): Dispatched {
  return {
    failure: null,
    aborted: false,
    cwd,
    env: {},
    worktree: null,
    baseCommit: null,
    headCommit: null,
    exitCode: null,
    changes: null,
    dirty: null,
    report: emptyReport(),
    handover: null,
    warnings: [],
  };
}

/** What the task is to blame for; anything else is thrown on. */
function failureOf(error: unknown, task: Task): Failure {
  if (error instanceof WorktreeError) return { outcome: error.outcome, error: error.message };
  if (error instanceof MacpError && error.kind === "usage") {
    const outcome = isMacpAware(task) || error.code !== "no_command"
      ? "invalid_task"
      : "worker_failed";
    return { outcome, error: [error.message, ...error.hints].join(". ") };
  }
  throw error;
}

/** Where the worker runs: its worktree, or the main checkout. */
async function enterWorktree(request: DispatchRequest, dispatched: Dispatched): Promise<void> {
  const { git, task, settings, names, branch, hooks } = request;
  if (branch === null) {
    if (isMacpAware(task)) dispatched.baseCommit = await resolveCommit(git, "HEAD");
    return;
  }
  const place = worktreePlace({
    repository: git.cwd,
    base: settings.macp.worktree_base,
    worktree: task.worktree,
    slug: names.slug,
    home: git.world.env.HOME,
  });
  const ownerOf = (path: string) => request.ownedAt(path)?.task_id ?? null;
  const path = checkPlace(git, place, ownerOf, task.id);
  const owned = request.ownedAt(path);
  await hooks.placed(path);
  const ready = await setupWorktree({
    ...request,
    taskId: task.id,
    branch,
    place: { ...place, path },
    baseRef: settings.macp.base_ref,
    owned,
  });
  await hooks.ready(ready);
  dispatched.cwd = dispatched.worktree = ready.path;
  dispatched.baseCommit = ready.baseCommit;
  dispatched.warnings.push(...ready.warnings);
}

/** No worker runs: what a caller needs to spawn one is written down. */
function handOver(request: DispatchRequest, dispatched: Dispatched, brief: string | null) {
  const { git, task, settings, previous, handoverPath } = request;
  const handover = buildHandover(task, {
    brief: composeBrief(task, brief, previous),
    runtime: runtimeOf(task, settings),
    cwd: dispatched.cwd,
    timeoutSeconds: task.timeout_seconds ?? settings.worker.timeout_seconds,
  });
  atomicWriteJson(git.world, handoverPath, handover);
  dispatched.exitCode = 1;
  dispatched.handover = handoverPath;
  dispatched.failure = { outcome: "handed_over", error: handoverReason };
  return dispatched;
}

async function runWorker(
  request: DispatchRequest,
  dispatched: Dispatched,
  command: string,
  files: AttemptFiles,
): Promise<void> {
  const { git, task, settings, log, signal, hooks } = request;
  dispatched.env = workerEnvironment(git.world.env, ownSecretNames(settings), {
    ...request,
    runtime: runtimeOf(task, settings),
    taskFile: files.task,
    briefFile: files.brief,
    resultFile: files.result,
    previousFailureFile: files.previousFailure,
    worktree: dispatched.cwd,
    branch: request.branch ?? "",
  });
  const timeoutSeconds = task.timeout_seconds ?? settings.worker.timeout_seconds;
  const yolo = task.dispatch === "yolo";
  log.section(`worker: ${yolo ? `mosaic yolo ${runtimeOf(task, settings)}` : command}`);
  const end = await runCommand(git.world, {
    command,
    cwd: dispatched.cwd,
    env: dispatched.env,
    timeoutMs: timeoutSeconds * 1000,
    onStarted: hooks.started,
    onOutput: (chunk) => log.write(chunk),
    signal,
  });
  log.section(`worker ended with exit code ${end.exitCode}`);
  dispatched.exitCode = end.exitCode;
  dispatched.aborted = end.cause === "aborted";
  dispatched.report = readWorkerReport(git.world.files, files.result);
  dispatched.failure = dispatched.aborted ? null : judgeWorker(end, timeoutSeconds) ??
    judgeReport(dispatched.report);
  if (dispatched.report.escalation !== null && !dispatched.aborted) {
    dispatched.failure = judgeReport(dispatched.report);
  }
  if (isMacpAware(task)) await inspect(request, dispatched);
}

/** Why the worker did not end well; null when it exited 0. */
export function judgeWorker(end: CommandEnd, timeoutSeconds: number): Failure | null {
  if (end.cause === "timed_out") {
    return { outcome: "timed_out", error: `Worker did not end within ${timeoutSeconds} s` };
  }
  if (end.exitCode === 0) return null;
  const error = end.signal
    ? `Worker was killed by ${end.signal}`
    : `Worker ended with exit code ${end.exitCode}`;
  return { outcome: "worker_failed", error };
}

function judgeReport({ escalation }: WorkerReport): Failure | null {
  return escalation === null ? null : { outcome: "worker_escalated", error: escalation };
}

/** What the worker left. After a good end the rest is committed, so that gates judge the branch. */
async function inspect(request: DispatchRequest, dispatched: Dispatched): Promise<void> {
  const git = request.git.at(dispatched.cwd);
  try {
    const status = await readStatus(git);
    dispatched.dirty = isDirty(status);
    dispatched.headCommit = status.head;
    const ended = dispatched.failure === null && !dispatched.aborted;
    if (ended && request.branch !== null) {
      dispatched.failure = judgeCheckout(status, request.branch);
      if (dispatched.failure === null && dispatched.dirty) {
        dispatched.headCommit = await commitAll(git, status, leftoverMessage(request));
      }
    }
    const { baseCommit, headCommit } = dispatched;
    if (baseCommit && headCommit) {
      dispatched.changes = await readChanges(git, baseCommit, headCommit);
    }
  } catch (error) {
    dispatched.failure ??= {
      outcome: "worker_failed",
      error: `The worktree cannot be read after the worker: ${messageOf(error)}`,
    };
  }
}

/** The branch must hold the work: the worker may not leave it, nor a merge half-way. */
function judgeCheckout(status: CheckoutStatus, branch: string): Failure | null {
  const failed = (error: string): Failure => ({ outcome: "worker_failed", error });
  if (status.branch !== branch) {
    return failed(
      `Worker left the worktree on ${status.branch ?? "a detached HEAD"}, not ${branch}`,
    );
  }
  if (status.unmerged.length === 0) return null;
  return failed(`Worker left merge conflicts in ${status.unmerged.join(", ")}`);
}

function leftoverMessage({ task, serial }: DispatchRequest): string {
  return `chore: what the worker of ${task.id} left uncommitted\n\n` +
    `Committed by macp after attempt ${serial}: ${oneLine(task.title)}\n`;
}
