/**
 * A cheap look at whether a worker changes its worktree.
 *
 * @module
 */
import { join } from "@std/path";
import type { Git } from "../git/git.ts";
import { readStatus } from "../git/status.ts";
import type { WorktreeLook } from "./stall_clock.ts";

/** Most files that are looked at one by one. */
const maxFiles = 2000;

/**
 * HEAD, the files that differ from it, and the size and time of these; null when git
 * cannot tell.
 */
export async function lookAtWorktree(git: Git): Promise<WorktreeLook | null> {
  try {
    const status = await readStatus(git);
    const paths = [...status.changed, ...status.unmerged, ...status.untracked].slice(0, maxFiles);
    let newestMs: number | null = null;
    const files = paths.map((path) => {
      const stat = git.world.files.lstat(join(git.cwd, path));
      if (stat) newestMs = Math.max(newestMs ?? 0, stat.mtimeMs);
      return [path, stat?.size, stat?.mtimeMs];
    });
    return { fingerprint: JSON.stringify([status, files]), newestMs };
  } catch {
    return null;
  }
}
