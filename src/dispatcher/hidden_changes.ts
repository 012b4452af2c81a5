/**
 * Ways in which a worker can hide from git what its gates would see: the branch would
 * then not hold what was judged.
 *
 * @module
 */
import type { Git } from "../git/git.ts";

/**
 * Files that git was told not to look at (git-update-index(1), assume-unchanged and
 * skip-worktree).
 *
 * @param sparse Whether a sparse checkout leaves files out rightly.
 */
export async function unwatchedFiles(git: Git, sparse: boolean): Promise<string[]> {
  return unwatchedAmong(await listTracked(git), sparse);
}

/** Paths that git tracks, each behind the letter of its state. */
export async function listTracked(git: Git): Promise<string> {
  return await git.read(["ls-files", "-v", "-z"]);
}

/** Pure reader of that list; see `unwatchedFiles`. */
export function unwatchedAmong(tracked: string, sparse: boolean): string[] {
  return tracked.split("\0").filter((row) =>
    /^[a-z] /.test(row) || (!sparse && row.startsWith("S "))
  )
    .map((row) => row.slice(2));
}
