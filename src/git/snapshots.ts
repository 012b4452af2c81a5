/**
 * Snapshots: everything that a checkout holds, pinned as a commit before it is removed.
 *
 * @module
 */
import { join } from "@std/path";
import { withoutNested } from "./changes.ts";
import { convertedPaths } from "./conversions.ts";
import type { Git } from "./git.ts";
import { type GitScratch, withGitScratch } from "./plain_git.ts";
import { readSnapshot, snapshotMessage } from "./snapshot_commit.ts";
import type { CheckoutStatus } from "./status.ts";
import { reach } from "../sys/fail_points.ts";

/** What a snapshot pins. */
export interface SnapshotOptions {
  /** Where to pin it. */
  ref: string;
  status: CheckoutStatus;
  /** What it is of, for the message. */
  title: string;
  /** Files that git ignores and that are to be held too. */
  ignored: readonly string[];
  /** Files that git was told not to look at; they are looked at. */
  unwatched: readonly string[];
  /** Committed files whose bytes a checkout would not give back. */
  exact?: readonly string[];
}

/**
 * Pins everything that a worktree holds, untracked files too, as a commit on top of HEAD,
 * without touching its index or its files. Where nothing is uncommitted, HEAD itself.
 *
 * A ref that holds something else already is never moved: `.1`, `.2` … is appended.
 *
 * @returns The ref. Throws `MacpError`.
 */
export async function takeSnapshot(git: Git, options: SnapshotOptions): Promise<string> {
  return await pinCommit(git, options.ref, await writeSnapshot(git, options));
}

/** Commit of everything that a worktree holds, which no ref holds yet. Throws `MacpError`. */
export async function writeSnapshot(
  git: Git,
  options: Omit<SnapshotOptions, "ref">,
): Promise<string> {
  const { head } = options.status;
  if (head !== null && !needsCommit(options)) return head;
  return await withGitScratch(git, (scratch) => commitSnapshot(scratch, options));
}

type Content = Omit<SnapshotOptions, "ref">;

/** Whether a checkout holds something that no commit of its branch does. */
function needsCommit({ status, ignored, unwatched, exact = [] }: Content): boolean {
  return isChanged(status) || [ignored, unwatched, exact].some(({ length }) => length > 0);
}

function isChanged({ changed, untracked, unmerged }: CheckoutStatus): boolean {
  return changed.length + untracked.length + unmerged.length > 0;
}

async function commitSnapshot(scratch: GitScratch, options: Content): Promise<string> {
  const { git } = scratch;
  const { status: { head }, title } = options;
  const headTree = head === null
    ? null
    : (await git.read(["rev-parse", "--verify", `${head}^{tree}`])).trim();
  const on = head === null ? [] : [head];
  const { tree, indexTree } = await writeTrees(scratch, options);
  const extraTree = await writeExtra(scratch, options);
  const parts = {
    head,
    index: indexTree === headTree ? null : await commitTree(git, indexTree, on, `index: ${title}`),
    extra: extraTree === null ? null : await commitTree(git, extraTree, on, `extra: ${title}`),
  };
  const parents = [parts.head, parts.index, parts.extra].filter((part) => part !== null);
  return await commitTree(git, tree, parents, snapshotMessage(title, parts));
}

async function commitTree(
  git: Git,
  tree: string,
  parents: readonly string[],
  message: string,
): Promise<string> {
  const args = ["commit-tree", tree, ...parents.flatMap((parent) => ["-p", parent])];
  return (await git.read(args, { stdin: message })).trim();
}

/** Trees of the index, without the paths in conflict, and of the files as git would commit them. */
async function writeTrees(scratch: GitScratch, { status, unwatched }: Content) {
  const edit = (args: readonly string[], paths: readonly string[]) =>
    paths.length === 0
      ? ""
      : scratch.withIndex("files", ["update-index", "-z", ...args, "--stdin"], listed(paths));
  const writeTree = async () => (await scratch.withIndex("files", ["write-tree"])).trim();
  copyIndex(scratch, "files");
  await edit(["--force-remove"], status.unmerged);
  const indexTree = await writeTree();
  await edit(["--no-assume-unchanged"], unwatched);
  await edit(["--no-skip-worktree"], unwatched);
  const add = ["add", "--all", "--sparse", "--", ".", ...withoutNested(status)];
  await scratch.withIndex("files", add);
  return { indexTree, tree: await writeTree() };
}

/**
 * A copy keeps what git knows of unchanged files, so that they are not read again. It is as
 * old as the index: git looks into a file of unchanged size and time only where the index
 * may have been written at that very moment.
 */
