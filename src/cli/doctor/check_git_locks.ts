/**
 * Locks that a git which was killed left behind: others fail as long as they are there.
 *
 * @module
 */
import { join } from "@std/path";
import type { ControllerContext } from "../../controller/context.ts";
import type { Files } from "../../sys/files.ts";
import { type Finding, found } from "./finding.ts";
import { shellWord } from "../../protocol/text.ts";

/** Milliseconds that a lock may be old before it is told of; git itself holds it for moments. */
const oldMs = 10 * 60_000;

/** Locks in the git folder of the repository. */
const common = ["index.lock", "HEAD.lock", "config.lock", "packed-refs.lock", "shallow.lock"];
/** Locks in the git folder of a linked worktree. */
const linked = ["index.lock", "HEAD.lock", "config.worktree.lock"];

/** Locks of git that are older than ten minutes; they are never removed. */
export async function checkGitLocks({ git, world }: ControllerContext): Promise<Finding[]> {
  const { files, clock } = world;
  const answer = await git.read(["rev-parse", "--path-format=absolute", "--git-common-dir"]);
  const folder = answer.trimEnd();
  const worktrees = join(folder, "worktrees");
  const paths = [
    ...common.map((name) => join(folder, name)),
    ...files.list(worktrees).flatMap((name) => linked.map((lock) => join(worktrees, name, lock))),
    ...locksBelow(files, join(folder, "refs")),
  ];
  return paths.flatMap((path) => {
    const stat = files.lstat(path);
    const age = stat === null ? 0 : clock.now() - stat.mtimeMs;
    if (stat === null || age < oldMs) return [];
    return [found.warn(
      "git locks",
      `a git that ended left a lock, ${Math.floor(age / 60_000)} minutes old: ${path}`,
      `When no git runs in this repository any more: rm ${shellWord(path)}`,
    )];
  });
}

/** Files that end in `.lock`, which no ref may, in a folder of refs. */
function locksBelow(files: Files, folder: string): string[] {
  return files.list(folder).flatMap((name) => {
    const path = join(folder, name);
    if (name.endsWith(".lock")) return [path];
    return files.lstat(path)?.kind === "folder" ? locksBelow(files, path) : [];
  });
}
