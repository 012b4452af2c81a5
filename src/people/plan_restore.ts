/**
 * Whether and how the worktree of a task can be brought back. Changes nothing.
 *
 * @module
 */
import { checkPlace } from "../dispatcher/check_place.ts";
import { listWorktrees } from "../dispatcher/own_worktrees.ts";
import { whyForeign } from "../dispatcher/owned_mark.ts";
import { taskPlace, type WorktreePlace } from "../dispatcher/worktree_place.ts";
import { describeLeftCommits, holdsLeftCommits } from "../git/left_commits.ts";
import { listRefs, ownershipRef, resolveCommit } from "../git/refs.ts";
import { type SnapshotRef, sortSnapshots } from "../git/snapshot_refs.ts";
import { messageOf } from "../protocol/errors.ts";
import type { OwnedWorktree, Task } from "../protocol/generated/types.ts";
import { isBranchName, type TaskNames, taskNames } from "../protocol/names.ts";
import { checkTask, isMacpAware, statusOf } from "../protocol/task.ts";
import { shellWord } from "../protocol/text.ts";
import type { View } from "../store/store.ts";
import { taskBranch } from "../controller/task_branch.ts";
import type { ControllerContext } from "../controller/context.ts";
import { whyBusy } from "../controller/hold_task.ts";
import { refusal } from "./interventions.ts";

/** How a worktree comes back. */
export interface RestorePlan {
  task: Task;
  names: TaskNames;
  place: WorktreePlace;
  branch: string;
  /** Commit of the branch, or null when it is gone. */
  branchCommit: string | null;
  /** Ref that says that macp made the branch, and its commit, the base. */
  owner: string;
  base: string | null;
  /** Snapshot that is brought back, or null when there is none. */
  snapshot: SnapshotRef | null;
  /** Whether the worktree is there already: nothing is to be done. */
  there: boolean;
  /** Serial of the attempt that left that; null when nothing is there, or it was brought back. */
  leftBy: string | null;
  /** What is to be known of commits that do not come back with it. */
  notes: string[];
}

/**
 * Plans it. Throws `MacpError` of kind usage, with the way out, when it cannot be done.
 *
 * @param attempt Label of a snapshot, `3` or `3.1`; the newest otherwise.
 */
export async function planRestore(
  context: ControllerContext,
  id: string,
  attempt: string | null,
): Promise<RestorePlan> {
  const { git, store, settings } = context;
  const view = { queue: store.readQueue(), state: store.readState() };
  const task = requireWorktreeTask(context, view, id);
  const names = await taskNames(id);
  const branch = taskBranch(context, task, names);
  if (!isBranchName(branch)) throw refuse(id, `git takes no branch of this name: ${branch}`);
  const there = existingWorktree(context, view, id);
  const place = there ?? ownPlace(context, view, task, names);
  const foreign = await whyForeign(git, place.path, { task_id: id, branch });
  if (foreign !== null) throw refuse(id, foreign, awayHints(place.path));
  const owner = await ownershipRef(names.ref, branch);
  const [pinned, branchCommit, base] = await Promise.all([
    listRefs(git, `refs/macp/snapshots/${names.ref}/`),
    resolveCommit(git, `refs/heads/${branch}`),
    resolveCommit(git, owner),
  ]);
  const isLeft = there !== null && view.state.worktrees[there.path]?.restored_at === undefined;
  const leftBy = isLeft && task.last_attempt !== undefined ? String(task.last_attempt) : null;
  const plan = {
    task,
    names,
    place: { base: settings.macp.worktree_base, ...place },
    branch,
    branchCommit,
    owner,
    base,
    snapshot: chooseSnapshot(id, sortSnapshots(pinned), attempt === leftBy ? null : attempt),
    there: there !== null,
    leftBy,
    notes: holdsLeftCommits(pinned, names.ref) ? [describeLeftCommits(names.ref)] : [],
  };
  if (there === null) await requireBranch(context, id, plan);
  return plan;
}

