/**
 * Merges: what would conflict, merging in a checkout, and moving a branch forward. A
 * conflict is never resolved, and a branch never moved by force.
 *
 * @module
 */
import { join } from "@std/path";
import { type Git, type GitOutput, lastWords } from "./git.ts";
import { resolveCommit } from "./refs.ts";

/** Whether the history of `descendant` holds the commit. */
export async function isAncestor(git: Git, commit: string, descendant: string): Promise<boolean> {
  return (await git.run(["merge-base", "--is-ancestor", commit, descendant])).code === 0;
}

/**
 * Paths in which the two commits conflict, by a merge without a checkout
 * (git-merge-tree(1), git 2.38 and later). Null when git cannot tell.
 *
 * @param scratch Folder that takes the objects of the merge and is removed afterwards; the
 * repository takes them when it is left out.
 */
export async function previewConflicts(
  git: Git,
  ours: string,
  theirs: string,
  scratch?: string,
): Promise<string[] | null> {
  const args = ["merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", ours, theirs];
  const { files } = git.world;
  if (scratch !== undefined) files.makeFolder(scratch);
  try {
    const env = scratch === undefined ? {} : await objectsIn(git, scratch);
    const { code, stdout } = await git.run(args, { env });
    // First comes the tree of the merge; without it there was none.
    if (code > 1 || !/^[0-9a-f]{40,64}\0/.test(stdout)) return null;
    return [...new Set(stdout.split("\0").slice(1).filter((path) => path !== ""))];
  } finally {
    if (scratch !== undefined) files.remove(scratch, { recursive: true });
  }
}

async function objectsIn(git: Git, folder: string): Promise<Record<string, string>> {
  const common = (await git.read(["rev-parse", "--path-format=absolute", "--git-common-dir"]))
    .trimEnd();
  return {
    GIT_OBJECT_DIRECTORY: folder,
    GIT_ALTERNATE_OBJECT_DIRECTORIES: join(common, "objects"),
  };
}

/** What came of a merge: the new head, or the paths that conflict, or git's reason. */
export type Merged =
  | { kind: "merged"; commit: string; fastForward: boolean }
  | { kind: "conflict"; paths: string[] }
  | { kind: "refused"; reason: string };

/**
 * Merges a commit into the checkout of `git`, by a fast-forward where that is possible.
 *
 * @param options.env Who the author of a merge commit is.
 */
export async function mergeCommit(
  git: Git,
  commit: string,
  { message, env }: { message: string; env: Record<string, string> },
): Promise<Merged> {
  const fastForward = await isAncestor(git, "HEAD", commit);
  const how = fastForward ? ["--ff-only"] : ["--no-ff", "-m", message];
  const { code, stderr, stdout } = await git.run(
    ["merge", "--quiet", "--no-verify", ...plain, ...how, commit],
    { env },
  );
  if (code === 0) {
    return { kind: "merged", commit: await resolveCommit(git, "HEAD") ?? "", fastForward };
  }
  const unmerged = await git.read(["diff", "--name-only", "--diff-filter=U", "-z"]);
  const paths = unmerged.split("\0").filter((path) => path !== "");
  await git.run(["merge", "--abort"]);
  if (paths.length > 0) return { kind: "conflict", paths };
  return { kind: "refused", reason: lastWords(stderr) || lastWords(stdout) };
}

/** Without what the user's configuration would change in a merge. */
const plain = ["--no-squash", "--no-autostash", "--no-verify-signatures", "--no-stat"];

/** What came of moving a branch. */
export type Moved =
  | { kind: "moved" }
  /** It is no longer where it was expected. */
  | { kind: "elsewhere"; now: string | null }
  /** Git refuses, for example as local changes would be overwritten. */
  | { kind: "refused"; reason: string; paths: string[] };

/**
 * Moves a local branch forward to a descendant, only while it stands where it is
 * expected. Where it is checked out, its files go along, and git refuses to overwrite
 * what is not committed there, ignored files included.
 *
 * @param checkout Path of the worktree that has the branch checked out, or null.
 * @param options.reason For the reflog.
 */
export async function fastForward(
  git: Git,
  branch: string,
  { from, to, checkout, reason }: {
    from: string;
    to: string;
    checkout: string | null;
    reason: string;
  },
): Promise<Moved> {
  const ref = `refs/heads/${branch}`;
  const now = await resolveCommit(git, ref);
  if (now !== from) return { kind: "elsewhere", now };
  const env = { GIT_REFLOG_ACTION: reason };
  const output = checkout === null
    ? await git.run(["update-ref", "-m", reason, ref, to, from])
    : await git.at(checkout).run(
      ["merge", "--quiet", "--ff-only", "--no-overwrite-ignore", ...plain, to],
      { env },
    );
  const after = await resolveCommit(git, ref);
  if (output.code === 0 && after === to) return { kind: "moved" };
  if (after !== from) return { kind: "elsewhere", now: after };
  return { kind: "refused", ...whyRefused(output) };
}

/** Git names paths that are in the way on lines that begin with a tab. */
function whyRefused({ stderr }: GitOutput): { reason: string; paths: string[] } {
  const paths = stderr.split("\n").filter((line) => line.startsWith("\t"))
    .map((line) => line.trim());
  return { reason: lastWords(stderr) || "git gave no reason", paths };
}

/**
 * The commit by which a branch came to hold another commit, along its first parents: the
 * merge, or the commit itself after a fast-forward. The branch must hold it.
 */
export async function landingCommit(git: Git, commit: string, branch: string): Promise<string> {
  const range = [`${commit}..${branch}`, "--"];
  const [chain, path] = await Promise.all([
    git.read(["rev-list", "--first-parent", ...range]),
    git.read(["rev-list", "--ancestry-path", ...range]),
  ]);
  const descendants = new Set(path.split("\n"));
  const first = chain.split("\n").filter((id) => id !== "" && descendants.has(id)).at(-1);
  if (first === undefined) return commit;
  return await resolveCommit(git, `${first}^1`) === commit ? commit : first;
}
