/**
 * Merges: what would conflict, and merging in a checkout. A conflict is never resolved.
 *
 * @module
 */
import { join } from "@std/path";
import { type Git, lastWords } from "./git.ts";
import { resolveCommit } from "./refs.ts";

/** Whether the history of `descendant` holds the commit. */
export async function isAncestor(git: Git, commit: string, descendant: string): Promise<boolean> {
  return (await git.run(["merge-base", "--is-ancestor", commit, descendant])).code === 0;
}

/** The newest commit that both histories hold, or null. */
export async function mergeBase(git: Git, one: string, other: string): Promise<string | null> {
  const { code, stdout } = await git.run(["merge-base", one, other]);
  return code === 0 ? stdout.trim() : null;
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
