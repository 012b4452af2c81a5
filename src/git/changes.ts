/**
 * What a branch holds over its base, commits of what is left, and snapshots.
 *
 * @module
 */
import type { Git } from "./git.ts";
import { resolveCommit } from "./refs.ts";
import type { CheckoutStatus } from "./status.ts";

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
  await readWithoutLock(git, ["add", "--all", "--", ".", ...withoutNested(status)]);
  await git.read(["commit", "--quiet", "--no-verify", "--allow-empty", "--file=-"], {
    stdin: message,
  });
  return (await git.read(["rev-parse", "--verify", "HEAD^{commit}"])).trim();
}

/** What a snapshot pins. */
export interface SnapshotOptions {
  ref: string;
  status: CheckoutStatus;
  message: string;
  /** Path for a temporary index. */
  indexPath: string;
}

/**
 * Pins everything that a worktree holds, untracked files too, as a commit on top of
 * HEAD at `ref`, without touching its index or its files. When something is staged
 * the second parent holds the index, as in a stash.
 */
export async function takeSnapshot(git: Git, options: SnapshotOptions): Promise<void> {
  const { ref, status, message, indexPath } = options;
  const head = status.head ?? "";
  const isClean = status.changed.length + status.untracked.length + status.unmerged.length === 0;
  if (isClean) return void await git.read(["update-ref", ref, head]);
  const commit = async (tree: string, parents: string[], text: string) => {
    const args = ["commit-tree", tree, ...parents.flatMap((parent) => ["-p", parent])];
    return (await git.read(args, { stdin: text })).trim();
  };
  const index = status.unmerged.length > 0 ? null : await commit(
    (await readWithoutLock(git, ["write-tree"])).trim(),
    [head],
    `${message} (index)`,
  );
  const env = { GIT_INDEX_FILE: indexPath };
  try {
    await copyIndex(git, indexPath);
    await git.read(["add", "--all", "--", ".", ...withoutNested(status)], { env });
    const tree = (await git.read(["write-tree"], { env })).trim();
    const pinned = await commit(tree, index === null ? [head] : [head, index], message);
    await git.read(["update-ref", ref, pinned]);
  } finally {
    git.world.files.remove(indexPath);
  }
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

/** A copy keeps what git knows of unchanged files, so that they are not read again. */
async function copyIndex(git: Git, target: string): Promise<void> {
  const index = (await git.read(["rev-parse", "--path-format=absolute", "--git-path", "index"]))
    .trimEnd();
  const { files } = git.world;
  const copy = files.open(target, { write: true, create: true, truncate: true });
  try {
    if (files.stat(index) !== null) copy.write(files.readBytes(index));
  } finally {
    copy.close();
  }
}

function withoutNested(status: CheckoutStatus): string[] {
  return status.nestedRepositories.map((path) => `:(exclude,literal)${path.replace(/\/$/, "")}`);
}

/**
 * Brings back what a snapshot holds into a checkout without changes: its files, and what
 * was staged. HEAD stays.
 */
export async function restoreSnapshot(git: Git, ref: string): Promise<void> {
  await git.read(["read-tree", "--reset", "-u", ref]);
  await git.read(["read-tree", await resolveCommit(git, `${ref}^2`) ?? "HEAD"]);
}
