/**
 * What a branch holds over its base, and commits of what is left.
 *
 * @module
 */
import type { Git } from "./git.ts";
import type { CheckoutStatus } from "./status.ts";
import { reach } from "../sys/fail_points.ts";

/** What a branch holds over its base. */
export interface BranchChanges {
  commits: number;
  files: string[];
  insertions: number;
  deletions: number;
}

/** What lies between two commits. Throws `MacpError`. */
export async function readChanges(git: Git, base: string, head: string): Promise<BranchChanges> {
  if (base === head) return { commits: 0, files: [], insertions: 0, deletions: 0 };
  const [count, numstat] = await Promise.all([
    git.read(["rev-list", "--count", `${base}..${head}`, "--"]),
    git.read([
      "diff",
      "--numstat",
      "-z",
      "--no-renames",
      "--no-ext-diff",
      "--no-textconv",
      base,
      head,
      "--",
    ]),
  ]);
  return { commits: Number(count.trim()), ...parseNumstat(numstat) };
}

/** Reader of `git diff --numstat -z --no-renames`; binary files count no lines. */
export function parseNumstat(output: string): Omit<BranchChanges, "commits"> {
  const rows = output.split("\0").filter((row) => row !== "").map((row) => row.split("\t"));
  const sum = (column: number) =>
    rows.reduce((total, row) => total + (Number(row[column]) || 0), 0);
  return {
    files: rows.map((row) => row.slice(2).join("\t")),
    insertions: sum(0),
    deletions: sum(1),
  };
}

/**
 * Commits everything that git neither tracks as it is nor ignores, except nested
 * repositories, whose content a commit would not hold.
 *
 * @returns The new commit.
 */
export async function commitAll(
  git: Git,
  status: CheckoutStatus,
  message: string,
): Promise<string> {
  await readWithoutLock(git, ["add", "--all", "--sparse", "--", ".", ...withoutNested(status)]);
  reach("work.added");
  // A message that begins with # is one, whatever the user's configuration says.
  const how = ["--quiet", "--no-verify", "--allow-empty", "--cleanup=whitespace", "--file=-"];
  await git.read(["commit", ...how], { stdin: message });
  reach("work.committed");
  return (await git.read(["rev-parse", "--verify", "HEAD^{commit}"])).trim();
}

/**
 * A call that takes the lock of the index. Where nothing works in the checkout any more,
 * a lock that is there was left by a git that was killed.
 */
async function readWithoutLock(git: Git, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await git.run(args);
  if (code === 0) return stdout;
  if (!stderr.includes("index.lock")) return await git.read(args);
  const lock = await git.read(["rev-parse", "--path-format=absolute", "--git-path", "index.lock"]);
  git.world.files.remove(lock.trimEnd());
  return await git.read(args);
}

/** Pathspecs that keep nested repositories out of a call of `git add`. */
export function withoutNested(status: CheckoutStatus): string[] {
  return status.nestedRepositories.map((path) => `:(exclude,literal)${path.replace(/\/$/, "")}`);
}
