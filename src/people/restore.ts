/**
 * Bringing back the worktree of a task that has ended, with the changes that it held.
 *
 * @module
 */
import { cleanupWorktree } from "../dispatcher/remove_worktree.ts";
import { isUnfinished } from "../dispatcher/own_worktrees.ts";
import { setupWorktree } from "../dispatcher/worktree.ts";
import { describeRescued } from "../dispatcher/rescue.ts";
import type { ReadyWorktree } from "../dispatcher/worktree.ts";
import { mergeBase } from "../git/merge.ts";
import { resolveBase } from "../git/refs.ts";
import { readSnapshot } from "../git/snapshot_commit.ts";
import { MacpError, messageOf } from "../protocol/errors.ts";
import type { OwnedWorktree } from "../protocol/generated/types.ts";
import type { View } from "../store/store.ts";
import { adoptWorktrees } from "../controller/adopt_worktrees.ts";
import { finishRemoval, rescueFrom } from "../controller/clear_ended.ts";
import type { ControllerContext } from "../controller/context.ts";
import { holdTask } from "../controller/hold_task.ts";
import {
  existingWorktree,
  planRestore,
  requireWorktreeTask,
  type RestorePlan,
} from "./plan_restore.ts";

/** How to bring it back. */
export interface RestoreOptions {
  /** Label of a snapshot, `3` or `3.1`; the newest otherwise. */
  attempt: string | null;
  /** Only says what would happen. */
  dryRun: boolean;
}

/** What came of it. */
export interface RestoreReport {
  path: string;
  branch: string;
  /** Snapshot whose changes are there, or null when the branch holds everything. */
  snapshotRef: string | null;
  /** Whether the worktree was there already, and nothing was changed. */
  there: boolean;
  /** Serial of the attempt that left what is there; null when it was brought back, or made anew. */
  leftBy: string | null;
  /** Why the changes of the snapshot are not there, or null. */
  conflict: string | null;
  warnings: string[];
}

/**
 * Brings a worktree back to its place.
 *
 * @param stop Ends it where nothing is made yet; what is begun is brought to its end.
 * @returns Null when it was stopped, and nothing is left of it. Throws `MacpError`: of kind usage when it cannot be
 * done, and nothing was changed.
 */
export async function restoreTask(
  context: ControllerContext,
  id: string,
  { attempt, dryRun }: RestoreOptions,
  stop: AbortSignal,
): Promise<RestoreReport | null> {
  if (!dryRun) await adoptWorktrees(context);
  const plan = await planRestore(context, id, attempt);
  const { branch, place: { path }, snapshot } = plan;
  const snapshotRef = snapshot?.name ?? null;
  const { leftBy, notes } = plan;
  const report = { path, branch, snapshotRef, leftBy, conflict: null, warnings: notes };
  if (plan.there || dryRun) return { ...report, there: plan.there };
  let owned: OwnedWorktree | null = null;
  let there = false;
  const check = (view: View) => {
    requireWorktreeTask(context, view, id);
    there = existingWorktree(context, view, id) !== null;
    owned = structuredClone(view.state.worktrees[path] ?? null);
    if (!there) placeAgain(context, view, plan);
  };
  const exactly = attempt !== null;
  const ready = await holdTask(
    context,
    { id, worktree: path, branch },
    check,
    () => there ? Promise.resolve(null) : bringBack(context, plan, { owned, exactly, stop }),
  );
  if (ready === "stopped") return null;
  if (ready === null) return { ...report, there: true };
  const { conflict = null, warnings } = ready;
  return { ...report, there: false, conflict, warnings: [...warnings, ...notes] };
}

/** The ledger names the worktree before it is made. */
function placeAgain(
  { world }: ControllerContext,
  { state }: View,
  { task, branch, place: { path } }: RestorePlan,
): void {
  // One that is being removed stays so until it is gone.
  if (state.worktrees[path]?.phase === "removing") return;
  state.worktrees[path] = {
    task_id: task.id,
    branch,
    phase: "adding",
    created_at: new Date(world.clock.now()).toISOString(),
    base_commit: null,
  };
}

