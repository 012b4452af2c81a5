/**
 * Whether what gates judge stays as it is while they run.
 *
 * @module
 */
import { join, resolve } from "@std/path";
import type { Git } from "../git/git.ts";
import { trackedChanges } from "../git/tracked_changes.ts";
import type { Files } from "../sys/files.ts";
import { changedViews, type GitView, isSparse, readGitView } from "./git_view.ts";
import { unwatchedFiles } from "./hidden_changes.ts";
import { markFiles } from "./run_setup.ts";
import { gitFolderOf } from "./stale_locks.ts";

/**
 * Tells, each time it is called, which files that git tracks have changed since it was made, or
 * are looked at by git no more, and which settings make git see others. What was changed before,
 * by a setup, may stay so.
 *
 * @param git Git in a worktree. It is asked for more only where somebody wrote its files.
 * @param view What git sees in it now; read when it is not known.
 */
export async function watchTracked(
  git: Git,
  view: GitView | null,
): Promise<() => Promise<string[]>> {
  const { files } = git.world;
  const { index, settings, sparse } = tellingFiles(git);
  const marks = [index, settings, sparse].map((paths) => stampOf(files, paths));
  const known = view ?? await readGitView(git);
  const before = await markFiles(git, await trackedChanges(git));
  return async () => {
    const changed = await trackedChanges(git);
    const now = await markFiles(git, Object.keys(before));
    const further = Object.keys(before).filter((path) => before[path] !== now[path]);
    const isWritten = (paths: readonly string[], at: number) => stampOf(files, paths) !== marks[at];
    const seen = [index, settings].some(isWritten) ? await readGitView(git) : null;
    return [
      ...changed.filter((path) => !Object.hasOwn(before, path)),
      ...further,
      ...(seen ? await unwatchedFiles(git, isSparse(seen)) : []),
      ...(seen ? changedViews(known, seen) : []),
      ...(isWritten(sparse, 2) ? ["the list of a sparse checkout"] : []),
    ];
  };
}

/** Files that decide what git sees in a worktree. */
function tellingFiles({ cwd, world: { files, env } }: Git) {
  const own = gitFolderOf(files, cwd) ?? join(cwd, ".git");
  const named = join(own, "commondir");
  const common = files.lstat(named) ? resolve(own, files.readText(named).trim()) : own;
  return {
    index: [join(own, "index")],
    settings: [
      ...["config", "info/exclude", "info/attributes", "info/grafts"].map((n) => join(common, n)),
      join(own, "config.worktree"),
      join(env.HOME ?? "/", ".gitconfig"),
    ],
    sparse: [join(own, "info", "sparse-checkout")],
  };
}

/** What tells whether one of some files was written. */
function stampOf(files: Files, paths: readonly string[]): string {
  return paths.map((path) => {
    const stat = files.lstat(path);
    return stat === null ? "gone" : `${stat.inode} ${stat.size} ${stat.mtimeMs}`;
  }).join();
}
