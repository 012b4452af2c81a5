/**
 * Bringing back what a snapshot holds.
 *
 * @module
 */
import { join } from "@std/path";
import { type Git, lastWords } from "./git.ts";
import { type GitScratch, withGitScratch } from "./plain_git.ts";
import { resolveCommit } from "./refs.ts";
import { readSnapshot, type Snapshot } from "./snapshot_commit.ts";

/** What came of it. */
export interface RestoredSnapshot {
  /** Whether the branch stands elsewhere than when the snapshot was taken. */
  moved: boolean;
  /** Why the changes were not brought back, or null. */
  conflict: string | null;
  /** What is to be known of changes that came back in part, or in another way. */
  note?: string;
}

/**
 * Brings back what a snapshot holds into a checkout without changes: files, what was staged,
 * conflicts, ignored files. HEAD stays.
 *
 * Where HEAD stands on another commit than the snapshot, its changes are applied to HEAD;
 * when they conflict, nothing changes.
 *
 * @param about.exactly Brings the files as they were then, wherever HEAD stands.
 * @param about.partly Brings them so too where the snapshot stands on commits that are ahead
 *   of HEAD, for example those of a detached HEAD; when they conflict, the new files come.
 */
export async function restoreSnapshot(
  git: Git,
  ref: string,
  about: { exactly?: boolean; partly?: boolean } = {},
): Promise<RestoredSnapshot> {
  const [snapshot, head] = await Promise.all([
    readSnapshot(git, ref),
    resolveCommit(git, "HEAD"),
  ]);
  if (snapshot === null) throw new Error(`there is no snapshot ${ref}`);
  const moved = snapshot.head !== head;
  const ahead = moved && about.partly === true && head !== null &&
    await isAncestor(git, head, snapshot.head);
  const exactly = about.exactly === true || ahead;
  if (snapshot.plain && !(moved && exactly)) {
    return { moved, conflict: moved ? await missingCommits(git, snapshot) : null };
  }
  const conflict = await withGitScratch(git, async (scratch) => {
    if (!moved) await bringWhole(scratch, snapshot);
    else if (exactly) await bringFiles(scratch, snapshot);
    else {
      const conflict = await applyChanges(git, snapshot);
      if (conflict !== null) {
        if (!about.partly) return conflict;
        await bringNew(scratch, snapshot);
        await bringIgnored(scratch, snapshot);
        return conflict;
      }
    }
    const ignored = await bringIgnored(scratch, snapshot);
    await bringModes(git, snapshot, (path) => !moved || exactly || ignored.has(path));
    return null;
  });
  const note = moved && about.partly ? await describeMoved(git, ref, { snapshot, conflict }) : null;
  return note === null ? { moved, conflict } : { moved, conflict, note };
}

async function isAncestor(git: Git, commit: string, of: string | null): Promise<boolean> {
  if (of === null) return false;
  return (await git.run(["merge-base", "--is-ancestor", commit, of])).code === 0;
}

/** What a person has to know of changes that were made on another commit, or null. */
async function describeMoved(
  git: Git,
  ref: string,
  { snapshot: { commit, head }, conflict }: { snapshot: Snapshot; conflict: string | null },
): Promise<string | null> {
  const rest = conflict === null
    ? []
    : [`only its new files are there; what else it holds: git diff ${head ?? "HEAD"} ${ref}`];
  const holds = await isAncestor(git, head ?? commit, "HEAD");
  const commits = holds ? [] : [
    `it stands on commits that the branch does not hold: git log HEAD..${head}`,
  ];
  const all = [...rest, ...commits];
  return all.length === 0 ? null : `${ref}: ${all.join("; ")}`;
}

/** Commits of a branch that went elsewhere are told, not brought back. */
async function missingCommits(git: Git, { commit }: Snapshot): Promise<string | null> {
  const holds = await isAncestor(git, commit, "HEAD");
  return holds ? null : `the branch does not hold ${commit} any more`;
}

/** Files that the snapshot added and that are not there; nothing is covered. */
async function bringNew(scratch: GitScratch, { commit, head }: Snapshot): Promise<void> {
  if (head === null) return;
  const { git } = scratch;
  const options = ["--name-only", "--diff-filter=A", "--no-renames", "-z"];
  const added = await git.read(["diff", ...options, head, commit, "--"]);
  await scratch.withIndex("new", ["read-tree", commit]);
  // Code 1: some are there already.
  const env = { GIT_INDEX_FILE: join(scratch.folder, "new.index") };
  await git.run(["checkout-index", "--quiet", "-z", "--stdin"], { stdin: added, env });
}

