/**
 * What `.worktreeinclude` brings into worktrees: files that git ignores and that a person
 * wants there all the same, such as `.env`.
 *
 * @module
 */
import { join } from "@std/path";
import type { Git } from "./git.ts";

/** File of patterns at the root of a repository, in the syntax of gitignore(5). */
export const includeFile = ".worktreeinclude";

/**
 * Paths in the client's checkout that git ignores, does not track, and that match a
 * pattern of the repository's `.worktreeinclude`; a nested repository ends in `/`. None
 * without that file. In a worktree these are the files that were brought there, and what
 * was made at places of the same names.
 *
 * Throws `MacpError`.
 *
 * @param repository Main checkout, whose file tells the patterns.
 */
export async function includedFiles(git: Git, repository: string): Promise<string[]> {
  const patterns = join(repository, includeFile);
  if (git.world.files.stat(patterns)?.kind !== "file") return [];
  const args = ["ls-files", "--others", "--ignored", `--exclude-from=${patterns}`, "-z"];
  const found = (await git.read(args)).split("\0").filter((path) => path !== "");
  const paths = found.filter((path) => !path.startsWith(".mosaic/orchestrator/"));
  return await ignoredAmong(git, paths);
}

/** Those of the paths that git ignores and does not track. Throws `MacpError`. */
export async function ignoredAmong(git: Git, paths: readonly string[]): Promise<string[]> {
  if (paths.length === 0) return [];
  const args = ["check-ignore", "-z", "--stdin", "--verbose", "--non-matching"];
  // A name that begins with a colon would be read as a pathspec.
  const stdin = paths.map((path) => `./${path}\0`).join("");
  const { code, stdout } = await git.run(args, { stdin });
  return code > 1 ? parseIgnored(await git.read(args, { stdin })) : parseIgnored(stdout);
}

/** Pure reader of `git check-ignore -z -v -n`: four fields for each path below `./`. */
export function parseIgnored(output: string): string[] {
  const fields = output.split("\0");
  const ignored: string[] = [];
  for (let i = 0; i + 3 < fields.length; i += 4) {
    const [source, pattern, path] = [fields[i], fields[i + 2], fields[i + 3]];
    if (source && pattern && path && !pattern.startsWith("!")) ignored.push(path.slice(2));
  }
  return ignored;
}
