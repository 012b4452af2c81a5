/**
 * Scratch worktrees, each in the ledger before it is made, so that one whose owner died
 * is found and removed.
 *
 * @module
 */
import { removeScratch, scratchPath, withScratchWorktree } from "../dispatcher/scratch_worktree.ts";
import type { Git } from "../git/git.ts";
import { endAttemptProcesses } from "../process/end_processes.ts";
import type { ScratchWorktree } from "../protocol/generated/types.ts";
import type { ControllerContext } from "./context.ts";
import { isLive } from "./owners.ts";

/** Milliseconds that what a dead owner left running has between TERM and KILL. */
const graceMs = 10_000;

/** What a scratch worktree is for. */
export interface ScratchUse {
  purpose: ScratchWorktree["purpose"];
  taskId: string;
  /** Commit that it stands on, detached. */
  commit: string;
  /** `MACP_ATTEMPT_ID` of the processes that run in it; they end with their dead owner. */
  attemptId: string;
}

/**
 * Works in a worktree of its own at a commit, which is gone afterwards.
 *
 * @param work Gets git in the worktree, and its path.
 * Throws what the work throws, and `MacpError` when the worktree cannot be made.
 */
export async function inScratchWorktree<T>(
  context: ControllerContext,
  { purpose, taskId, commit, attemptId }: ScratchUse,
  work: (git: Git, path: string) => Promise<T>,
): Promise<T> {
  const { git, settings, world, onNote } = context;
  const path = scratchPath(git, settings, purpose);
  const entry: ScratchWorktree = {
    purpose,
    task_id: taskId,
    owner: world.processes.self(),
    created_at: new Date(world.clock.now()).toISOString(),
    attempt_id: attemptId,
  };
  const hooks = {
    adding: () => writeScratch(context, path, entry),
    removed: () => writeScratch(context, path, null),
    stays: (why: string) => onNote(`The worktree ${path} stays: ${why}`),
  };
  return await withScratchWorktree({ git, path, commit, hooks }, work);
}

/**
 * Removes the scratch worktrees of processes that are dead, after ending what they left
 * running in them. Those of live processes are left alone.
 *
 * @returns Paths that are gone.
 */
export async function recoverScratch(context: ControllerContext): Promise<string[]> {
  const { git, store, world, onNote } = context;
  const gone: string[] = [];
  for (const [path, { owner, attempt_id }] of Object.entries(store.readState().scratch ?? {})) {
    if (isLive(world, owner)) continue;
    if (attempt_id) await endAttemptProcesses(world, { attemptId: attempt_id, graceMs });
    const why = await removeScratch(git, path);
    if (why !== null) {
      onNote(`The worktree ${path} of a process that ended stays: ${why}`);
      continue;
    }
    await writeScratch(context, path, null);
    gone.push(path);
  }
  return gone;
}

async function writeScratch(
  { store }: ControllerContext,
  path: string,
  entry: ScratchWorktree | null,
): Promise<void> {
  await store.change(({ state }) => {
    const scratch = state.scratch ??= {};
    if (entry === null) delete scratch[path];
    else scratch[path] = entry;
    return { change: { state }, result: null };
  });
}
