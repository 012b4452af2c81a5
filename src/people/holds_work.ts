/**
 * Whether anything was done for a task.
 *
 * @module
 */
import { markFiles } from "../dispatcher/run_setup.ts";
import { readChanges } from "../git/changes.ts";
import type { Git } from "../git/git.ts";
import { ownershipRef, resolveCommit } from "../git/refs.ts";
import { listSnapshots } from "../git/snapshot_refs.ts";
import { readStatus } from "../git/status.ts";
import type { OwnedWorktree } from "../protocol/generated/types.ts";

/** Where the work of a task would be. */
export interface WorkPlace {
  branch: string;
  /** Part of the task's refs that names it. */
  taskRef: string;
  /** Its worktree and what the ledger says of that; null when it is not there. */
  standing: { path: string; owned: OwnedWorktree } | null;
}

/**
 * Whether the branch has a commit over its base, or worktree or snapshot hold what would be
 * committed to it. What `macp.setup` left in a worktree is no work. True where nothing tells.
 * Throws `MacpError`.
 */
export async function holdsWork(
  git: Git,
  { branch, taskRef, standing }: WorkPlace,
): Promise<boolean> {
  const [head, base] = await Promise.all([
    resolveCommit(git, `refs/heads/${branch}`),
    resolveCommit(git, await ownershipRef(taskRef, branch)),
  ]);
  if (head === null || base === null) return true;
  if ((await readChanges(git, base, head)).commits > 0) return true;
  return standing === null
    ? await isInSnapshot(git, taskRef, head)
    : await isUncommitted(git.at(standing.path), standing.owned);
}

async function isUncommitted(git: Git, { setup_left: left = {} }: OwnedWorktree): Promise<boolean> {
  const { changed, untracked, unmerged, nestedRepositories } = await readStatus(git);
  const paths = [...changed, ...untracked, ...unmerged, ...nestedRepositories];
  if (paths.some((path) => !Object.hasOwn(left, path))) return true;
  const now = await markFiles(git, paths);
  return paths.some((path) => left[path] !== now[path]);
}

/** Whether the newest snapshot holds other files than the branch; ignored ones do not count. */
async function isInSnapshot(git: Git, taskRef: string, head: string): Promise<boolean> {
  const [newest] = await listSnapshots(git, taskRef);
  if (newest === undefined) return false;
  return (await git.run(["diff", "--quiet", head, newest.commit, "--"])).code !== 0;
}
