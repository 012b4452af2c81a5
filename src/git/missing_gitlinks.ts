/**
 * Commits of submodules that a branch would name and that only the worktree of a task holds.
 *
 * @module
 */
import { join } from "@std/path";
import type { Git } from "./git.ts";
import { gitFolders, listSubmodules, type Submodule } from "./submodules.ts";

/** A commit of a submodule that is not where the repository would look for it. */
export interface MissingGitlink {
  /** Path of the submodule. */
  path: string;
  commit: string;
  /** Folder of git that holds it, or null. */
  place: string | null;
}

/**
 * Commits that submodules stand at in `to` and did not in `from`, and that the repository's
 * own folders do not hold. Throws `MacpError`.
 *
 * @param own Git in a checkout of `to`.
 * @param repository Main checkout.
 */
export async function findMissingGitlinks(
  own: Git,
  repository: string,
  { from, to }: { from: string; to: string },
): Promise<MissingGitlink[]> {
  const changed = parseGitlinks(
    await own.read([
      "diff",
      "--raw",
      "-z",
      "--no-abbrev",
      "--no-renames",
      "--ignore-submodules=none",
      from,
      to,
      "--",
    ]),
  );
  if (changed.length === 0) return [];
  const { common } = await gitFolders(own);
  const named = await listSubmodules(own);
  const missing: MissingGitlink[] = [];
  for (const { path, commit } of changed) {
    const submodule = named.find((one) => one.path === path) ?? { name: path, path };
    const found = await findMissing(own, { common, repository, submodule, commit });
    if (found !== null) missing.push(found);
  }
  return missing;
}

/** Pure reader of `git diff --raw -z --no-abbrev`: what gitlinks stand at afterwards. */
export function parseGitlinks(output: string): { path: string; commit: string }[] {
  const fields = output.split("\0");
  return fields.flatMap((field, at) => {
    const commit = /^:\d+ 160000 [0-9a-f]+ ([0-9a-f]+) /.exec(field)?.[1];
    return commit === undefined ? [] : [{ path: fields[at + 1] ?? "", commit }];
  });
}

async function findMissing(
  own: Git,
  { common, repository, submodule: { name, path }, commit }: {
    common: string;
    repository: string;
    submodule: Submodule;
    commit: string;
  },
): Promise<MissingGitlink | null> {
  const { files } = own.world;
  const isGitFolder = (place: string) => files.stat(join(place, "HEAD"))?.kind === "file";
  const has = async (place: string, ...refs: string[]) =>
    (await own.run([`--git-dir=${place}`, ...refs])).code === 0;
  const object = ["cat-file", "-e", `${commit}^{commit}`];
  const ours = [join(common, "modules", name), join(repository, path, ".git")].filter(isGitFolder);
  for (const place of ours) if (await has(place, ...object)) return null;
  const worktrees = join(common, "worktrees");
  const others = files.list(worktrees).map((id) => join(worktrees, id, "modules", name))
    .filter(isGitFolder);
  for (const place of others) {
    if (!await has(place, ...object)) continue;
    // Where nobody has the submodule, its remote is where it will come from.
    const args = [`--git-dir=${place}`, "rev-list", "--max-count=1", commit, "--not", "--remotes"];
    const onRemote = (await own.run(args)).stdout.trim() === "";
    return ours.length === 0 && onRemote ? null : { path, commit, place };
  }
  return ours.length === 0 ? null : { path, commit, place: null };
}
