/**
 * What git has begun with a branch and not ended: a rebase, a bisection, a merge. Who
 * moves the branch meanwhile breaks that.
 *
 * @module
 */
import { dirname, join } from "@std/path";
import type { Files } from "../sys/files.ts";
import type { Git } from "./git.ts";

/** Something that is under way with a branch. */
export interface UnderWay {
  /** Checkout in which it was begun. */
  checkout: string;
  /** What it is: "a rebase". */
  what: string;
  /** Words of git that give it up. */
  abort: string;
}

/** Files that tell, in the git folder of a checkout that has the branch checked out. */
const marks: readonly [file: string, what: string, abort: string][] = [
  ["MERGE_HEAD", "a merge", "merge --abort"],
  ["CHERRY_PICK_HEAD", "a cherry-pick", "cherry-pick --abort"],
  ["REVERT_HEAD", "a revert", "revert --abort"],
  ["rebase-apply/applying", "git am", "am --abort"],
];

/** What is under way with a local branch in any worktree; null when nothing is. */
export async function findUnderWay(git: Git, branch: string): Promise<UnderWay | null> {
  const { files } = git.world;
  const answer = await git.read(["rev-parse", "--path-format=absolute", "--git-common-dir"]);
  const common = answer.trimEnd();
  const linked = join(common, "worktrees");
  const checkouts = [
    { folder: common, checkout: git.cwd },
    ...files.list(linked).map((name) => {
      const folder = join(linked, name);
      return { folder, checkout: dirname(textOf(files, join(folder, "gitdir"))) };
    }),
  ];
  for (const { folder, checkout } of checkouts) {
    if (files.stat(checkout)?.kind !== "folder") continue;
    const found = inFolder(files, folder, branch);
    if (found) return { checkout, ...found };
  }
  return null;
}

function inFolder(
  files: Files,
  folder: string,
  branch: string,
): Omit<UnderWay, "checkout"> | null {
  const ref = `refs/heads/${branch}`;
  const read = (name: string) => textOf(files, join(folder, name));
  const rebased = ["rebase-merge/head-name", "rebase-apply/head-name"].map(read);
  // A rebase can take other branches along: a name, and two commits below it.
  const along = read("rebase-merge/update-refs").split("\n");
  if ([...rebased, ...along].includes(ref)) return { what: "a rebase", abort: "rebase --abort" };
  const bisected = read("BISECT_START").replace(/^refs\/heads\//, "");
  if (bisected === branch) return { what: "a bisection", abort: "bisect reset" };
  if (read("HEAD") !== `ref: ${ref}`) return null;
  const mark = marks.find(([file]) => files.stat(join(folder, file)) !== null);
  return mark ? { what: mark[1], abort: mark[2] } : null;
}

/** Content of a file without white space around it; empty when there is none. */
function textOf(files: Files, path: string): string {
  return files.stat(path)?.kind === "file" ? files.readText(path).trim() : "";
}
