/**
 * Which folders are worktrees of this repository.
 *
 * @module
 */
import { join } from "@std/path";
import type { Git } from "../git/git.ts";
import { parseWorktreeList, type WorktreeEntry } from "../git/worktree_list.ts";
import type { Files } from "../sys/files.ts";
import { gitFolderOf } from "./stale_locks.ts";

/** Git's list of worktrees. */
export async function listWorktrees(git: Git): Promise<WorktreeEntry[]> {
  return parseWorktreeList(await git.read(["worktree", "list", "--porcelain", "-z"]));
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

/** Whether a folder has no link to git, or one to a folder of git's that is gone. */
export function isUnlinked(files: Files, path: string): boolean {
  if (files.lstat(path)?.kind !== "folder" || files.realPath(path) !== path) return false;
  if (files.lstat(join(path, ".git")) === null) return true;
  const folder = gitFolderOf(files, path);
  return folder !== null && files.lstat(join(folder, "gitdir")) === null;
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
