/**
 * One attempt of a task up to its gates: worktree, worker, and what the worker left.
 *
 * @module
 */
import { requireGlobs } from "../gates/gate_files.ts";
import { resolveCommit } from "../git/refs.ts";
import { MacpError } from "../protocol/errors.ts";
import type { Task } from "../protocol/generated/types.ts";
import type { Failure } from "../protocol/outcomes.ts";
import { isBranchName } from "../protocol/names.ts";
import { isMacpAware, runtimeOf } from "../protocol/task.ts";
import { atomicWriteJson } from "../store/atomic_write.ts";
import { attemptEnvironment } from "./attempt_environment.ts";
import { readBrief, writeAttemptFiles } from "./attempt_files.ts";
import { composeBrief } from "./brief.ts";
import { buildDispatchCommand } from "./command.ts";
import { type Dispatched, type DispatchRequest, nothingYet } from "./dispatch_request.ts";
import { gateFileRules, readUncommitted } from "./gate_file_changes.ts";
import { buildHandover, handoverReason } from "./handover.ts";
import { readGitView, unusableView } from "./git_view.ts";
import { inspectWork } from "./inspect_work.ts";
import { watchMainCheckout } from "./main_checkout.ts";
import { runSetup } from "./run_setup.ts";
import { runWorker } from "./run_worker.ts";
import { clearLocks, gitFolderOf } from "./stale_locks.ts";
import { workerRuntime } from "./worker_mode.ts";
import { checkPlace } from "./check_place.ts";
import { setupWorktree } from "./worktree.ts";
import { WorktreeError } from "./worktree_error.ts";
import { taskPlace } from "./worktree_place.ts";

/**
 * Sets up the worktree, runs the worker to its end and commits what it left. Never
 * throws for what the task is to blame for: that is the `failure`.
 */
export async function dispatchTask(request: DispatchRequest): Promise<Dispatched> {
  const dispatched = nothingYet(request.git.cwd);
  const { git: { world, cwd: repository }, task, settings } = request;
  try {
    requireGlobs(settings.macp.gate_files);
    dispatched.warnings.push(...portWarnings(request));
    const command = buildDispatchCommand(task, {
      template: settings.worker.command_template,
      workerExec: world.env.MOSAIC_WORKER_EXEC,
      runtime: workerRuntime(task, settings),
    });
    const brief = readBrief(world, repository, task, settings);
    const main = command === null ? null : watchMainCheckout(request);
    await enterWorktree(request, dispatched, () => main?.early());
    if (!await mayBegin(request, dispatched)) return dispatched;
    const files = writeAttemptFiles(world, request.folder, { ...request, brief });
    const env = attemptEnvironment(request, dispatched.cwd, files);
    if (!await runSetup(request, dispatched, env)) return dispatched;
    if (command === null) return await handOver(request, dispatched, brief);
    await Promise.all([main?.begin(), lookAtView(request, dispatched)]);
    const gitFolder = dispatched.ready && gitFolderOf(world.files, dispatched.ready.path);
    await runWorker(request, dispatched, command, files);
    if (gitFolder) clearLocks(world.files, gitFolder);
    await Promise.all([
      isMacpAware(task) ? inspectWork(request, dispatched) : null,
      main?.end(dispatched),
    ]);
    return dispatched;
  } catch (error) {
    dispatched.failure = failureOf(error, request.task);
    return dispatched;
  }
}

/** A worker whose servers may meet those of others is told of. */
function portWarnings({ settings: { macp }, portBase }: DispatchRequest): string[] {
  if (portBase !== null || macp.ports_per_slot === 0) return [];
  return [`no ${macp.ports_per_slot} free ports in a row were found; MACP_PORT_BASE is not set`];
}

/** What the task is to blame for; anything else is thrown on. */
function failureOf(error: unknown, task: Task): Failure {
  if (error instanceof WorktreeError) return { outcome: error.outcome, error: error.message };
  if (error instanceof MacpError && error.kind === "usage") {
    const outcome = isMacpAware(task) || error.code !== "no_command"
      ? "invalid_task"
      : "worker_failed";
    return { outcome, error: [error.message, ...error.hints].join(". ").replaceAll("?. ", "? ") };
  }
  throw error;
}

/**
 * Where the worker runs: its worktree, or the main checkout.
 *
 * @param meanwhile Called where git makes a new worktree, which takes a while.
 */
async function enterWorktree(
  request: DispatchRequest,
  dispatched: Dispatched,
  meanwhile: () => void,
): Promise<void> {
  const { git, task, settings, names, branch, owned } = request;
  if (branch === null) {
    if (!isMacpAware(task)) return;
    dispatched.baseCommit = await resolveCommit(git, "HEAD");
    dispatched.uncommitted = await readUncommitted(git, gateFileRules(request));
    return;
  }
  if (!isBranchName(branch)) {
    throw new WorktreeError(
      "worktree_failed",
      `Cannot make the worktree as git takes no branch of this name: ${branch}`,
    );
  }
  const view = await readGitView(git);
  const unusable = unusableView(view);
  if (unusable !== null) {
    const why =
      `git is told by ${unusable} to look elsewhere; unset it: git config --unset ${unusable}`;
    throw new WorktreeError("worktree_failed", `Cannot make the worktree as ${why}`);
  }
  const distrust = await request.hooks.viewed(view);
  if (distrust !== null) throw new WorktreeError("worktree_failed", distrust);
  const place = taskPlace(git, settings, task, names);
  const path = checkPlace(git, place, () => owned?.task_id ?? null, task.id);
  const ready = await setupWorktree({
    ...request,
    taskId: task.id,
    branch,
    place: { ...place, path },
    baseRef: settings.macp.base_ref,
    meanwhile,
  });
  dispatched.ready = ready;
  dispatched.cwd = dispatched.worktree = ready.path;
  dispatched.baseCommit = ready.baseCommit;
  dispatched.warnings.push(...ready.warnings);
}

/** What the worker may not change: its own checkout has settings of its own, and a setup may too. */
async function lookAtView({ git, branch }: DispatchRequest, dispatched: Dispatched): Promise<void> {
  if (branch !== null) dispatched.view = await readGitView(git.at(dispatched.cwd));
}

/** Whether nothing in the base commit forbids to begin. */
async function mayBegin({ hooks }: DispatchRequest, dispatched: Dispatched): Promise<boolean> {
  if (dispatched.baseCommit === null) return true;
  const { failure, aborted, gates } = await hooks.based(dispatched.baseCommit);
  Object.assign(dispatched, { failure, aborted, baseGates: gates });
  return failure === null && !aborted;
}

/** No worker runs: what a caller needs to spawn one is written down. */
async function handOver(
  request: DispatchRequest,
  dispatched: Dispatched,
  brief: string | null,
): Promise<Dispatched> {
  const { git, task, settings, previous, handoverPath, hooks } = request;
  if (dispatched.ready) await hooks.ready(dispatched.ready);
  const handover = await buildHandover(task, {
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
