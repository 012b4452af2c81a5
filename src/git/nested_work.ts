/**
 * Work in repositories inside a worktree that would go with it: submodules, and whatever
 * else a worker made or cloned there, also where git does not look.
 *
 * @module
 */
import { join, relative } from "@std/path";
import { messageOf } from "../protocol/errors.ts";
import type { Files } from "../sys/files.ts";
import type { Git } from "./git.ts";
import { isDirty, readStatus } from "./status.ts";
import { type GitFolders, gitFolders } from "./submodules.ts";

/** Most repositories that are told of. */
const mostTold = 5;

/**
 * Folders below a checkout that have a `.git`, whatever git says of it: it passes over those
 * in folders that it ignores or tracks, and over those that it cannot read. Links are not
 * followed. Throws where a folder cannot be read.
 */
export function repositoriesBelow(files: Pick<Files, "entries">, checkout: string): string[] {
  const found: string[] = [];
  const open = [checkout];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    for (const { name, isFolder } of files.entries(path)) {
      if (name === ".git") found.push(path);
      else if (isFolder) open.push(join(path, name));
    }
  }
  return found.filter((path) => path !== checkout).sort();
}

/**
 * Work in the repositories inside a worktree that would be lost with it, at any depth: changes
 * that no commit holds, and commits that neither a remote nor the repository's own folder
 * for a submodule has. Ignored files do not count.
 *
 * @returns A line for each that holds some, or where that cannot be told, up to a few.
 */
export async function nestedWork(git: Git): Promise<string[]> {
  const places = repositoriesBelow(git.world.files, git.cwd);
  if (places.length === 0) return [];
  const folders = await gitFolders(git);
  const found: string[] = [];
  for (const place of places) {
    if (found.length === mostTold) return [...found, "…"];
    const work = await workIn(git.at(place), folders);
    if (work.length > 0) found.push(`${relative(git.cwd, place)} (${work.join(", ")})`);
  }
  return found;
}

async function workIn(own: Git, outer: GitFolders): Promise<string[]> {
  if (isEmpty(own.world.files, join(own.cwd, ".git"))) return [];
  try {
    // Where git cannot read a .git, it answers for the repository around it.
    const way = (await own.read(["rev-parse", "--show-cdup"])).trimEnd();
    if (way !== "") return ["git cannot read its .git"];
    const [status, commits] = await Promise.all([readStatus(own), commitsOnlyHere(own, outer)]);
    const found = [];
    if (isDirty(status)) found.push("uncommitted changes");
    if (commits > 0) found.push(`${commits} ${commits === 1 ? "commit" : "commits"} of its own`);
    return found;
  } catch (error) {
    return [messageOf(error)];
  }
}

/** Whether nothing but empty folders is there, as where only the root of something is marked. */
function isEmpty(files: Files, path: string): boolean {
  const stat = files.lstat(path);
  if (stat?.kind !== "folder") return stat?.size === 0;
  return files.entries(path).every(({ name }) => isEmpty(files, join(path, name)));
}

/** Number of commits that are on no remote and not in the repository's folder either. */
async function commitsOnlyHere(own: Git, outer: GitFolders): Promise<number> {
  const { common } = await gitFolders(own);
  const { stdout } = await own.run(["rev-parse", "--verify", "--quiet", "HEAD"]);
  const head = stdout.trim() === "" ? [] : ["HEAD"];
  // Another worktree of the same repository: its refs stay.
  const tips = common === outer.common
    ? [...head, "--not", "--branches", "--tags", "--glob=refs/macp/*"]
    : ["--all", "--reflog", ...head, "--not"];
  const commits = (await own.read(["rev-list", ...tips, "--remotes"])).split("\n")
    .filter((line) => line !== "");
  if (commits.length === 0) return 0;
  const place = relative(outer.own, common);
  const twin = join(outer.common, place);
  const hasTwin = !place.startsWith("..") && own.world.files.stat(twin)?.kind === "folder";
  if (!hasTwin) return commits.length;
  const known = await own.read([`--git-dir=${twin}`, "cat-file", "--batch-check"], {
    stdin: commits.map((commit) => `${commit}\n`).join(""),
  });
  return known.split("\n").filter((line) => line.endsWith(" missing")).length;
}