/** The task, when it may have a worktree and nothing works in it. */
export function requireWorktreeTask(
  { world }: Pick<ControllerContext, "world">,
  view: View,
  id: string,
): Task {
  const raw = view.queue.find(id);
  const checked = checkTask(raw);
  if (!checked.ok || !isMacpAware(raw) || checked.task.worktree === ".") {
    const why = checked.ok ? "it has no worktree of its own" : "it is invalid";
    throw refuse(id, why, checked.ok ? [] : ["See: macp validate"]);
  }
  const busy = whyBusy(world, view, id);
  if (busy !== null) {
    throw refuse(id, busy, [
      `Wait until it has ended, or end it with: macp cancel ${shellWord(id)}`,
      "What a controller lost is recovered by: macp run --once",
    ]);
  }
  const waits = statusOf(raw) === "pending" && existingWorktree({ world }, view, id) === null;
  if (!waits) return checked.task;
  throw refuse(id, "it is pending: its next attempt begins with what the last one left", [
    `Take it out of the queue first, if you want to work in it: macp cancel ${shellWord(id)}`,
  ]);
}

/** The worktree of the task that is there, or null. */
export function existingWorktree(
  { world: { files } }: Pick<ControllerContext, "world">,
  { state }: View,
  id: string,
): Pick<WorktreePlace, "path"> | null {
  const isThere = ([path, owned]: [string, OwnedWorktree]) =>
    owned.task_id === id && owned.phase === "ready" && files.lstat(path)?.kind === "folder";
  const path = Object.entries(state.worktrees).find(isThere)?.[0];
  return path === undefined ? null : { path };
}

function ownPlace(
  { git, settings }: ControllerContext,
  { state }: View,
  task: Task,
  names: TaskNames,
): WorktreePlace {
  const place = taskPlace(git, settings, task, names);
  try {
    const ownerOf = (path: string) => state.worktrees[path]?.task_id ?? null;
    return { ...place, path: checkPlace(git, place, ownerOf, task.id) };
  } catch (error) {
    const why = messageOf(error).replace("Cannot make the worktree as ", "");
    throw refuse(task.id, why, [`Move away what stands there: ${place.path}`]);
  }
}

function chooseSnapshot(
  id: string,
  snapshots: readonly SnapshotRef[],
  attempt: string | null,
): SnapshotRef | null {
  if (attempt === null) return snapshots[0] ?? null;
  const found = snapshots.find(({ label }) => label === attempt) ??
    snapshots.find(({ serial }) => String(serial) === attempt);
  if (found) return found;
  const labels = snapshots.map(({ label }) => label).join(", ");
  throw refuse(id, `it has no snapshot of attempt ${attempt}`, [
    labels === "" ? "It has none at all" : `It has these: ${labels}`,
  ]);
}

/** Without changes to bring back the branch must be there; it must be macp's, and free. */
async function requireBranch(
  { git }: ControllerContext,
  id: string,
  { branch, branchCommit, base, snapshot, place }: RestorePlan,
): Promise<void> {
  if (branchCommit === null) {
    if (snapshot !== null) return;
    throw refuse(id, "there is neither a snapshot of it nor its branch", [
      "A task that has not run, or changed nothing, has none",
    ]);
  }
  if (base === null) {
    throw refuse(id, `branch ${branch} exists and macp did not make it`, [
      `Rename it: git branch -m ${shellWord(branch)} NAME`,
    ]);
  }
  const other = (await listWorktrees(git))
    .find((entry) => entry.branch === branch && entry.path !== place.path);
  if (!other) return;
  throw refuse(id, `branch ${branch} is checked out in ${other.path}`, [
    other.prunable
      ? `That folder is missing; git worktree remove ${
        shellWord(other.path)
      } takes it off git's list`
      : "Switch that checkout to another branch, or remove it",
  ]);
}

/** How somebody's own worktree or repository leaves the place of macp's. */
export function awayHints(path: string): string[] {
  return [`Move it away; a worktree goes by: git worktree move ${shellWord(path)} ELSEWHERE`];
}

function refuse(id: string, why: string, hints: string[] = []) {
  return refusal("restore", id, why, hints);
}
