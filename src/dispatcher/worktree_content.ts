/**
 * What a worktree holds that would be lost with it.
 *
 * @module
 */
import { join } from "@std/path";
import { type FolderLook, lookAt } from "./folder_look.ts";
import { isSparse, readSettings } from "./git_view.ts";
import { listTracked, unwatchedAmong } from "./hidden_changes.ts";
import { mayConvert, unlikeCheckout } from "../git/conversions.ts";
import type { Git } from "../git/git.ts";
import { type HeadMove, lastHead, readHeadLog } from "../git/head_log.ts";
import { chooseIgnored, type IgnoredChoice } from "../git/ignored_files.ts";
import { includedFiles } from "../git/included_files.ts";
import { nestedWork } from "../git/nested_work.ts";
import { type CheckoutStatus, readStatus } from "../git/status.ts";
import type { Settings } from "../protocol/settings.ts";
import { gitFolderOf } from "./stale_locks.ts";

/** What a worktree holds. */
export interface WorktreeContent {
  /** What stood there before the rest was read. */
  look: FolderLook;
  status: CheckoutStatus;
  /** Where HEAD stood until now. */
  log: HeadMove[];
  ignored: IgnoredChoice;
  /** Files that git was told not to look at. */
  unwatched: string[];
  /** Committed files whose bytes a checkout would not give back. */
  exact: string[];
  /** Why no snapshot can hold it all, or null. */
  unheld: string | null;
}

/**
 * Reads what a worktree holds. Throws `MacpError`.
 *
 * @param base Commit that its work stands on; what was committed since is looked at too.
 */
export async function readContent(
  { git, settings }: { git: Git; settings: Settings },
  path: string,
  base: string | null = null,
): Promise<WorktreeContent> {
  const { files } = git.world;
  const own = git.at(path);
  // Without its own link git would answer for a repository around it.
  if (files.lstat(join(path, ".git"))?.kind !== "file") {
    throw new Error("what stands there is no worktree any more: it has no .git file");
  }
  const look = lookAt(files, path);
  const [read, work, tracked, brought, view] = await Promise.all([
    readStatus(own, { ignored: true }),
    nestedWork(own),
    listTracked(own),
    includedFiles(own, git.cwd),
    readSettings(own),
  ]);
  const log = readHeadLog(files, gitFolderOf(files, path));
  // Where its branch is gone, it stands on what that held.
  const head = read.head ?? await lastHead(own, log) ?? base;
  const status = { ...read, head };
  const included = new Set(brought);
  const ignored = chooseIgnored(files, status.ignored, {
    root: path,
    maxBytes: settings.macp.snapshot_ignored_max_bytes,
    isCopy: (name) => included.has(name) && isSameFile(git, name, path),
  });
  const unwatched = unwatchedAmong(tracked, isSparse(view));
  const exact = mayConvert(own, git.cwd, tracked) ? await committedExact(own, status, base) : [];
  return { look, status, log, ignored, unwatched, exact, unheld: whyUnheld(status, work) };
}

/** Committed files whose bytes a checkout would not give back. */
async function committedExact(
  own: Git,
  { head, changed, unmerged }: CheckoutStatus,
  base: string | null,
): Promise<string[]> {
  if (base === null || head === null || base === head) return [];
  const options = ["--name-only", "-z", "--no-renames", "--diff-filter=d", "--no-ext-diff"];
  const names = (await own.read(["diff", ...options, base, head, "--"])).split("\0");
  const dirty = new Set([...changed, ...unmerged]);
  return await unlikeCheckout(own, names.filter((name) => name !== "" && !dirty.has(name)));
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
  return work.length > 0 ? `repositories in it hold work of their own: ${work.join(", ")}` : null;
}

/** Whether anything is there that no commit holds and a snapshot would. */
export function isUncommitted({ status, ignored, unwatched, exact }: WorktreeContent): boolean {
  const { changed, untracked, unmerged } = status;
  return [changed, untracked, unmerged, ignored.held, unwatched, exact].some((paths) =>
    paths.length > 0
  );
}
