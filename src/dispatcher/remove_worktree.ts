/**
 * Worktrees that go.
 *
 * @module
 */
import { type Git, lastWords } from "../git/git.ts";
import { reach } from "../sys/fail_points.ts";
import { isRest, listWorktrees } from "./own_worktrees.ts";

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
