/**
 * Whether new tasks start with what landed.
 *
 * @module
 */
import type { Git } from "../git/git.ts";
import { isAncestor } from "../git/merge.ts";
import { resolveBase } from "../git/refs.ts";

/** A base that lacks what landed. */
export interface BehindBase {
  /** The branch of a remote from which new tasks start, for example `origin/main`. */
  ref: string;
  /** Arguments of `git push` that bring it there, or null when another branch landed. */
  push: string | null;
}

/**
 * The branch of a remote from which new tasks start, when it does not hold the commit; null
 * otherwise, and when git cannot tell.
 *
 * @param landed What landed, and the local branch that holds it.
 */
export async function findBehindBase(
  git: Git,
  baseRef: string,
  landed: { into: string; commit: string },
): Promise<BehindBase | null> {
  try {
    const base = await resolveBase(git, baseRef);
    if (base === null) return null;
    const full = (await git.read(["rev-parse", "--symbolic-full-name", base.ref])).trim();
    const [, remote, branch] = /^refs\/remotes\/([^/]+)\/(.+)$/.exec(full) ?? [];
    if (remote === undefined || await isAncestor(git, landed.commit, base.commit)) return null;
    return {
      ref: `${remote}/${branch}`,
      push: branch === landed.into ? `${remote} ${branch}` : null,
    };
  } catch {
    // It landed, whatever git says afterwards.
    return null;
  }
}
