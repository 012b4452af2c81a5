/**
 * Commits that HEAD of a worktree was on and left again: made on a detached HEAD or on a
 * branch that is gone, amended, or reset. Only the log of HEAD knows them, and it goes with
 * the worktree.
 *
 * @module
 */
import { shellWord } from "../protocol/text.ts";
import type { Git } from "./git.ts";
import { type HeadMove, onlyGrew } from "./head_log.ts";
import type { Ref } from "./refs.ts";

/** Arguments of `rev-list` that leave out what a branch, a tag or macp holds. */
export const heldByRefs = ["--not", "--branches", "--tags", "--remotes", "--glob=refs/macp/*"];

/** What is known of HEAD of a worktree. */
interface KnownHead {
  /** Commit that it stands on, which a ref holds. */
  head: string | null;
  log: readonly HeadMove[];
}

/**
 * Pins the commits that HEAD was on and that no ref holds, for a task. Git is asked only where
 * the log does not tell by itself that there are none. Throws `MacpError`.
 *
 * @returns Whether there are any.
 */
export async function keepLeftCommits(
  git: Git,
  taskRef: string,
  { head, log }: KnownHead,
): Promise<boolean> {
  if (onlyGrew(log, head)) return false;
  const commits = await findLeftCommits(git, log);
  if (commits.length > 0) await pinLeftCommits(git, taskRef, commits);
  return commits.length > 0;
}

/** Commits that no ref holds, without those that another one of them stands on. */
async function findLeftCommits(git: Git, log: readonly HeadMove[]): Promise<string[]> {
  const ids = new Set(log.flatMap(({ from, to }) => [from, to]).filter((id) => id !== null));
  const stdin = [...ids].map((id) => `${id}\n`).join("");
  const args = ["rev-list", "--parents", "--ignore-missing", "--stdin", ...heldByRefs];
  const rows = (await git.read(args, { stdin })).split("\n").map((row) => row.split(" "));
  const below = new Set(rows.flatMap(([, ...parents]) => parents));
  return rows.map(([commit = ""]) => commit).filter((id) => ids.has(id) && !below.has(id));
}

/** Pins commits of a task that no branch holds, each at a ref of its own. Throws `MacpError`. */
export async function pinLeftCommits(
  git: Git,
  taskRef: string,
  commits: readonly string[],
): Promise<void> {
  const stdin = commits.map((id) => `update ${startOf(taskRef)}${id} ${id}\n`).join("");
  await git.read(["update-ref", "--stdin"], { stdin });
}

/** Whether any of these refs pins such a commit of a task. */
export function holdsLeftCommits(refs: readonly Ref[], taskRef: string): boolean {
  return refs.some(({ name }) => name.startsWith(startOf(taskRef)));
}

/** What a person is told of them. */
export function describeLeftCommits(taskRef: string): string {
  const glob = shellWord(`--glob=${startOf(taskRef)}*`);
  return `commits that no branch holds are pinned; see: git log ${glob} --not --branches`;
}

/** Beginning of the names of their refs. */
function startOf(taskRef: string): string {
  return `refs/macp/snapshots/${taskRef}/detached-`;
}
