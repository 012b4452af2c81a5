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
  const output = await git.read(["ls-files", "-v", "-z"]);
  return output.split("\0").filter((row) =>
    /^[a-z] /.test(row) || (!sparse && row.startsWith("S "))
  )
    .map((row) => row.slice(2));
}
