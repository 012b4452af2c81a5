/**
 * Whether what gates judge stays as it is while they run.
 *
 * @module
 */
import { join } from "@std/path";
import type { Git } from "../git/git.ts";
import { trackedChanges } from "../git/tracked_changes.ts";
import { isSparse, readGitView } from "./git_view.ts";
import { unwatchedFiles } from "./hidden_changes.ts";
import { markFiles } from "./run_setup.ts";
import { gitFolderOf } from "./stale_locks.ts";

/**
 * Tells, each time it is called, which files that git tracks have changed since it was made, or
 * are looked at by git no more. What was changed before, by a setup, may stay so.
 *
 * @param git Git in a worktree. It is asked for more only where somebody wrote its index.
 */
export async function watchTracked(git: Git): Promise<() => Promise<string[]>> {
  const before = await markFiles(git, await trackedChanges(git));
  const index = indexOf(git);
  return async () => {
    const changed = await trackedChanges(git);
    const marks = await markFiles(git, Object.keys(before));
    const further = Object.keys(before).filter((path) => before[path] !== marks[path]);
    const hidden = indexOf(git) === index
      ? []
      : await unwatchedFiles(git, isSparse(await readGitView(git)));
    return [...changed.filter((path) => !Object.hasOwn(before, path)), ...further, ...hidden];
  };
}

/** What tells whether the index of a worktree was written. */
function indexOf({ cwd, world: { files } }: Git): string {
  const folder = gitFolderOf(files, cwd) ?? join(cwd, ".git");
  const stat = files.lstat(join(folder, "index"));
  return stat === null ? "gone" : `${stat.inode} ${stat.size} ${stat.mtimeMs}`;
}
