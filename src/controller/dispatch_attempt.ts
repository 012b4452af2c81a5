/**
 * Hands an attempt to the dispatcher.
 *
 * @module
 */
import type { DependencyBranch } from "../dispatcher/dependencies.ts";
import type { Dispatched, DispatchHooks, DispatchRequest } from "../dispatcher/dispatch_request.ts";
import { gateFileRules } from "../dispatcher/gate_file_changes.ts";
import type { ReadyWorktree } from "../dispatcher/worktree.ts";
import { dispatchTask } from "../dispatcher/dispatch_task.ts";
import { handoverPath } from "../dispatcher/handover.ts";
import type { AttemptLog } from "../logs/attempt_log.ts";
import { isRecord } from "../protocol/events.ts";
import type { RunningAttempt, Task } from "../protocol/generated/types.ts";
import { checkTask } from "../protocol/task.ts";
import { attemptFolder } from "./attempt_folder.ts";
import { checkBase } from "./baseline.ts";
import type { Claimed } from "./claim.ts";
import type { ControllerContext } from "./context.ts";
import { describeTask } from "./event_metadata.ts";
import { knownVerdict } from "./known_result.ts";
import { previousFailure } from "./previous_failure.ts";
import { rememberView, whyDistrusted } from "./trusted_view.ts";
import { type LedgerUpdate, updateLedger } from "./update_ledger.ts";

/** Runs the worker of an attempt, with the ledger a step ahead of it. */
export async function dispatchAttempt(
  context: ControllerContext,
  claimed: Claimed,
  log: AttemptLog,
  signal: AbortSignal,
): Promise<Dispatched> {
  return await dispatchTask(await dispatchRequest(context, claimed, log, signal));
}

/** What the dispatcher is asked for in an attempt. */
export async function dispatchRequest(
  context: ControllerContext,
  claimed: Claimed,
  log: AttemptLog,
  signal: AbortSignal,
): Promise<DispatchRequest> {
  const { task, names, attempt, maxAttempts } = claimed;
  const { store, git, settings, ownSecrets } = context;
  return {
    git,
    settings,
    ownSecrets,
    task,
    names,
    attemptId: attempt.attempt_id,
    serial: attempt.serial,
    maxAttempts,
    branch: attempt.branch,
    dependencies: await dependencyBranches(context, task),
    owned: claimed.owned,
    previous: previousFailure(context, names),
    portBase: attempt.port_base ?? null,
    slot: attempt.slot ?? null,
    handoverPath: handoverPath(store.paths, names),
    folder: attemptFolder(context, names, attempt.serial),
    log,
    signal,
    hooks: {
      ...ledgerHooks(context, claimed),
      based: (commit) => checkBase(context, claimed, { commit, log, signal }),
    },
  };
}

function ledgerHooks(
  context: ControllerContext,
  { task, attempts, maxAttempts }: Claimed,
): Omit<DispatchHooks, "based"> {
  const about = describeTask(task, context.settings, { attempt: attempts, maxAttempts });
  return {
    viewed: (view) => whyDistrusted(context, view),
    viewChanged: (before) => rememberView(context, task.id, before),
    ready: (worktree) => updateLedger(context, task.id, withWorktree(worktree, "finishing")),
    settingUp: (leader) =>
      updateLedger(context, task.id, { attempt: { phase: "preparing", worker: leader } }),
    started: (leader, worktree) => {
      const update = withWorktree(worktree, "running");
      return updateLedger(context, task.id, {
        ...update,
        attempt: { ...update.attempt, worker: leader },
        events: [{
          event_type: "task.started",
          task_id: task.id,
          status: "running",
          source: "dispatcher",
          message: "Worker started",
          metadata: about,
        }],
      });
    },
    progress: (message, metadata = {}) =>
      updateLedger(context, task.id, {
        events: [{
          event_type: "task.progress",
          task_id: task.id,
          status: "running",
          source: "worker",
          message,
          metadata: { ...about, ...metadata },
        }],
      }),
  };
}

/** From now on somebody may work in the worktree. */
export function withWorktree(
  worktree: ReadyWorktree | null,
  phase: RunningAttempt["phase"],
): LedgerUpdate {
  if (worktree === null) return { attempt: { phase } };
  const { path, baseCommit, setUp, setupLeft } = worktree;
  return {
    attempt: { phase, base_commit: baseCommit },
    more: (state) => {
      const owned = state.worktrees[path];
      if (owned === undefined) return;
      Object.assign(owned, { phase: "ready", base_commit: baseCommit, set_up: setUp });
      if (setupLeft) owned.setup_left = setupLeft;
    },
  };
}

/** Branches of the dependencies that have one. */
async function dependencyBranches(
  context: ControllerContext,
  task: Task,
): Promise<DependencyBranch[]> {
  const { settings } = context;
  const queue = context.store.readQueue();
  const branches: DependencyBranch[] = [];
  for (const taskId of task.depends_on ?? []) {
    const raw = queue.find(taskId);
    const branch = isRecord(raw) && "dispatch" in raw ? raw.branch : undefined;
    if (typeof branch !== "string" || branch === "") continue;
    const checked = checkTask(raw);
    const gated = checked.ok ? [task, checked.task] : [task];
    const { commit: judged, gates, contradiction } = await knownVerdict(context, taskId);
    const commands = gated.flatMap((task) => gateFileRules({ task, settings }).commands);
    const rules = { commands: [...commands, ...gates], globs: settings.macp.gate_files };
    branches.push({ taskId, branch, rules, judged, doubt: contradiction });
  }
  return branches;
}
