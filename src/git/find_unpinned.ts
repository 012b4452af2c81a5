/**
 * Whether a commit of a checkout's content holds anything that is not held elsewhere.
 *
 * @module
 */
import type { Git } from "./git.ts";
import { heldByRefs } from "./left_commits.ts";
import { readSnapshot, type Snapshot } from "./snapshot_commit.ts";

/** A file that differs between two trees. */
interface Difference {
  path: string;
  /** Names of the blobs; zeros where there is none. */
  before: string;
  after: string;
}

/** What is held nowhere else. */
export interface Unpinned {
  /** Whether nothing of the newest snapshot is missing or as HEAD has it. */
  whole: boolean;
}

/** Blob without a byte, in either format: what git leaves of a file that it came not to write. */
const empty = [
  "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
  "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
];

/**
 * Compares a snapshot with HEAD of the client's checkout and with other snapshots, file by
 * file. Files that are missing count for nothing: no byte is lost with them.
 *
 * @param commit What `writeSnapshot` gave.
 * @param refs Snapshots, the newest first.
 * @returns Null when all of it is held.
 */
export async function findUnpinned(
  git: Git,
  commit: string,
  refs: readonly string[],
): Promise<Unpinned | null> {
  const own = await readSnapshot(git, commit);
  if (own === null) throw new Error(`there is no commit ${commit}`);
  const known = (await Promise.all(refs.map((ref) => readSnapshot(git, ref))))
    .filter((snapshot) => snapshot !== null);
  const held = new Set<string>();
  const names = new Set<string>();
  for (const snapshot of known) {
    for (const { path, after } of await differencesOf(git, own.head, snapshot)) {
      held.add(`${after} ${path}`);
      names.add(path);
    }
    for (const entry of await ignoredIn(git, snapshot)) held.add(entry);
  }
  const mine = await differencesOf(git, own.head, own);
  const isHeld = ({ path, before, after }: Difference) =>
    isNone(after) || held.has(`${after} ${path}`) ||
    (empty.includes(after) && (!isNone(before) || names.has(path)));
  const ignored = await ignoredIn(git, own);
  const nothingNew = mine.every(isHeld) && ignored.every((entry) => held.has(entry)) &&
    !await hasOwnCommits(git, own.head);
  if (nothingNew) return null;
  const newest = known[0];
  return {
    whole: newest === undefined
      ? mine.every(({ after }) => !isNone(after))
      : await isWhole(git, own, { newest, mine, ignored }),
  };
}

/** Differences of files and index to HEAD. */
async function differencesOf(
  git: Git,
  head: string | null,
  { commit, index }: Snapshot,
): Promise<Difference[]> {
  const found = await differences(git, head, commit);
  return index === null ? found : [...found, ...await differences(git, head, index)];
}

/** The files that differ between two commits; all of the second when there is no first. */
async function differences(git: Git, from: string | null, to: string): Promise<Difference[]> {
  if (from === null) throw new Error("it stands on no commit");
  const options = ["--raw", "-z", "--no-renames", "--no-abbrev", "--no-ext-diff", "--no-textconv"];
  const output = await git.read(["diff", ...options, from, to, "--"]);
  const rows = output.matchAll(/:\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) [A-Z]\0([^\0]*)\0/g);
  return [...rows].map(([, before = "", after = "", path = ""]) => ({ path, before, after }));
}

/** Ignored files of a snapshot, each as blob and path; what ignores a file may be gone first. */
async function ignoredIn(git: Git, { extra }: Snapshot): Promise<string[]> {
  if (extra === null) return [];
  const output = await git.read(["ls-tree", "-r", "-z", "--full-tree", extra, "ignored/"]);
  return [...output.matchAll(/\d+ [a-z]+ ([0-9a-f]+)\tignored\/([^\0]*)\0/g)]
    .map(([, blob, path]) => `${blob} ${path}`);
}

/** Whether HEAD stands on commits that no branch, tag or snapshot holds. */
async function hasOwnCommits(git: Git, head: string | null): Promise<boolean> {
  if (head === null) return false;
  return (await git.read(["rev-list", "--max-count=1", head, ...heldByRefs])) !== "";
}

/** Whether a checkout was brought back from a snapshot to the end. */
async function isWhole(
  git: Git,
  own: Snapshot,
  { newest, mine, ignored }: { newest: Snapshot; mine: Difference[]; ignored: string[] },
): Promise<boolean> {
  const changed = new Set(mine.map(({ path }) => path));
  const pathOf = (entry: string) => entry.slice(entry.indexOf(" ") + 1);
  const present = new Set(ignored.map(pathOf));
  const [files, held] = await Promise.all([
    differences(git, newest.commit, own.commit),
    ignoredIn(git, newest),
  ]);
  return files.every(({ path, after }) => !isNone(after) && changed.has(path)) &&
    held.every((entry) => present.has(pathOf(entry)));
}

function isNone(blob: string): boolean {
  return /^0+$/.test(blob);
}
