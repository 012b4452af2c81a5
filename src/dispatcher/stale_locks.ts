/**
 * Locks that git leaves behind when it is killed.
 *
 * @module
 */
import { join, resolve } from "@std/path";
import type { Files } from "../sys/files.ts";

/** Git's own folder of a linked worktree, as its `.git` names it; null when that is none. */
export function gitFolderOf(files: Files, worktree: string): string | null {
  const link = join(worktree, ".git");
  if (files.lstat(link)?.kind !== "file") return null;
  const [, target] = /^gitdir: (.+)\n?$/.exec(files.readText(link)) ?? [];
  return target === undefined ? null : resolve(worktree, target);
}

/** Removes the locks of one worktree, in which nothing works any more. */
export function clearLocks(files: Files, gitFolder: string): void {
  for (const name of files.list(gitFolder)) {
    if (name.endsWith(".lock")) files.remove(join(gitFolder, name));
  }
}

/**
 * What git says of a lock in its way, with what to do. Locks of the repository itself
 * are never removed: somebody may hold them.
 *
 * @param message Git's own words.
 * @returns Null when they tell of no lock.
 */
export function describeLock(message: string): string | null {
  const created = /Unable to create '([^']+\.lock)': File exists/.exec(message)?.[1];
  const config = /could not lock config file (.+?): File exists/.exec(message)?.[1];
  const path = created ?? (config === undefined ? undefined : `${config}.lock`);
  if (path === undefined) return null;
  return `git finds a lock, ${path}; when no git works in the repository, remove that file`;
}
