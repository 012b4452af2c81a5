/**
 * Hands an attempt to the dispatcher.
 *
 * @module
 */
import type { DependencyBranch } from "../dispatcher/dependencies.ts";
import type { Dispatched, DispatchHooks, DispatchRequest } from "../dispatcher/dispatch_request.ts";
import type { ReadyWorktree } from "../dispatcher/worktree.ts";
import { dispatchTask } from "../dispatcher/dispatch_task.ts";
import { handoverPath } from "../dispatcher/handover.ts";
import type { AttemptLog } from "../logs/attempt_log.ts";
import { isRecord } from "../protocol/events.ts";
import type { RunningAttempt } from "../protocol/generated/types.ts";
import { attemptFolder } from "./attempt_folder.ts";
import { checkBase } from "./baseline.ts";
import type { Claimed } from "./claim.ts";
import type { ControllerContext } from "./context.ts";
import { describeTask } from "./event_metadata.ts";
import { previousFailure } from "./previous_failure.ts";
import { type LedgerUpdate, updateLedger } from "./update_ledger.ts";

/** Runs the worker of an attempt, with the ledger a step ahead of it. */
export async function dispatchAttempt(
  context: ControllerContext,
  claimed: Claimed,
  log: AttemptLog,
  signal: AbortSignal,
): Promise<Dispatched> {
  return await dispatchTask(dispatchRequest(context, claimed, log, signal));
}

/** What the dispatcher is asked for in an attempt. */
export function dispatchRequest(
  context: ControllerContext,
  claimed: Claimed,
  log: AttemptLog,
  signal: AbortSignal,
): DispatchRequest {
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
    dependencies: dependencyBranches(context, task.depends_on ?? []),
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
  const { path, baseCommit, setUp } = worktree;
  return {
    attempt: { phase, base_commit: baseCommit },
    more: (state) => {
      const owned = state.worktrees[path];
      if (owned === undefined) return;
      Object.assign(owned, { phase: "ready", base_commit: baseCommit, set_up: setUp });
    },
  };
}

/** Branches of the dependencies that have one. */
function dependencyBranches(
  { store }: ControllerContext,
  ids: readonly string[],
): DependencyBranch[] {
  const queue = store.readQueue();
  return ids.flatMap((taskId) => {
    const raw = queue.find(taskId);
    const branch = isRecord(raw) && "dispatch" in raw ? raw.branch : undefined;
    return typeof branch === "string" && branch !== "" ? [{ taskId, branch }] : [];
  });
}
