/**
 * Worktrees that macp makes for a moment, for itself: detached at a commit, below
 * `worktree_base`, and gone when the work in them is over.
 *
 * @module
 */
import { basename, dirname, join, resolve } from "@std/path";
import type { Git } from "../git/git.ts";
import { MacpError, messageOf } from "../protocol/errors.ts";
import type { ScratchWorktree } from "../protocol/generated/types.ts";
import type { Settings } from "../protocol/settings.ts";
import { forgetRegistration } from "./remove_worktree.ts";
import { furnishWorktree } from "./furnish_worktree.ts";
import { worktreePlace } from "./worktree_place.ts";
import { isBelow, realPathOf } from "../sys/real_path.ts";

/** Called around the life of a scratch worktree, and awaited. */
export interface ScratchHooks {
  /** Before it is made. */
  adding(): Promise<void>;
  /** After it is gone. */
  removed(): Promise<void>;
  /** When it cannot be removed: why. The work counts all the same. */
  stays?(why: string): void;
}

/** What is made, and where. */
export interface ScratchRequest {
  /** Git in the main checkout. */
  git: Git;
  /** From `scratchPath`. */
  path: string;
  commit: string;
  hooks: ScratchHooks;
}

/** Names of scratch worktrees. */
const scratchName = /^\.macp-(?:baseline|gates|land)-[0-9a-f]{8}$/;

/**
 * A place for a scratch worktree where nothing is: `<worktree_base>/.macp-<purpose>-<8
 * hexadecimal digits>`, without symbolic links.
 *
 * Throws `MacpError` of kind failure when that place cannot be used.
 */
export function scratchPath(
  git: Git,
  settings: Settings,
  purpose: ScratchWorktree["purpose"],
): string {
  const { files } = git.world;
  for (;;) {
    const name = `.macp-${purpose}-${git.world.uuid().slice(0, 8)}`;
    const place = worktreePlace({
      repository: git.cwd,
      base: settings.macp.worktree_base,
      worktree: undefined,
      slug: name,
      home: git.world.env.HOME,
    });
    try {
      const path = realPathOf(files, place.path);
      if (!isBelow(path, realPathOf(files, place.base))) {
        throw new Error("it leads out of worktree_base");
      }
      if (files.lstat(path) === null) return path;
    } catch (cause) {
      throw new MacpError(
        "failure",
        `Cannot make a worktree as its place cannot be used, ${messageOf(cause)}: ${place.path}`,
        { code: "scratch_place", hints: ["Look at macp.worktree_base: macp config"], cause },
      );
    }
  }
}

/**
 * Makes a worktree, works in it, and removes it, whatever came of the work.
 *
 * Throws what the work throws, and `MacpError` when git cannot make the worktree.
 */
export async function withScratchWorktree<T>(
  { git, path, commit, hooks }: ScratchRequest,
  work: (git: Git, path: string) => Promise<T>,
): Promise<T> {
  await hooks.adding();
  try {
    git.world.files.makeFolder(dirname(path), 0o755);
    await git.read(["worktree", "add", "--quiet", "--detach", "--", path, commit]);
    await furnishWorktree(git, path);
    return await work(git.at(path), path);
  } finally {
    const why = await removeScratch(git, path);
    if (why === null) await hooks.removed();
    else hooks.stays?.(why);
  }
}

/**
 * Removes a scratch worktree, also one that was half made or half removed. Nothing in
 * it is looked after: its owner must be at its end.
 *
 * @returns Why it stays, or null when it is gone.
 */
export async function removeScratch(git: Git, path: string): Promise<string | null> {
  const { files } = git.world;
  try {
    if (!scratchName.test(basename(path))) return "macp gives no worktree such a name";
    const stat = files.lstat(path);
    if (stat !== null && (stat.kind !== "folder" || files.realPath(path) !== path)) {
      return "something else stands in its place";
    }
    // Forced twice: also a locked one, as it is while git makes it.
    const { code } = await git.run(["worktree", "remove", "--force", "--force", "--", path]);
    if (code === 0 && files.lstat(path) === null) return null;
    if (files.lstat(path) !== null && !await isOwn(git, path)) {
      return "it is not of this repository";
    }
    files.remove(path, { recursive: true });
    await forgetRegistration(git, path, true);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

/** A folder without a link to a repository is what an interrupted removal leaves. */
async function isOwn(git: Git, path: string): Promise<boolean> {
  const { files } = git.world;
  const link = join(path, ".git");
  const kind = files.lstat(link)?.kind;
  if (kind === undefined) return true;
  if (kind !== "file") return false;
  const common = await git.read(["rev-parse", "--path-format=absolute", "--git-common-dir"]);
  const target = files.readText(link).replace(/^gitdir: /, "").trimEnd();
  return isBelow(resolve(path, target), join(common.trimEnd(), "worktrees"));
}
