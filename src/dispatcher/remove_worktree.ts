/**
 * Worktrees that go.
 *
 * @module
 */
import { type Git, lastWords } from "../git/git.ts";
import { messageOf } from "../protocol/errors.ts";
import { firstOf, oneLine } from "../protocol/text.ts";
import { reach } from "../sys/fail_points.ts";
import type { Files } from "../sys/files.ts";
import { type FolderLook, isWhole, lookAt, writtenSince } from "./folder_look.ts";
import { isUnlinked, listWorktrees } from "./own_worktrees.ts";

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

/** How a removal came out. */
export interface Removal {
  /** How much of what was pinned is there still. */
  left: "nothing" | "some" | "all";
  /** Why it stays, or null when nothing is left. */
  why: string | null;
}

const removed: Removal = { left: "nothing", why: null };

/**
 * Ends the removal of a worktree that was pinned whole, also one that was cut short. It
 * stays where somebody wrote into it since.
 *
 * @param pinned What stood there before it was pinned.
 */
export async function endRemoval(git: Git, path: string, pinned: FolderLook): Promise<Removal> {
  reach("removal.begun");
  const { files } = git.world;
  const before = whatIsLeft(files, path, pinned);
  if (before.why !== null) return before;
  if (await cleanupWorktree(git, path) === null) return removed;
  // A removal may outlive the program that began it.
  await git.quiet(path);
  const why = await cleanupWorktree(git, path);
  if (why === null) return removed;
  const rest = whatIsLeft(files, path, pinned);
  if (rest.why !== null) return rest;
  const locked = (await listWorktrees(git)).some((entry) => entry.path === path && entry.locked);
  if (locked || !isUnlinked(files, path)) return { ...rest, why };
  files.remove(path, { recursive: true });
  await forgetRegistration(git, path);
  return removed;
}

/** What stands there, and why it must: it was written after what is pinned. */
function whatIsLeft(files: Files, path: string, pinned: FolderLook): Removal {
  try {
    const now = lookAt(files, path);
    const left = isWhole(pinned, now) && !isUnlinked(files, path) ? "all" : "some";
    const late = writtenSince(pinned, now);
    const named = firstOf(late.map((name) => oneLine(name, 100)), 5);
    const next = left === "all"
      ? "the next macp clean pins that too"
      : "the next macp run or clean pins that and removes the rest";
    const told = `written while it was being removed: ${named}; ${next}`;
    return { left, why: late.length === 0 ? null : told };
  } catch (error) {
    return { left: "some", why: messageOf(error) };
  }
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
