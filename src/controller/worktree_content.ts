/**
 * What a worktree holds that would be lost with it.
 *
 * @module
 */
import { join } from "@std/path";
import { isSparse, readGitView, unwatchedFiles } from "../dispatcher/hidden_changes.ts";
import type { Git } from "../git/git.ts";
import { chooseIgnored, type IgnoredChoice } from "../git/ignored_files.ts";
import { includedFiles } from "../git/included_files.ts";
import { type CheckoutStatus, readStatus } from "../git/status.ts";
import { submoduleWork } from "../git/submodules.ts";
import type { ControllerContext } from "./context.ts";

/** What a worktree holds. */
export interface WorktreeContent {
  status: CheckoutStatus;
  ignored: IgnoredChoice;
  /** Files that git was told not to look at. */
  unwatched: string[];
  /** Why no snapshot can hold it all, or null. */
  unheld: string | null;
}

/** Reads what a worktree holds. Throws `MacpError`. */
export async function readContent(
  { git, settings }: Pick<ControllerContext, "git" | "settings">,
  path: string,
): Promise<WorktreeContent> {
  const { files } = git.world;
  const own = git.at(path);
  // Without its own link git would answer for a repository around it.
  if (files.lstat(join(path, ".git"))?.kind !== "file") {
    throw new Error("what stands there is no worktree any more: it has no .git file");
  }
  const [status, work, unwatched, brought] = await Promise.all([
    readStatus(own, { ignored: true }),
    submoduleWork(own),
    unwatchedFiles(own, isSparse(readGitView(files, git.cwd))),
    includedFiles(own, git.cwd),
  ]);
  const included = new Set(brought);
  const ignored = chooseIgnored(files, status.ignored, {
    root: path,
    maxBytes: settings.macp.snapshot_ignored_max_bytes,
    isCopy: (name) => included.has(name) && isSameFile(git, name, path),
  });
  return { status, ignored, unwatched, unheld: whyUnheld(status, work) };
}

/** Whether the main checkout holds the same bytes at the same name. */
function isSameFile({ cwd, world: { files } }: Git, name: string, worktree: string): boolean {
  const [theirs, mine] = [join(cwd, name), join(worktree, name)];
  const [a, b] = [files.lstat(theirs), files.lstat(mine)];
  if (a?.kind !== "file" || b?.kind !== "file" || a.size !== b.size) return false;
  const [bytes, others] = [files.readBytes(mine), files.readBytes(theirs)];
  return bytes.every((byte, i) => byte === others[i]);
}

function whyUnheld({ nestedRepositories }: CheckoutStatus, work: readonly string[]): string | null {
  if (nestedRepositories.length > 0) {
    return `it holds repositories of its own: ${nestedRepositories.join(", ")}`;
  }
  return work.length > 0 ? `submodules hold work of their own: ${work.join(", ")}` : null;
}

/** Whether anything is there that no commit holds and a snapshot would. */
export function isUncommitted({ status, ignored, unwatched }: WorktreeContent): boolean {
  const { changed, untracked, unmerged } = status;
  return [changed, untracked, unmerged, ignored.held, unwatched].some((paths) => paths.length > 0);
}
