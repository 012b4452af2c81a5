/**
 * Clearing the worktree of a task that has ended, at a time of its own.
 *
 * @module
 */
import { rescue, type Rescued } from "../dispatcher/rescue.ts";
import { whyForeign } from "../dispatcher/owned_mark.ts";
import { type FolderLook, lookAt } from "../dispatcher/folder_look.ts";
import type { OwnedWorktree, TaskResult } from "../protocol/generated/types.ts";
import { messageOf } from "../protocol/errors.ts";
import { taskNames } from "../protocol/names.ts";
import {
  enterRescued,
  forgetWorktree,
  pinWorktree,
  removeWorktree,
  whyInUse,
} from "./clear_worktree.ts";
import type { ControllerContext } from "./context.ts";
import { lastSerial } from "./hold_task.ts";
import { knownResult } from "./known_result.ts";
import { writeTaskResult } from "./write_result.ts";

/** What became of a worktree. */
export interface ClearedWorktree {
  gone: boolean;
  /** Ref that holds what was in it, or null when that is in its branch. */
  snapshotRef: string | null;
  /** Ignored files that no snapshot holds. */
  leftOut: string[];
  /** Why it stays, or null. */
  why: string | null;
}

/** Pins what a worktree holds, says so in the task's result, and removes it. */
export async function clearEnded(
  context: ControllerContext,
  path: string,
  owned: OwnedWorktree,
  about: { all?: boolean } = {},
): Promise<ClearedWorktree> {
  const { store } = context;
  const id = owned.task_id;
  const names = await taskNames(id);
  const known = knownResult(context, id, names);
  const result = known ?? unknownResult(context, id);
  const { warnings = [], ignored_left_out: before } = result.metadata ?? {};
  const attempt = {
    worktree: path,
    serial: lastSerial({ queue: store.readQueue() }, id),
    base_commit: owned.base_commit,
  };
  const pinned = await pinWorktree(context, attempt, { ...about, id, names, result });
  if (pinned === null) {
    const why = result.metadata?.warnings?.slice(warnings.length).join("; ");
    const told = (why ?? "").replace("The worktree stays: ", "");
    return { gone: false, snapshotRef: null, leftOut: [], why: told };
  }
  if (known !== null) writeTaskResult(context, id, names, result);
  await store.change(({ state }) => {
    const now = state.worktrees[path];
    if (now) now.phase = "removing";
    return { change: { state }, result: null };
  });
  const why = await removePinned(context, path, pinned);
  const { snapshot_ref: snapshotRef = null, ignored_left_out: after } = result.metadata ?? {};
  // What an earlier removal left out is told of once.
  const leftOut = after === before ? [] : after ?? [];
  return { gone: why === null, snapshotRef, leftOut, why };
}

/** How the end of a removal or of a making came out that was cut short. */
export interface FinishedRemoval {
  /** What somebody had put into it meanwhile, or null. */
  rescued: Rescued | null;
  /** Why it stays, or null. */
  why: string | null;
}

/** Ends a removal that was cut short; what somebody put there since is pinned first. */
export async function finishRemoval(
  context: ControllerContext,
  path: string,
  owned: OwnedWorktree,
): Promise<FinishedRemoval> {
  const foreign = await whyForeign(context.git, path, owned);
  if (foreign !== null) return { rescued: null, why: foreign };
  const { rescued, why, look } = await rescueFrom(context, path, owned);
  if (why !== null) return { rescued, why };
  const busy = whyInUse(context, path);
  if (busy !== null) return { rescued, why: busy };
  return { rescued, why: await removePinned(context, path, look) };
}

/** Pins what somebody put into an unfinished worktree, and says so in the task's result. */
export async function rescueFrom(
  context: ControllerContext,
  path: string,
  owned: OwnedWorktree,
): Promise<FinishedRemoval & { look: FolderLook }> {
  const { task_id: id } = owned;
  const names = await taskNames(id);
  let look: FolderLook = new Map();
  try {
    look = lookAt(context.world.files, path);
    const rescued = await rescue({ ...context, names, path, owned });
    if (rescued === null) return { rescued, why: null, look };
    const result = knownResult(context, id, names);
    if (result !== null) {
      enterRescued(result.metadata ??= {}, rescued);
      writeTaskResult(context, id, names, result);
    }
    return { rescued, why: null, look };
  } catch (error) {
    const why = `what is in it could not be pinned: ${messageOf(error)}`;
    return { rescued: null, look, why: `${why}; move it away, and macp goes on` };
  }
}

/** Removes a worktree that is pinned, and takes it out of the ledger; why it stays, or null. */
async function removePinned(
  context: ControllerContext,
  path: string,
  pinned: FolderLook,
): Promise<string | null> {
  const { left, why } = await removeWorktree(context, path, pinned);
  await context.store.change(({ state }) => {
    forgetWorktree(state, path, left);
    return { change: { state }, result: null };
  });
  return why;
}

function unknownResult({ world }: ControllerContext, id: string): TaskResult {
  return {
    task_id: id,
    status: "failed",
    completed_at: new Date(world.clock.now()).toISOString(),
  };
}