/** The files as they were; the index as HEAD is. */
async function bringFiles(scratch: GitScratch, snapshot: Snapshot): Promise<void> {
  const { git } = scratch;
  await git.read(["read-tree", "--reset", "-u", snapshot.commit]);
  const exact = await treeOf(git, snapshot, "exact");
  if (exact !== null) {
    await scratch.plain("exact", ["read-tree", exact]);
    await scratch.plain("exact", ["checkout-index", "--all", "--force", "--quiet"]);
  }
  await git.read(["read-tree", "HEAD"]);
}

/** Files and index as they were. */
async function bringWhole(scratch: GitScratch, snapshot: Snapshot): Promise<void> {
  const { git } = scratch;
  await bringFiles(scratch, snapshot);
  if (snapshot.index !== null) await git.read(["read-tree", snapshot.index]);
  const stages = await treeOf(git, snapshot, "stages");
  if (stages === null) return;
  const listed = await git.read(["ls-tree", "-r", "-z", stages]);
  const entries = listed.replaceAll(
    /([0-7]+) [a-z]+ ([0-9a-f]+)\t([123])\/([^\0]*)\0/g,
    "$1 $2 $3\t$4\0",
  );
  await git.read(["update-index", "-z", "--index-info"], { stdin: entries });
}

/** Applies the changes to where HEAD stands now; why not, or null. */
async function applyChanges(git: Git, { commit, head }: Snapshot): Promise<string | null> {
  const mainline = head === null ? [] : ["--mainline", "1"];
  const { code, stderr } = await git.run(["cherry-pick", "--no-commit", ...mainline, commit]);
  if (code === 0) {
    await git.read(["reset", "--quiet"]);
    return null;
  }
  const unmerged = await git.read(["diff", "--name-only", "--diff-filter=U", "-z"]);
  await git.read(["reset", "--quiet", "--hard"]);
  const paths = unmerged.split("\0").filter((path) => path !== "");
  return paths.length > 0 ? `conflicts in ${paths.join(", ")}` : lastWords(stderr);
}

/**
 * Ignored files come back where git still ignores them, so that none gets into a commit.
 *
 * @returns Their paths.
 */
async function bringIgnored(scratch: GitScratch, snapshot: Snapshot): Promise<Set<string>> {
  const { git } = scratch;
  const tree = await treeOf(git, snapshot, "ignored");
  if (tree === null) return new Set();
  const held = await git.read(["ls-tree", "-r", "-z", "--name-only", "--full-tree", tree]);
  // Code 1: none of them is ignored.
  const { stdout } = await git.run(["check-ignore", "-z", "--stdin"], { stdin: held });
  await scratch.plain("ignored", ["read-tree", tree]);
  await scratch.plain("ignored", ["checkout-index", "--quiet", "-z", "--stdin"], stdout);
  return new Set(stdout.split("\0"));
}

async function bringModes(
  git: Git,
  { extra }: Snapshot,
  wanted: (path: string) => boolean | undefined,
): Promise<void> {
  if (extra === null) return;
  const { files } = git.world;
  const { code, stdout } = await git.run(["cat-file", "blob", `${extra}:modes`]);
  if (code !== 0) return;
  for (const [, mode = "", path = ""] of stdout.matchAll(/([0-7]+) ([^\0]*)\0/g)) {
    const place = join(git.cwd, path);
    const own = files.lstat(place)?.kind === "file" && files.realPath(place) === place &&
      place.startsWith(`${git.cwd}/`);
    if (own && wanted(path)) {
      files.setMode(place, Number.parseInt(mode, 8));
    }
  }
}

/** One of the trees beside the branch's own, or null when the snapshot has none. */
async function treeOf(git: Git, { extra }: Snapshot, name: string): Promise<string | null> {
  if (extra === null) return null;
  const { code, stdout } = await git.run(["rev-parse", "--verify", "--quiet", `${extra}:${name}`]);
  return code === 0 ? stdout.trim() : null;
}
