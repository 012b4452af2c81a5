/**
 * Worktrees of tasks: made, used again and removed, inside `worktree_base` only.
 *
 * @module
 */
import { dirname, join } from "@std/path";
import { type Git, lastWords } from "../git/git.ts";
import { lastHead, readHeadLog } from "../git/head_log.ts";
import { pinLeftCommits } from "../git/left_commits.ts";
import { type Base, listRefs, ownershipRef, resolveBase, resolveCommit } from "../git/refs.ts";
import { restoreSnapshot } from "../git/restore_snapshot.ts";
import { sortSnapshots } from "../git/snapshot_refs.ts";
import { gitFolders } from "../git/submodules.ts";
import type { WorktreeEntry } from "../git/worktree_list.ts";
import { messageOf } from "../protocol/errors.ts";
import { reach } from "../sys/fail_points.ts";
import { isBelow } from "../sys/real_path.ts";
import { holdsOnlyDependencies, mergeDependencies } from "./dependencies.ts";
import { furnishWorktree } from "./furnish_worktree.ts";
import { clearUnfinished } from "./clear_unfinished.ts";
import { listWorktrees } from "./own_worktrees.ts";
import { markOwned, whyForeign } from "./owned_mark.ts";
import { clearLocks, describeLock, gitFolderOf } from "./stale_locks.ts";
import { notMade, WorktreeError } from "./worktree_error.ts";
import type { WorktreeRequest } from "./worktree_request.ts";

/** A worktree that is ready for a worker. */
export interface ReadyWorktree {
  /** Path without symbolic links. */
  path: string;
  branch: string;
  /** Commit that the work stands on, dependencies included. */
  baseCommit: string;
  /** Whether `macp.setup` ran in it to a good end. */
  setUp: boolean;
  /** Files that it changed and git does not ignore, with what they were then. */
  setupLeft?: Record<string, string>;
  warnings: string[];
  /** Why the changes of the last snapshot were not brought back, when they were not. */
  conflict?: string;
}

/**
 * Makes the worktree of a task, or takes the one of an earlier attempt. The ledger
 * must name the place before.
 *
 * Throws `WorktreeError` when the branch belongs to someone else, git refuses, or the
 * dependencies conflict.
 */
export async function setupWorktree(request: WorktreeRequest): Promise<ReadyWorktree> {
  const { git } = request;
  try {
    const ready = await reuse(request) ?? await clearAndMake(request);
    ready.warnings.push(...await furnishWorktree(git, ready.path));
    return ready;
  } catch (error) {
    if (error instanceof WorktreeError) throw error;
    const message = messageOf(error);
    throw notMade(describeLock(message) ?? describeCheckedOut(message) ?? message);
  }
}

