/**
 * What is not committed in a checkout and would be lost if its files went to another commit.
 *
 * @module
 */
import { join } from "@std/path";
import type { Git } from "./git.ts";
import { readStatus } from "./status.ts";

/** Paths that are in the way, and why. */
export interface InTheWay {
  reason: string;
  paths: string[];
}

/**
 * Local changes, untracked and ignored files that stand where the commits differ, also those
 * that git was told not to look at, and conflicts anywhere; null when nothing is in the way.
 * What is already as it would become, as after a landing that was killed, is not.
 *
 * @param git Git in the checkout, which stands on `from`.
 */
export async function findInTheWay(
  git: Git,
  { from, to }: { from: string; to: string },
): Promise<InTheWay | null> {
  const [status, touched, added] = await Promise.all([
    readStatus(git, { ignored: true }),
    listDiff(git, from, to),
    listDiff(git, "--diff-filter=A", from, to),
  ]);
  if (status.unmerged.length > 0) {
    return { reason: "the checkout has merge conflicts", paths: status.unmerged };
  }
  const isTouched = new Set(touched);
  const isThere = (path: string) => git.world.files.lstat(join(git.cwd, path)) !== null;
  const known = new Set(status.changed);
  const others = [...status.untracked, ...status.nestedRepositories, ...status.ignored];
  const paths = [
    ...status.changed.filter((path) => isTouched.has(path)),
    ...standingOn(touched, others),
    ...insideOf(added, others).filter((path) => !known.has(path) && isThere(path)),
  ];
  const hidden = await hiddenChanges(git, isTouched);
  const lost = await unlike(git, [...new Set([...paths, ...hidden])], to);
  if (lost.length === 0) return null;
  const isHidden = lost.every((path) => hidden.includes(path));
  return {
    reason: isHidden
      ? "changes that git was told not to look at would be overwritten"
      : "local changes would be overwritten",
    paths: lost,
  };
}

async function listDiff(git: Git, ...args: string[]): Promise<string[]> {
  const how = ["--name-only", "--no-renames", "--no-ext-diff", "--ignore-submodules=none", "-z"];
  const output = await git.read(["diff", ...how, ...args, "--"]);
  return output.split("\0").filter((path) => path !== "");
}

/** Paths at, above or below which another file stands. Pure. */
function standingOn(touched: readonly string[], others: readonly string[]): string[] {
  const folders = new Set(touched.flatMap(foldersOf));
  const files = new Set(touched);
  return others.filter((other) =>
    files.has(other) || folders.has(other) || foldersOf(other).some((folder) => files.has(folder))
  );
}

/** New paths inside of folders that are ignored, or repositories of their own, as a whole. */
function insideOf(added: readonly string[], others: readonly string[]): string[] {
  const whole = new Set(others.filter((path) => path.endsWith("/")).map((p) => p.slice(0, -1)));
  return whole.size === 0 ? [] : added.filter((path) => foldersOf(path).some((f) => whole.has(f)));
}

/** The folders above a path; of a path with a slash at its end, itself too. */
function foldersOf(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}

/** Files that git was told not to look at (git-update-index(1)) and that differ all the same. */
async function hiddenChanges(git: Git, touched: ReadonlySet<string>): Promise<string[]> {
  const { files } = git.world;
  const output = await git.read(["ls-files", "-v", "-z"]);
  const paths = output.split("\0").filter((row) => /^(?:[a-z]|S) /.test(row))
    .map((row) => row.slice(2))
    .filter((path) => touched.has(path) && files.lstat(join(git.cwd, path)) !== null);
  if (paths.length === 0) return [];
  const rows = (await git.read(["ls-files", "--stage", "-z", "--", ...paths.map(literal)]))
    .split("\0");
  const staged = new Map(rows.map((row) => [row.slice(row.indexOf("\t") + 1), row.split(" ")[1]]));
  const changed: string[] = [];
  for (const path of paths) {
    const isFile = files.lstat(join(git.cwd, path))?.kind === "file";
    const hash = isFile ? await git.run(["hash-object", "--", path]) : null;
    if (hash?.stdout.trim() !== staged.get(path)) changed.push(path);
  }
  return changed;
}

/** A path that is no pattern (gitglossary(7), pathspec). */
function literal(path: string): string {
  return `:(top,literal)${path}`;
}

/** The paths that differ from a commit, in the index or on disk. */
async function unlike(git: Git, paths: readonly string[], commit: string): Promise<string[]> {
  if (paths.length === 0) return [];
  const [index, disk] = await Promise.all([
    listDiff(git, "--cached", commit),
    listDiff(git, commit),
  ]);
  const [differs, tracked] = [new Set([...index, ...disk]), await trackedOf(git, paths)];
  return paths.filter((path) => differs.has(path) || !tracked.has(path));
}

async function trackedOf(git: Git, paths: readonly string[]): Promise<Set<string>> {
  const tracked = new Set((await git.read(["ls-files", "-z"])).split("\0"));
  // What is gone from the index and the disk is as a commit without it.
  return new Set(
    paths.filter((path) =>
      tracked.has(path) || git.world.files.lstat(join(git.cwd, path)) === null
    ),
  );
}
