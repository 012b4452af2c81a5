/**
 * Whether the worktree at a place is the one that macp made there. Git keeps a folder for
 * each worktree; macp marks its own, and the mark goes with them.
 *
 * @module
 */
import { dirname, join } from "@std/path";
import type { Git } from "../git/git.ts";
import { gitFolders } from "../git/submodules.ts";
import type { OwnedWorktree } from "../protocol/generated/types.ts";
import { gitFolderOf } from "./stale_locks.ts";
import type { Files } from "../sys/files.ts";
import { isBelow } from "../sys/real_path.ts";

/** Name of the file in git's own folder of a worktree; it holds the id of the task. */
export const markName = "macp-task";
/** What git writes as HEAD of a worktree that stands on a branch. */
const onBranch = /^ref: refs\/heads\/(.+)$/;

/** Marks a worktree that macp made. */
export function markOwned({ world: { files } }: Git, path: string, taskId: string): void {
  const folder = gitFolderOf(files, path);
  if (folder === null) return;
  const file = files.open(join(folder, markName), { write: true, create: true, truncate: true });
  try {
    file.write(new TextEncoder().encode(`${taskId}\n`));
  } finally {
    file.close();
  }
}

/**
 * Why what stands at a place that the ledger names is somebody else's, or null when it is
 * macp's or nothing. A worker may have gone to another branch in its own; what a removal
 * left, without a link to git, is macp's too.
 */
export async function whyForeign(
  git: Git,
  path: string,
  { task_id: id, branch }: Pick<OwnedWorktree, "task_id" | "branch">,
): Promise<string | null> {
  const { files } = git.world;
  const link = files.lstat(join(path, ".git"));
  if (files.lstat(path)?.kind !== "folder" || link === null) return null;
  if (link.kind === "folder") return "a repository of its own stands in its place";
  const common = await commonFolder(git);
  const folder = gitFolderOf(files, path);
  if (folder === null || !isBelow(folder, join(common, "worktrees"))) {
    return "a worktree of another repository stands in its place";
  }
  const textOf = (name: string) => textIn(files, folder, name);
  // Where git's own folder is gone there is nothing to tell it by.
  if (textOf("gitdir") === null || textOf(markName) === id) return null;
  if (textOf("gitdir") !== join(path, ".git")) {
    return "a copy of another worktree stands in its place";
  }
  // Git writes no branch before it has one to check out.
  if (/^0*$/.test(textOf("HEAD") ?? "")) return null;
  const [, other] = onBranch.exec(textOf("HEAD") ?? "") ?? [];
  if (other === branch) return null;
  const where = other === undefined ? "on no branch" : `on branch ${other}`;
  return `another worktree stands in its place, ${where}, which macp did not make`;
}

/** A worktree that bears macp's mark. */
export interface MarkedWorktree {
  path: string;
  taskId: string;
  /** Branch that it stands on, or null. */
  branch: string | null;
}

/** The worktrees of this repository that stand where they were made and bear macp's mark. */
export async function markedWorktrees(git: Git): Promise<MarkedWorktree[]> {
  const { files } = git.world;
  const above = join(await commonFolder(git), "worktrees");
  return files.list(above).flatMap((name) => {
    const folder = join(above, name);
    const taskId = textIn(files, folder, markName);
    const path = dirname(textIn(files, folder, "gitdir") ?? "");
    if (!taskId || gitFolderOf(files, path) !== folder) return [];
    const [, branch = null] = onBranch.exec(textIn(files, folder, "HEAD") ?? "") ?? [];
    return [{ path, taskId, branch }];
  });
}

/** Text of a small file, or null where there is none. */
function textIn(files: Files, folder: string, name: string): string | null {
  const file = join(folder, name);
  return files.lstat(file)?.kind === "file" ? files.readText(file).trimEnd() : null;
}

/** The repository's git folder; git is asked only where the main checkout does not tell. */
async function commonFolder(git: Git): Promise<string> {
  const { files } = git.world;
  const usual = join(git.cwd, ".git");
  if (files.lstat(usual)?.kind === "folder") return files.realPath(usual);
  return (await gitFolders(git)).common;
}