/** Where a branch is in use that cannot be checked out twice, in git's own words. */
function describeCheckedOut(message: string): string | null {
  const words = /'([^']+)' (?:is already )?(?:checked out|used by worktree) at '([^']+)'/;
  const [, branch, path] = words.exec(message) ?? [];
  if (branch === undefined) return null;
  return `branch ${branch} is checked out at ${path}; switch to another branch there`;
}

/**
 * The worktree of an earlier attempt. No process works in it: a lock that is left is
 * stale, and another branch that a worker went to is left again.
 */
async function reuse(request: WorktreeRequest): Promise<ReadyWorktree | null> {
  const { git, place: { path }, branch, owned } = request;
  if (owned?.phase !== "ready" || git.world.files.lstat(path) === null) return null;
  const entry = (await listWorktrees(git)).find((entry) => entry.path === path);
  if (!entry || owned.base_commit === null) {
    throw notMade(`${path} is not the worktree that macp made; move it away`);
  }
  const own = git.at(path);
  const gitFolder = gitFolderOf(git.world.files, path);
  const { common } = await gitFolders(git);
  if (gitFolder === null || !isBelow(gitFolder, join(common, "worktrees"))) {
    throw notMade(`${path} is not the worktree that macp made any more; move it away`);
  }
  const foreign = await whyForeign(git, path, owned);
  if (foreign !== null) throw notMade(`${foreign}: ${path}; move it away`);
  clearLocks(git.world.files, gitFolder);
  reach("worktree.kept");
  const astray = entry.branch !== branch || entry.head === null;
  const warnings = astray ? await goBack(request, own, entry) : [];
  return {
    path,
    branch,
    baseCommit: owned.base_commit,
    setUp: owned.set_up === true,
    setupLeft: owned.setup_left ?? {},
    warnings,
  };
}

/**
 * Goes back to the task's branch, which comes back where HEAD was when it was deleted;
 * commits on no branch are pinned before.
 *
 * @returns What a person is to be told.
 */
async function goBack(
  { names, branch, owned }: WorktreeRequest,
  own: Git,
  { branch: other, head }: WorktreeEntry,
): Promise<string[]> {
  const warnings: string[] = [];
  if (await resolveCommit(own, `refs/heads/${branch}`) === null) {
    const log = readHeadLog(own.world.files, gitFolderOf(own.world.files, own.cwd));
    const last = head ?? await lastHead(own, log) ?? owned?.base_commit ?? "";
    await own.read(["update-ref", `refs/heads/${branch}`, last, ""]);
    warnings.push(`an earlier attempt deleted ${branch}; it is back at ${last}`);
  }
  if (other === branch) return warnings;
  if (other === null && head !== null) await pinLeftCommits(own, names.ref, [head]);
  const { code, stderr } = await own.run(["switch", "--quiet", branch]);
  if (code === 0) {
    return [...warnings, `an earlier attempt left ${branch} for ${other ?? "a detached HEAD"}`];
  }
  throw notMade(`${own.cwd} cannot go back to branch ${branch}: ${lastWords(stderr)}`);
}

async function clearAndMake(request: WorktreeRequest): Promise<ReadyWorktree> {
  const warnings = await clearUnfinished(request);
  const ready = await make(request);
  return { ...ready, warnings: [...warnings, ...ready.warnings] };
}

async function make(request: WorktreeRequest): Promise<ReadyWorktree> {
  const { git, names, branch, place } = request;
  const owner = await ownershipRef(names.ref, branch);
  const snapshots = `refs/macp/snapshots/${names.ref}/`;
  const [refs, found] = await Promise.all([
    listRefs(git, `refs/heads/${branch}`, owner, snapshots),
    resolveBase(git, request.baseRef),
  ]);
  const commitOf = (name: string) => refs.find((ref) => ref.name === name)?.commit ?? null;
  const head = commitOf(`refs/heads/${branch}`);
  const base = commitOf(owner);
  git.world.files.makeFolder(dirname(place.path), 0o755);
  if (head === null) return await addNew(request, owner, found);
  if (base === null) throw notMade(`branch ${branch} exists already and macp did not make it`);
  const ofTask = refs.filter(({ name }) => name.startsWith(snapshots));
  const snapshot = request.restore?.exactly ?? sortSnapshots(ofTask)[0]?.name ?? null;
  // A branch that holds nothing yet begins anew, from where the base is now.
  if (snapshot === null && head === base && !request.restore) {
    return await addNew(request, owner, found);
  }
  await git.read(["worktree", "add", "--quiet", "--", place.path, branch]);
  reach("worktree.added");
  markOwned(git, place.path, request.taskId);
  reach("worktree.marked");
  if (snapshot !== null) return await bringBack(request, snapshot, base);
  if (await holdsOnlyDependencies(git, base, head, request.dependencies)) {
    return await standOnDependencies(request, owner, base, []);
  }
  return { path: place.path, branch, baseCommit: base, setUp: false, warnings: [] };
}

/** The changes of a snapshot come back; where they conflict with newer commits, they stay pinned. */
async function bringBack(
  { git, place: { path }, branch, restore }: WorktreeRequest,
  snapshot: string,
  baseCommit: string,
): Promise<ReadyWorktree> {
  const exactly = restore?.exactly === snapshot;
  const about = { exactly, partly: restore !== undefined };
  const { conflict, note } = await restoreSnapshot(git.at(path), snapshot, about);
  const notes = note === undefined ? [] : [note];
  const ready = { path, branch, baseCommit, setUp: false };
  if (conflict === null) return { ...ready, warnings: notes };
  const warnings = [`the changes of ${snapshot} were not brought back: ${conflict}`, ...notes];
  return { ...ready, warnings, conflict };
}

async function addNew(
  request: WorktreeRequest,
  owner: string,
  base: Base | null,
): Promise<ReadyWorktree> {
  const { git, place, branch } = request;
  if (base === null) throw notMade("the repository has no commit yet");
  await git.read(["update-ref", owner, base.commit]);
  reach("worktree.owned");
  request.meanwhile?.();
  const add = ["worktree", "add", "--quiet", "--no-track", "-B", branch, "--"];
  await git.read([...add, place.path, base.commit]);
  reach("worktree.added");
  markOwned(git, place.path, request.taskId);
  reach("worktree.marked");
  const warnings = base.warning === null ? [] : [base.warning];
  return await standOnDependencies(request, owner, base.commit, warnings);
}

async function standOnDependencies(
  request: WorktreeRequest,
  owner: string,
  base: string,
  warnings: string[],
): Promise<ReadyWorktree> {
  const { git, place: { path }, branch, dependencies, taskId, settings } = request;
  const ready = { path, branch, baseCommit: base, setUp: false, warnings };
  if (dependencies.length === 0) return ready;
  const blocks = settings.macp.gate_files_policy === "block";
  const own = git.at(path);
  const merged = await mergeDependencies({ git: own, taskId, dependencies, blocks });
  if (merged.head !== base) await git.read(["update-ref", owner, merged.head]);
  return { ...ready, baseCommit: merged.head, warnings: [...warnings, ...merged.warnings] };
}
