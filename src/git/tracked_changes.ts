/**
 * Changes of files that git tracks, which no commit holds.
 *
 * @module
 */
import type { Git } from "./git.ts";
import { parseStatus } from "./status.ts";

/**
 * Paths of files that git tracks and that are not as HEAD has them, with submodules that stand
 * on another commit or hold such files. Throws `MacpError`.
 */
export async function trackedChanges(git: Git): Promise<string[]> {
  const args = ["status", "--porcelain=v2", "-z", "--no-renames", "--untracked-files=no"];
  const output = await git.read([...args, "--ignore-submodules=untracked"]);
  const { changed, unmerged } = parseStatus(output);
  return [...changed, ...unmerged];
}