function copyIndex({ git: { world: { files } }, folder, gitFolder }: GitScratch, name: string) {
  const index = join(gitFolder, "index");
  const stat = files.stat(index);
  if (stat === null) return;
  const path = join(folder, `${name}.index`);
  const copy = files.open(path, { write: true, create: true });
  try {
    copy.write(files.readBytes(index));
  } finally {
    copy.close();
  }
  files.setModified(path, stat.mtimeMs);
}

/** Tree of what the branch's own trees cannot hold, or null when there is nothing of it. */
async function writeExtra(scratch: GitScratch, options: Content): Promise<string | null> {
  const { git } = scratch;
  const { status, ignored, unwatched, exact: committed = [] } = options;
  const { changed, untracked, unmerged } = status;
  const uncommitted = [...new Set([...changed, ...untracked, ...unmerged, ...unwatched])]
    .filter((path) => isFile(git, path));
  const exact = [...new Set([...await convertedPaths(git, uncommitted), ...committed])];
  const modes = unusualModes(git, [...uncommitted, ...ignored]);
  const entries: string[] = [];
  for (const [name, paths] of [["exact", exact], ["ignored", ignored]] as const) {
    if (paths.length === 0) continue;
    const add = ["add", "--force", "--pathspec-from-file=-", "--pathspec-file-nul"];
    await scratch.plain(name, add, listed(paths));
    const tree = (await scratch.plain(name, ["write-tree"])).trim();
    entries.push(`040000 tree ${tree}\t${name}\0`);
  }
  if (status.unmerged.length > 0) entries.push(await writeStages(scratch));
  if (modes !== "") {
    const blob = (await git.read(["hash-object", "-w", "--stdin"], { stdin: modes })).trim();
    entries.push(`100644 blob ${blob}\tmodes\0`);
  }
  if (entries.length === 0) return null;
  return (await git.read(["mktree", "-z"], { stdin: entries.join("") })).trim();
}

/** The sides of conflicts, each stage a folder of its own. */
async function writeStages(scratch: GitScratch): Promise<string> {
  const unmerged = await scratch.git.read(["ls-files", "--unmerged", "-z"]);
  const entries = unmerged.replaceAll(
    /([0-7]+ [0-9a-f]+) ([123])\t([^\0]*)\0/g,
    "$1 0\t$2/$3\0",
  );
  await scratch.plain("stages", ["update-index", "-z", "--index-info"], entries);
  const tree = (await scratch.plain("stages", ["write-tree"])).trim();
  return `040000 tree ${tree}\tstages\0`;
}

function isFile({ cwd, world }: Git, path: string): boolean {
  return world.files.lstat(join(cwd, path))?.kind === "file";
}

/** Permission bits that a checkout would not give, a line each. */
function unusualModes({ cwd, world }: Git, paths: readonly string[]): string {
  return paths.flatMap((path) => {
    const stat = world.files.lstat(join(cwd, path));
    const mode = (stat?.mode ?? 0) & 0o7777;
    const usual = stat?.kind !== "file" || [0o644, 0o664, 0o755, 0o775].includes(mode);
    return usual ? [] : [`${mode.toString(8)} ${path}\0`];
  }).join("");
}

function listed(paths: readonly string[]): string {
  return paths.map((path) => `${path}\0`).join("");
}

/**
 * Pins a commit at a ref, or at the next free one when the ref holds something else; its name.
 */
export async function pinCommit(git: Git, ref: string, commit: string): Promise<string> {
  reach("snapshot.committed");
  for (let n = 0;; n++) {
    const name = n === 0 ? ref : `${ref}.${n}`;
    const { code } = await git.run(["update-ref", name, commit, ""]);
    reach("snapshot.pinned");
    if (code === 0) return name;
    const held = await readSnapshot(git, name);
    if (held === null) await git.read(["update-ref", name, commit, ""]);
    else if (held.commit === commit) return name;
    else if (await contentOf(git, held.commit) === await contentOf(git, commit)) return name;
  }
}

/** What tells a snapshot from another, whenever it was taken. */
async function contentOf(git: Git, commit: string): Promise<string> {
  const snapshot = await readSnapshot(git, commit);
  if (snapshot === null || snapshot.plain) return commit;
  const { head, index, extra } = snapshot;
  const commits = [commit, index, extra].filter((part) => part !== null);
  const trees = await git.read(["rev-parse", ...commits.map((part) => `${part}^{tree}`)]);
  return [head, index !== null, extra !== null, trees].join(" ");
}
