/**
 * Submodules of a checkout, and the work in them that would go with it.
 *
 * @module
 */
import { join, relative } from "@std/path";
import { messageOf } from "../protocol/errors.ts";
import type { Git } from "./git.ts";
import { isDirty, readStatus } from "./status.ts";

/** Deepest nesting that is looked at. */
const deepest = 10;

/** A submodule as `.gitmodules` names it. */
export interface Submodule {
  name: string;
  /** Relative to its checkout. */
  path: string;
}

/** Submodules that the index of the checkout names in `.gitmodules`. */
export async function listSubmodules(git: Git): Promise<Submodule[]> {
  const args = ["config", "--blob=:.gitmodules", "-z", "--get-regexp", "^submodule\\..*\\.path$"];
  const { stdout } = await git.run(args);
  return parseSubmodulePaths(stdout);
}

/** Pure reader of `git config -z --get-regexp`; names that leave their folder are left out. */
export function parseSubmodulePaths(output: string): Submodule[] {
  return output.split("\0").flatMap((entry) => {
    const [, name, path] = /^submodule\.([^]+)\.path\n([^]+)$/.exec(entry) ?? [];
    const escapes = name?.split("/").includes("..") || name?.startsWith("/");
    return name && path && !escapes ? [{ name, path }] : [];
  });
}

/** Paths of the commits of other repositories that the index holds. Throws `MacpError`. */
export async function listGitlinks(git: Git): Promise<string[]> {
  const rows = (await git.read(["ls-files", "--stage", "-z"])).split("\0");
  return rows.filter((row) => row.startsWith("160000 "))
    .map((row) => row.slice(row.indexOf("\t") + 1));
}

/** Folders of git that belong to a checkout. */
export interface GitFolders {
  /** Of this checkout alone. */
  own: string;
  /** Of the repository. */
  common: string;
}

/** The folders of the client's checkout, absolute. Throws `MacpError`. */
export async function gitFolders(git: Git): Promise<GitFolders> {
  const args = ["rev-parse", "--path-format=absolute", "--git-dir", "--git-common-dir"];
  const [own = "", common = ""] = (await git.read(args)).split("\n");
  return { own, common };
}

/**
 * Work in the submodules of a worktree that would be lost with it, at any depth: changes
 * that no commit holds, and commits that neither a remote nor the repository's own folder
 * for the submodule has. Ignored files do not count.
 *
 * @returns A line for each submodule that holds some.
 */
export async function submoduleWork(git: Git): Promise<string[]> {
  const populated = await populatedBelow(git, git.cwd);
  if (populated.length === 0) return [];
  const folders = await gitFolders(git);
  const found = [];
  for (const path of populated) found.push(...await workIn(git, path, folders, 1));
  return found;
}

/** Submodules of a checkout that have one of their own. */
async function populatedBelow(git: Git, checkout: string): Promise<string[]> {
  const links = await listGitlinks(git.at(checkout));
  return links.map((path) => join(checkout, path))
    .filter((path) => git.world.files.lstat(join(path, ".git")) !== null);
}

async function workIn(
  git: Git,
  path: string,
  folders: GitFolders,
  depth: number,
): Promise<string[]> {
  const name = relative(git.cwd, path);
  const own = git.at(path);
  try {
    if (depth > deepest) return [`${name} (not looked at)`];
    const [status, commits, inner] = await Promise.all([
      readStatus(own),
      commitsOnlyHere(own, folders),
      populatedBelow(git, path),
    ]);
    const found = [];
    if (isDirty(status)) found.push("uncommitted changes");
    if (commits > 0) found.push(`${commits} ${commits === 1 ? "commit" : "commits"} of its own`);
    const deeper = [];
    for (const one of inner) deeper.push(...await workIn(git, one, folders, depth + 1));
    return found.length === 0 ? deeper : [`${name} (${found.join(", ")})`, ...deeper];
  } catch (error) {
    return [`${name} (${messageOf(error)})`];
  }
}

/** Number of commits that are on no remote and not in the repository's folder either. */
async function commitsOnlyHere(own: Git, folders: GitFolders): Promise<number> {
  const { stdout } = await own.run(["rev-parse", "--verify", "--quiet", "HEAD"]);
  const tips = ["--all", "--reflog", ...(stdout.trim() === "" ? [] : ["HEAD"])];
  const commits = (await own.read(["rev-list", ...tips, "--not", "--remotes"])).split("\n")
    .filter((line) => line !== "");
  if (commits.length === 0) return 0;
  const { common } = await gitFolders(own);
  const place = relative(folders.own, common);
  const twin = join(folders.common, place);
  const hasTwin = !place.startsWith("..") && own.world.files.stat(twin)?.kind === "folder";
  if (!hasTwin) return commits.length;
  const known = await own.read([`--git-dir=${twin}`, "cat-file", "--batch-check"], {
    stdin: commits.map((commit) => `${commit}\n`).join(""),
  });
  return known.split("\n").filter((line) => line.endsWith(" missing")).length;
}
