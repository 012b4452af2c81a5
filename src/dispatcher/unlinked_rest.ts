/**
 * What a making of a worktree that was cut short may leave: files without a link to git, or
 * with one that leads nowhere.
 *
 * @module
 */
import { join } from "@std/path";
import type { Git } from "../git/git.ts";
import { repositoriesBelow } from "../git/nested_work.ts";
import { ownershipRef, resolveCommit } from "../git/refs.ts";
import { listSnapshots } from "../git/snapshot_refs.ts";
import { pinCommit } from "../git/snapshots.ts";
import { endProcesses } from "../process/end_processes.ts";
import type { TaskNames } from "../protocol/names.ts";
import type { Rescued } from "./rescue.ts";
import { realPathOf } from "../sys/real_path.ts";

/** Milliseconds that a call of git has between TERM and KILL; it takes its locks away. */
const graceMs = 10_000;

/**
 * Ends the calls of git that go on making a worktree for a program that was killed. To be
 * called where nobody else may change it.
 */
export async function endMaking(git: Git, path: string): Promise<void> {
  await endProcesses(git.world, { find: () => git.changersOf(path), graceMs });
}

/** The folder in question. */
interface RestRequest {
  /** Git in the main checkout. */
  git: Git;
  names: TaskNames;
  branch: string;
  path: string;
}

/**
 * Whether nothing but files stands there, of which one at least is in the commit that the
 * worktree was to begin with; what differs from it is pinned.
 *
 * @returns Undefined when it is no such rest, null when nothing had to be pinned.
 */
export async function rescueUnlinked(
  { git, names, branch, path }: RestRequest,
): Promise<Rescued | null | undefined> {
  const { files } = git.world;
  if (files.lstat(path)?.kind !== "folder" || realPathOf(files, path) !== path) return undefined;
  const link = files.lstat(join(path, ".git"));
  if ((link?.kind ?? "file") !== "file") return undefined;
  const base = await resolveCommit(git, `refs/heads/${branch}`) ??
    await resolveCommit(git, await ownershipRef(names.ref, branch));
  if (base === null) return undefined;
  const gitFolder = (await git.read(["rev-parse", "--absolute-git-dir"])).trimEnd();
  const index = join(gitFolder, `macp-${git.world.uuid()}.index`);
  const env = { GIT_DIR: gitFolder, GIT_WORK_TREE: path, GIT_INDEX_FILE: index };
  const call = async (...args: string[]) =>
    (await git.read(args, { env, cwd: path })).split("\0").filter(Boolean);
  try {
    await call("read-tree", base);
    await git.run(["update-index", "-q", "--refresh"], { env, cwd: path });
    const tracked = (await call("ls-files", "--cached", "-z")).length;
    const gone = (await call("diff-files", "--name-only", "--diff-filter=D", "-z")).length;
    if (gone === tracked) return undefined;
    const changed = await call("diff-files", "--name-only", "--diff-filter=d", "-z");
    const others = await call("ls-files", "--others", "-z");
    // A repository of its own would not be held.
    if (repositoriesBelow(files, path).length > 0) return undefined;
    if (changed.length + others.length === 0) return null;
    await call("add", "--all", "--force", "--", ".");
    const [tree = ""] = (await git.read(["write-tree"], { env, cwd: path })).split("\n");
    const message = `what was left in ${path}`;
    const commit = (await git.read(["commit-tree", tree, "-p", base, "-m", message])).trimEnd();
    const serial = (await listSnapshots(git, names.ref))[0]?.serial ?? 1;
    const ref = `refs/macp/snapshots/${names.ref}/${serial}-rest`;
    return { ref: await pinCommit(git, ref, commit), whole: false };
  } finally {
    files.remove(index);
  }
}
