/**
 * A dependant stands on the work of its dependencies: their branches are merged
 * into its own before a worker sees it. A conflict is never resolved.
 *
 * @module
 */
import type { Git } from "../git/git.ts";
import { isAncestor } from "../git/merge.ts";
import { resolveCommit } from "../git/refs.ts";
import { shellWord } from "../protocol/text.ts";
import type { GateFileRules } from "./gate_file_changes.ts";
import { describeSinceVerdict, findSinceVerdict } from "./since_verdict.ts";
import { WorktreeError } from "./worktree_error.ts";

/** Branch of a task that the work stands on. */
export interface DependencyBranch {
  taskId: string;
  branch: string;
  /** The commit that the verdict on it is of, or null where no result tells. */
  judged: string | null;
  /** What speaks against that verdict, or null. */
  doubt: string | null;
  /** What decides what its gates and those of its dependant check. */
  rules: GateFileRules;
}

/** What the branches go into. */
export interface Dependant {
  /** Git in its checkout. */
  git: Git;
  taskId: string;
  dependencies: readonly DependencyBranch[];
  /** `macp.gate_files_policy` is block. */
  blocks: boolean;
}

/** What came of the merges. */
export interface MergedDependencies {
  /** Head of the branch afterwards. */
  head: string;
  warnings: string[];
}

/**
 * Merges the branches into the checkout of `git`; those that it holds already
 * change nothing. What came to one after the verdict on it is told.
 *
 * Throws `WorktreeError` on a conflict, with the files, after taking the merge back, and where
 * what came decides what gates check and `blocks` is set.
 */
export async function mergeDependencies(dependant: Dependant): Promise<MergedDependencies> {
  const { git, taskId, dependencies } = dependant;
  const warnings: string[] = [];
  for (const dependency of dependencies) {
    if (dependency.doubt !== null) warnings.push(dependency.doubt);
    const commit = await resolveCommit(git, `refs/heads/${dependency.branch}`);
    if (commit === null) {
      const { branch } = dependency;
      warnings.push(
        `branch ${branch} of dependency ${dependency.taskId} does not exist; not merged`,
      );
      continue;
    }
    const moved = await whatCame(dependant, dependency, commit);
    if (moved !== null) warnings.push(moved);
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

/** What is told of commits that no verdict saw, or null. */
async function whatCame(
  { git, taskId, blocks }: Dependant,
  dependency: DependencyBranch,
  head: string,
): Promise<string | null> {
  const { judged, branch, rules } = dependency;
  if (judged === null || judged === head || await isAncestor(git, head, "HEAD")) return null;
  const came = await findSinceVerdict(git, { rules, judged, head, target: "HEAD" });
  if (came === null) return null;
  const told = describeSinceVerdict(dependency, came);
  if (!blocks || came.gateFiles.length === 0) return told;
  const [from, to] = [judged.slice(0, 12), head.slice(0, 12)];
  const back = `git branch --force ${shellWord(branch)} ${from}`;
  throw new WorktreeError(
    "gate_files_blocked",
    `Cannot make the worktree as ${told}. Look: git diff ${from} ${to}. Put back what was ` +
      `judged, with ${back}, or merge the branch where tasks start, then: ` +
      `macp retry ${shellWord(taskId)}`,
  );
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
