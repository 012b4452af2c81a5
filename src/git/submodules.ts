/**
 * Submodules of a checkout, and the folders of git that belong to it.
 *
 * @module
 */
import type { Git } from "./git.ts";

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
  return gitlinksIn(await git.read(["ls-files", "--stage", "-z"]));
}

/** The same of a commit. Throws `MacpError`. */
export async function listGitlinksOf(git: Git, commit: string): Promise<string[]> {
  return gitlinksIn(await git.read(["ls-tree", "-r", "-z", "--full-tree", commit]));
}

function gitlinksIn(output: string): string[] {
  return output.split("\0").filter((row) => row.startsWith("160000 "))
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
