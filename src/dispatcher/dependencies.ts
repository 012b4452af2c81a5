/**
 * A dependant stands on the work of its dependencies: their branches are merged
 * into its own before a worker sees it. A conflict is never resolved.
 *
 * @module
 */
import type { Git } from "../git/git.ts";
import { resolveCommit } from "../git/refs.ts";
import { WorktreeError } from "./worktree_error.ts";

/** Branch of a task that the work stands on. */
export interface DependencyBranch {
  taskId: string;
  branch: string;
}

/** What came of the merges. */
export interface MergedDependencies {
  /** Head of the branch afterwards. */
  head: string;
  warnings: string[];
}

/**
 * Merges the branches into the checkout of `git`; those that it holds already
 * change nothing. Throws `WorktreeError` on a conflict, with the files, after taking
 * the merge back.
 */
export async function mergeDependencies(
  git: Git,
  taskId: string,
  dependencies: readonly DependencyBranch[],
): Promise<MergedDependencies> {
  const warnings: string[] = [];
  for (const dependency of dependencies) {
    const commit = await resolveCommit(git, `refs/heads/${dependency.branch}`);
    if (commit === null) {
      const { branch } = dependency;
      warnings.push(
        `branch ${branch} of dependency ${dependency.taskId} does not exist; not merged`,
      );
      continue;
    }
    const message = `Merge ${dependency.branch} of dependency ${dependency.taskId} for ${taskId}`;
    const { code, stderr } = await git.run([
      "merge",
      "--quiet",
      "--no-verify",
      "-m",
      message,
      commit,
    ]);
    if (code !== 0) await giveUp(git, dependency, stderr);
  }
  return { head: await resolveCommit(git, "HEAD") ?? "", warnings };
}

async function giveUp(git: Git, dependency: DependencyBranch, stderr: string): Promise<never> {
  const output = await git.read(["diff", "--name-only", "--diff-filter=U", "-z"]);
  const files = output.split("\0").filter((name) => name !== "");
  await git.run(["merge", "--abort"]);
  const { branch, taskId } = dependency;
  if (files.length > 0) {
    const where = `${branch} of dependency ${taskId} conflicts in ${files.join(", ")}`;
    throw new WorktreeError("merge_conflict", `Cannot make the worktree as branch ${where}`);
  }
  const why = `branch ${branch} of dependency ${taskId} cannot be merged: ${stderr.trim()}`;
  throw new WorktreeError("worktree_failed", `Cannot make the worktree as ${why}`);
}

/**
 * Whether a branch holds nothing over `base` but merges of its dependencies, so that
 * what follows still counts from its head.
 */
export async function holdsOnlyDependencies(
  git: Git,
  base: string,
  head: string,
  dependencies: readonly DependencyBranch[],
): Promise<boolean> {
  if (base === head) return true;
  const existing: string[] = [];
  for (const { branch } of dependencies) {
    const commit = await resolveCommit(git, `refs/heads/${branch}`);
    if (commit !== null) existing.push(`^${commit}`);
  }
  const args = ["rev-list", "--count", "--no-merges", head, `^${base}`, ...existing, "--"];
  return (await git.read(args)).trim() === "0";
}