async function bringBack(
  context: ControllerContext,
  plan: RestorePlan,
  { owned, exactly, stop }: {
    owned: OwnedWorktree | null;
    exactly: boolean;
    stop: AbortSignal;
  },
): Promise<ReadyWorktree | "stopped"> {
  const { git, settings } = context;
  const { task, names, branch, place, snapshot } = plan;
  try {
    const found = owned?.phase === "removing" ? await endRemoving(context, plan, owned) : [];
    stop.throwIfAborted();
    await bringBranch(context, plan);
    const ready = await setupWorktree({
      git,
      settings,
      taskId: task.id,
      names,
      branch,
      place,
      baseRef: settings.macp.base_ref,
      dependencies: [],
      owned: owned?.phase === "removing" ? null : owned,
      restore: { exactly: exactly ? snapshot?.name ?? null : null },
    });
    await settle(context, plan, ready);
    return { ...ready, warnings: [...found, ...ready.warnings] };
  } catch (error) {
    await takeBack(context, plan);
    // An interrupt at the terminal ends git too.
    if (stop.aborted) return "stopped";
    throw new MacpError("failure", `Cannot restore task ${task.id} as ${messageOf(error)}`, {
      code: "restore_failed",
      cause: error,
      hints: snapshot ? [`Its changes stay pinned at ${snapshot.name}`] : [],
    });
  }
}

/** A removal that was cut short comes to its end first; what went was pinned. */
async function endRemoving(
  context: ControllerContext,
  plan: RestorePlan,
  owned: OwnedWorktree,
): Promise<string[]> {
  const { rescued, why } = await finishRemoval(context, plan.place.path, owned);
  if (why !== null) throw new Error(`what is left of it cannot be removed: ${why}`);
  await context.store.change((view) => {
    placeAgain(context, view, plan);
    return { change: { state: view.state }, result: null };
  });
  return rescued === null ? [] : [describeRescued(rescued)];
}

/** A branch that somebody deleted comes back where the snapshot was taken. */
async function bringBranch({ git, settings }: ControllerContext, plan: RestorePlan): Promise<void> {
  const { branch, branchCommit, owner, base, snapshot } = plan;
  if (branchCommit !== null || snapshot === null) return;
  const head = (await readSnapshot(git, snapshot.name))?.head ?? null;
  if (head === null) throw new Error(`${snapshot.name} stands on no commit`);
  if (base === null) {
    const found = await resolveBase(git, settings.macp.base_ref);
    const from = await mergeBase(git, head, found?.commit ?? head) ?? head;
    await git.read(["update-ref", owner, from, ""]);
  }
  await git.read(["update-ref", `refs/heads/${branch}`, head, ""]);
}

async function settle(
  { store, world }: ControllerContext,
  { place: { path } }: RestorePlan,
  { baseCommit }: ReadyWorktree,
): Promise<void> {
  const restored = new Date(world.clock.now()).toISOString();
  await store.change(({ state }) => {
    const owned = state.worktrees[path];
    if (owned) {
      Object.assign(owned, { phase: "ready", base_commit: baseCommit, restored_at: restored });
    }
    return { change: { state }, result: null };
  });
}

/** Takes back what was made until it failed. */
async function takeBack(
  context: ControllerContext,
  { place: { path } }: RestorePlan,
): Promise<void> {
  const { git, store } = context;
  const { files } = git.world;
  const owned = store.readState().worktrees[path];
  if (owned?.phase !== "adding") return;
  if (files.lstat(path) !== null && await isUnfinished(git, path)) {
    const { why } = await rescueFrom(context, path, owned);
    if (why === null) await cleanupWorktree(git, path);
  }
  await store.change(({ state }) => {
    if (files.lstat(path) === null) delete state.worktrees[path];
    return { change: { state }, result: null };
  });
}
