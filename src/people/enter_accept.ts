/**
 * The worktree of a task that is accepted, and the environment of its gates.
 *
 * @module
 */
import { attemptEnvironment } from "../dispatcher/attempt_environment.ts";
import { readBrief, writeAttemptFiles } from "../dispatcher/attempt_files.ts";
import {
  type Dispatched,
  type DispatchRequest,
  nothingYet,
} from "../dispatcher/dispatch_request.ts";
import { readGitView } from "../dispatcher/git_view.ts";
import { runSetup } from "../dispatcher/run_setup.ts";
import { type ReadyWorktree, setupWorktree } from "../dispatcher/worktree.ts";
import { WorktreeError } from "../dispatcher/worktree_error.ts";
import { taskPlace } from "../dispatcher/worktree_place.ts";
import { MacpError } from "../protocol/errors.ts";
import type { OwnedWorktree, Task, TaskResult } from "../protocol/generated/types.ts";
import type { Claimed } from "../controller/claim.ts";
import type { ControllerContext } from "../controller/context.ts";
import { withWorktree } from "../controller/dispatch_attempt.ts";
import { requireTrustedView } from "../controller/trusted_view.ts";
import { updateLedger } from "../controller/update_ledger.ts";

/** The worktree as it was left, or brought back, and what the gates need to run in it. */
export async function enterAccepted(
  context: ControllerContext,
  claimed: Claimed,
  request: DispatchRequest,
  previous: TaskResult | null,
): Promise<Dispatched> {
  const { git, world } = context;
  const { task, attempt } = claimed;
  const dispatched = nothingYet(git.cwd);
  await requireTrustedView(context);
  const ready = attempt.branch === null ? null : await readyWorktree(context, claimed, request);
  if (ready !== null) {
    dispatched.ready = ready;
    dispatched.cwd = dispatched.worktree = ready.path;
    dispatched.warnings.push(...ready.warnings);
  }
  dispatched.baseCommit = ready?.baseCommit ?? previous?.metadata?.base_commit ?? null;
  dispatched.report = {
    ...dispatched.report,
    summary: previous?.summary || null,
    pr: previous?.pr ?? null,
  };
  const tell = () => updateLedger(context, task.id, withWorktree(ready, "gating"));
  await tell();
  const files = writeAttemptFiles(world, request.folder, {
    attemptId: attempt.attempt_id,
    task,
    brief: briefOf(context, task),
    previous: null,
  });
  dispatched.env = attemptEnvironment(request, dispatched.cwd, files);
  if (await runSetup(request, dispatched, dispatched.env)) await tell();
  if (ready !== null) dispatched.view = await readGitView(git.at(dispatched.cwd));
  return dispatched;
}

/** The worktree that is there, untouched; otherwise one that is made from branch and snapshot. */
async function readyWorktree(
  { git, settings, world }: ControllerContext,
  { task, names, owned, attempt }: Claimed,
  { dependencies }: DispatchRequest,
): Promise<ReadyWorktree> {
  const branch = attempt.branch ?? "";
  const path = attempt.worktree ?? "";
  if (isStanding(owned) && world.files.lstat(path) !== null) {
    const setUp = owned.set_up === true;
    const setupLeft = owned.setup_left ?? {};
    return { path, branch, baseCommit: owned.base_commit, setUp, setupLeft, warnings: [] };
  }
  const place = { ...taskPlace(git, settings, task, names), path };
  const baseRef = settings.macp.base_ref;
  try {
    const about = { git, settings, taskId: task.id, names, branch, place, baseRef };
    return await setupWorktree({ ...about, dependencies, owned });
  } catch (cause) {
    if (!(cause instanceof WorktreeError)) throw cause;
    const conflicts = cause.outcome === "merge_conflict";
    const kind = cause.outcome === "worktree_failed" ? "failure" : "person";
    throw new MacpError(kind, cause.message, {
      code: cause.outcome,
      hints: conflicts ? ["macp never resolves a conflict; macp inbox says what to merge"] : [],
      cause,
    });
  }
}

function isStanding(
  owned: OwnedWorktree | null,
): owned is OwnedWorktree & { base_commit: string } {
  return owned?.phase === "ready" && owned.base_commit !== null;
}

/** Its text stands in the environment of gates only for completeness: a missing one is none. */
function briefOf({ world, git, settings }: ControllerContext, task: Task): string | null {
  try {
    return readBrief(world, git.cwd, task, settings);
  } catch {
    return null;
  }
}
