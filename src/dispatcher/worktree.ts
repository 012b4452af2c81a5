/**
 * Worktrees of tasks: made, used again and removed, inside `worktree_base` only.
 *
 * @module
 */
import { dirname, join } from "@std/path";
import { type Git, lastWords } from "../git/git.ts";
import { type Base, listRefs, ownershipRef, resolveBase, resolveCommit } from "../git/refs.ts";
import { restoreSnapshot } from "../git/restore_snapshot.ts";
import { sortSnapshots } from "../git/snapshot_refs.ts";
import { gitFolders } from "../git/submodules.ts";
import { parseWorktreeList, type WorktreeEntry } from "../git/worktree_list.ts";
import { messageOf } from "../protocol/errors.ts";
import type { OwnedWorktree } from "../protocol/generated/types.ts";
import type { TaskNames } from "../protocol/names.ts";
import type { Settings } from "../protocol/settings.ts";
import { reach } from "../sys/fail_points.ts";
import type { Files } from "../sys/files.ts";
import { type DependencyBranch, holdsOnlyDependencies, mergeDependencies } from "./dependencies.ts";
import { endMaking, rescueUnlinked } from "./unlinked_rest.ts";
import { furnishWorktree } from "./furnish_worktree.ts";
import { markOwned, whyForeign } from "./owned_mark.ts";
import { describeRescued, rescue, type Rescued } from "./rescue.ts";
import { clearLocks, describeLock, gitFolderOf } from "./stale_locks.ts";
import { WorktreeError } from "./worktree_error.ts";
import { type WorktreePlace } from "./worktree_place.ts";
import { isBelow, realPathOf } from "../sys/real_path.ts";

/** What `setupWorktree` needs to know. */
export interface WorktreeRequest {
  /** Git in the main checkout. */
  git: Git;
  taskId: string;
  names: TaskNames;
  branch: string;
  place: WorktreePlace;
  /** Ref that a new branch starts from. */
  baseRef: string;
  settings: Settings;
  dependencies: readonly DependencyBranch[];
  /** What the ledger said of this place before this attempt, or null. */
  owned: OwnedWorktree | null;
  /**
   * Set when a person wants the worktree back: its branch stays where it is. `exactly` names
   * a snapshot whose files come as they were, instead of the newest.
   */
  restore?: { exactly: string | null };
}

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
 * The place of a worktree without symbolic links, when a worktree of this task may
 * stand there. Changes nothing.
 *
 * Throws `WorktreeError` when it lies outside the base, or something is there that
 * macp did not make for this task.
 */
export function checkPlace(
  git: Git,
  place: WorktreePlace,
  ownerOf: (path: string) => string | null,
  taskId: string,
): string {
  const { files } = git.world;
  const real = requireInside(git, place);
  if (files.lstat(real) !== null && ownerOf(real) !== taskId) {
    throw failed(`${place.path} exists already and macp did not make it for this task`);
  }
  return real;
}

/**
 * The place without symbolic links. Throws `WorktreeError` when it lies outside the base.
 */
export function requireInside({ world: { files } }: Git, { path, base }: WorktreePlace): string {
  const real = withoutLinks(files, path);
  if (isBelow(real, withoutLinks(files, base))) return real;
  throw failed(`${path} lies outside worktree_base ${base}`);
}

function withoutLinks(files: Files, path: string): string {
  try {
    return realPathOf(files, path);
  } catch (error) {
    throw failed(`${path} cannot be followed: ${messageOf(error)}`);
  }
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
    throw failed(describeLock(message) ?? describeCheckedOut(message) ?? message);
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
    throw failed(`${path} is not the worktree that macp made; move it away`);
  }
  const own = git.at(path);
  const gitFolder = gitFolderOf(git.world.files, path);
  const { common } = await gitFolders(git);
  if (gitFolder === null || !isBelow(gitFolder, join(common, "worktrees"))) {
    throw failed(`${path} is not the worktree that macp made any more; move it away`);
  }
  const foreign = await whyForeign(git, path, owned);
  if (foreign !== null) throw failed(`${foreign}: ${path}; move it away`);
  clearLocks(git.world.files, gitFolder);
  reach("worktree.kept");
  const warnings: string[] = [];
  if (entry.branch !== branch) {
    await leaveOtherBranch(request, own, entry.branch);
    warnings.push(`an earlier attempt left ${branch} for ${entry.branch ?? "a detached HEAD"}`);
  }
  return {
    path,
    branch,
    baseCommit: owned.base_commit,
    setUp: owned.set_up === true,
    setupLeft: owned.setup_left ?? {},
    warnings,
  };
}

/** Goes back to the task's branch; commits on no branch are pinned before. */
async function leaveOtherBranch(
  { names, branch }: WorktreeRequest,
  own: Git,
  other: string | null,
) {
  const head = await resolveCommit(own, "HEAD");
  if (other === null && head !== null) {
    await own.read(["update-ref", `refs/macp/snapshots/${names.ref}/detached-${head}`, head]);
  }
  const { code, stderr } = await own.run(["switch", "--quiet", branch]);
  if (code === 0) return;
  throw failed(`${own.cwd} cannot go back to branch ${branch}: ${lastWords(stderr)}`);
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
  if (base === null) throw failed(`branch ${branch} exists already and macp did not make it`);
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
  if (base === null) throw failed("the repository has no commit yet");
  await git.read(["update-ref", owner, base.commit]);
  reach("worktree.owned");
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
  const { git, place: { path }, branch, dependencies, taskId } = request;
  const ready = { path, branch, baseCommit: base, setUp: false, warnings };
  if (dependencies.length === 0) return ready;
  const merged = await mergeDependencies(git.at(path), taskId, dependencies);
  if (merged.head !== base) await git.read(["update-ref", owner, merged.head]);
  return { ...ready, baseCommit: merged.head, warnings: [...warnings, ...merged.warnings] };
}

