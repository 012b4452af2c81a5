/**
 * Reader of `git worktree list --porcelain -z`.
 *
 * @module
 */

/** One row of the list. */
export interface WorktreeEntry {
  path: string;
  bare: boolean;
  /** Commit of HEAD; null where there is none. */
  head: string | null;
  /** Branch that is checked out, without `refs/heads/`; null when detached. */
  branch: string | null;
  /** Whether someone locked it with `git worktree lock`. */
  locked: boolean;
  /** What they said about it. */
  lockReason: string | null;
  /** Whether its folder is gone. */
  prunable: boolean;
}

/** Rows in git's order: the main checkout first. */
export function parseWorktreeList(output: string): WorktreeEntry[] {
  return output.split("\0\0").filter((block) => block !== "").map((block) => {
    const lines = block.split("\0");
    const valueOf = (name: string) =>
      lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? null;
    const has = (name: string) =>
      lines.some((line) => line === name || line.startsWith(`${name} `));
    return {
      path: valueOf("worktree") ?? "",
      bare: has("bare"),
      head: /^0*$/.test(valueOf("HEAD") ?? "") ? null : valueOf("HEAD"),
      branch: valueOf("branch")?.replace(/^refs\/heads\//, "") ?? null,
      locked: has("locked"),
      lockReason: valueOf("locked"),
      prunable: has("prunable"),
    };
  });
}
