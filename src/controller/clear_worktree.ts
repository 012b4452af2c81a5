/**
 * What becomes of a worktree when its task has ended: pinned, then removed.
 *
 * @module
 */
import { join } from "@std/path";
import { cleanupWorktree } from "../dispatcher/worktree.ts";
import { takeSnapshot } from "../git/changes.ts";
import { resolveCommit, snapshotRef } from "../git/refs.ts";
import { readStatus } from "../git/status.ts";
import { submoduleWork } from "../git/submodules.ts";
import { messageOf } from "../protocol/errors.ts";
import type { RunningAttempt, State, TaskResult } from "../protocol/generated/types.ts";
import type { TaskNames } from "../protocol/names.ts";
import type { ControllerContext } from "./context.ts";

/**
 * Pins what the worktree holds, and says so in the result.
 *
 * @returns Whether it may be removed then.
 */
export async function pinWorktree(
  { git, store }: ControllerContext,
  attempt: RunningAttempt,
  { id, names, result }: { id: string; names: TaskNames; result: TaskResult },
): Promise<boolean> {
  const path = attempt.worktree ?? "";
  if (git.world.files.lstat(path) === null) return true;
  const metadata = result.metadata ??= {};
  const stays = (why: string) => {
    metadata.warnings = [...metadata.warnings ?? [], `The worktree stays: ${why}`];
    return false;
  };
  try {
    const own = git.at(path);
    const [status, work] = await Promise.all([readStatus(own), submoduleWork(own)]);
    const clean = status.changed.length + status.untracked.length + status.unmerged.length === 0;
    const ref = snapshotRef(names.ref, attempt.serial);
    // Without a base no worker has seen it.
    if (attempt.base_commit !== null && (!clean || status.head !== attempt.base_commit)) {
      await takeSnapshot(git.at(path), {
        ref,
        status,
        message: `macp: snapshot of ${id}, attempt ${attempt.serial}`,
        indexPath: join(store.paths.folder, `snapshot.${names.file}.index`),
      });
      metadata.snapshot_ref = ref;
    }
    // What was judged is pinned too when the branch moved away from it.
    const judged = metadata.head_commit;
    if (judged && status.head !== judged && await resolveCommit(git, judged) !== null) {
      await git.read(["update-ref", `${ref}-judged`, judged]);
    }
    const nested = status.nestedRepositories;
    if (nested.length > 0) return stays(`it holds repositories of its own: ${nested.join(", ")}`);
    return work.length === 0 || stays(`submodules hold work of their own: ${work.join(", ")}`);
  } catch (error) {
    return stays(`it could not be pinned: ${messageOf(error)}`);
  }
}

/** Removes a worktree that is pinned; whether it is gone. */
export async function removeWorktree(context: ControllerContext, path: string): Promise<boolean> {
  const why = await cleanupWorktree(context.git, path);
  if (why !== null) context.onNote(`The worktree ${path} stays: ${why}`);
  return why === null;
}

/** Takes a worktree that is gone out of the ledger; one that stays can be used again. */
export function forgetWorktree(state: State, path: string | null, gone: boolean): void {
  const owned = path === null ? undefined : state.worktrees[path];
  if (path === null || owned === undefined) return;
  if (gone) delete state.worktrees[path];
  else if (owned.phase === "removing") owned.phase = "ready";
}