/** Removes what a crash left of an unfinished `add`; what somebody put into it is pinned. */
async function clearUnfinished(request: WorktreeRequest): Promise<string[]> {
  const { git, place: { path }, owned } = request;
  if (owned === null) return [];
  const { files } = git.world;
  if (owned.phase === "adding") await endMaking(git, path);
  else await git.quiet(path);
  const rescued = files.lstat(path) === null ? null : await rescueUnfinished(request, owned);
  // Forced twice: git locks a worktree while it makes it. Also one whose folder is gone.
  const { code } = await git.run(["worktree", "remove", "--force", "--force", "--", path]);
  files.remove(path, { recursive: true });
  if (code !== 0) await forgetRegistration(git, path, true);
  return rescued === null ? [] : [describeRescued(rescued)];
}

/** Throws `WorktreeError` where no unfinished worktree of macp's stands. */
async function rescueUnfinished(
  request: WorktreeRequest,
  owned: OwnedWorktree,
): Promise<Rescued | null> {
  const { git, place: { path } } = request;
  const notOwn = failed(`${path} is not the worktree that macp made; move it away`);
  if (owned.phase !== "adding") throw notOwn;
  const linked = await isUnfinished(git, path);
  const foreign = await whyForeign(git, path, owned);
  if (foreign !== null) throw failed(`${foreign}: ${path}; move it away`);
  if (linked && await isReadable(git, path)) {
    return await rescue({ ...request, path, apart: !request.restore });
  }
  const rescued = await rescueUnlinked({ ...request, path });
  if (rescued !== undefined) return rescued;
  if (!linked) throw notOwn;
  return await rescue({ ...request, path, apart: !request.restore });
}

/** Whether git can tell what a worktree holds. */
async function isReadable(git: Git, path: string): Promise<boolean> {
  if (git.world.files.lstat(join(path, ".git")) === null) return true;
  return (await git.at(path).run(["status", "--porcelain"])).code === 0;
}

/**
 * Takes a worktree whose folder is gone out of git's list. Others whose folders are missing
 * stay there: they may be on a disk that comes back.
 *
 * @param locked Whether to do so although it is locked, as git does while it makes one.
 */
export async function forgetRegistration(git: Git, path: string, locked = false): Promise<void> {
  if (git.world.files.lstat(path) !== null) return;
  await git.run(["worktree", "remove", "--force", ...(locked ? ["--force"] : []), "--", path]);
}

/** Whether a folder is a worktree of this repository, as far as it was made or removed. */
export async function isUnfinished(git: Git, path: string): Promise<boolean> {
  return await isOwnFolder(git, path) || await isRest(git, path);
}

/** Whether a folder is what an interrupted removal left: git still lists it. */
async function isRest(git: Git, path: string): Promise<boolean> {
  const { files } = git.world;
  return files.lstat(path)?.kind === "folder" && files.realPath(path) === path &&
    files.lstat(join(path, ".git")) === null &&
    (await listWorktrees(git)).some((entry) => entry.path === path);
}

/** Whether a folder is a worktree of this repository, or empty. */
async function isOwnFolder(git: Git, path: string): Promise<boolean> {
  const { files } = git.world;
  if (files.lstat(path)?.kind !== "folder") return false;
  if (files.list(path).length === 0) return true;
  if (files.lstat(join(path, ".git"))?.kind !== "file") return false;
  const common = (await git.read(["rev-parse", "--path-format=absolute", "--git-common-dir"]))
    .trimEnd();
  const link = new TextDecoder().decode(files.readBytes(join(path, ".git")));
  return link.startsWith(`gitdir: ${join(common, "worktrees")}/`);
}

/** Git's list of worktrees. */
export async function listWorktrees(git: Git): Promise<WorktreeEntry[]> {
  return parseWorktreeList(await git.read(["worktree", "list", "--porcelain", "-z"]));
}

/**
 * Removes a worktree that macp made. What it held must be pinned before.
 *
 * @returns Why it stays, or null when it is gone.
 */
export async function cleanupWorktree(git: Git, path: string): Promise<string | null> {
  const { code, stderr } = await git.run(["worktree", "remove", "--force", "--", path]);
  if (code === 0) return null;
  return git.world.files.lstat(path) === null ? null : lastWords(stderr);
}

/**
 * Ends the removal of a worktree that was pinned whole, also one that was cut short.
 *
 * @returns Why it stays, or null when it is gone.
 */
export async function endRemoval(git: Git, path: string): Promise<string | null> {
  reach("removal.begun");
  if (await cleanupWorktree(git, path) === null) return null;
  // A removal may outlive the program that began it.
  await git.quiet(path);
  const why = await cleanupWorktree(git, path);
  if (why === null) return null;
  const locked = (await listWorktrees(git)).some((entry) => entry.path === path && entry.locked);
  if (locked || !await isRest(git, path)) return why;
  git.world.files.remove(path, { recursive: true });
  await forgetRegistration(git, path);
  return null;
}

function failed(why: string): WorktreeError {
  return new WorktreeError("worktree_failed", `Cannot make the worktree as ${why}`);
}
