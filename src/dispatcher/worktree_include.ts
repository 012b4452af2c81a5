/**
 * Copies into a worktree what the repository's `.worktreeinclude` names: files that git
 * ignores, such as `.env`, and without which nothing runs.
 *
 * @module
 */
import { dirname, join } from "@std/path";
import type { Git } from "../git/git.ts";
import { ignoredAmong, includedFiles, includeFile } from "../git/included_files.ts";
import { messageOf } from "../protocol/errors.ts";
import { firstOf } from "../protocol/text.ts";

/** Milliseconds after which the rest is left out. */
const longestMs = 120_000;
/** Milliseconds after which others get their turn. */
const turnMs = 20;

/** Why a file was left out, by its path. */
type LeftOut = Map<string, string[]>;

/**
 * Copies the files that are missing in the worktree; nothing is overwritten, no symbolic
 * link is followed or copied. What the worktree would not ignore is left out, so that it
 * never gets into a commit.
 *
 * @param git Git in the main checkout.
 * @param path The worktree.
 * @returns Warnings about what was left out.
 */
export async function bringIncluded(git: Git, path: string): Promise<string[]> {
  const leftOut: LeftOut = new Map();
  try {
    const found = await includedFiles(git, git.cwd);
    if (found.length === 0) return [];
    const missing = byDepth(found).filter((name) => isCopied(git, path, name, leftOut));
    const ignored = new Set(await ignoredAmong(git.at(path), missing));
    for (const name of missing) {
      if (!ignored.has(name)) leaveOut(leftOut, "the worktree's commit does not ignore it", name);
    }
    await copyAll(git, path, missing.filter((name) => ignored.has(name)), leftOut);
  } catch (error) {
    leaveOut(leftOut, messageOf(error), "files");
  }
  return [...leftOut].map(([why, names]) =>
    `${includeFile}: ${firstOf(names, 5)} not copied: ${why}`
  );
}

/** Small settings at the top come before big trees below. */
function byDepth(paths: readonly string[]): string[] {
  const depth = (path: string) => path.split("/").length;
  return [...paths].sort((a, b) => depth(a) - depth(b));
}

/** Whether a path is to be copied, as far as the two checkouts tell. */
function isCopied(git: Git, path: string, name: string, leftOut: LeftOut): boolean {
  const { files } = git.world;
  if (name.endsWith("/")) return leaveOut(leftOut, "it is a repository of its own", name);
  if (isBlocked(git, path, dirname(name))) {
    return leaveOut(leftOut, "something else is in the place of its folder", name);
  }
  if (files.lstat(join(path, name)) !== null) return false;
  const kind = files.lstat(join(git.cwd, name))?.kind;
  if (kind === "symlink") return leaveOut(leftOut, "it is a symbolic link", name);
  return kind === "file";
}

/** Whether a folder of the worktree, or one on the way to it, is anything but a folder. */
function isBlocked({ world: { files } }: Git, path: string, folder: string): boolean {
  const parts = folder === "." ? [] : folder.split("/");
  return parts.some((_, i) => {
    const stat = files.lstat(join(path, ...parts.slice(0, i + 1)));
    return stat !== null && stat.kind !== "folder";
  });
}

async function copyAll(
  git: Git,
  path: string,
  names: readonly string[],
  leftOut: LeftOut,
): Promise<void> {
  const { clock, files } = git.world;
  const begun = clock.elapsed();
  let turn = begun;
  for (const name of names) {
    const now = clock.elapsed();
    if (now - begun > longestMs) {
      leaveOut(leftOut, `copying took longer than ${longestMs / 1000} s`, name);
      continue;
    }
    if (now - turn > turnMs) {
      await clock.sleep(0);
      turn = clock.elapsed();
    }
    try {
      makeFolders(git, path, dirname(name));
      files.copy(join(git.cwd, name), join(path, name));
    } catch (error) {
      files.remove(join(path, name)); // Half a file would stay for ever.
      leaveOut(leftOut, messageOf(error), name);
    }
  }
}

/** Makes a folder and those above it, with the permission bits of the originals. */
function makeFolders(git: Git, path: string, folder: string): void {
  const { files } = git.world;
  if (folder === "." || files.lstat(join(path, folder)) !== null) return;
  makeFolders(git, path, dirname(folder));
  files.makeFolder(join(path, folder), files.lstat(join(git.cwd, folder))?.mode ?? 0o700);
}

function leaveOut(leftOut: LeftOut, why: string, name: string): false {
  const names = leftOut.get(why);
  if (names) names.push(name);
  else leftOut.set(why, [name]);
  return false;
}
