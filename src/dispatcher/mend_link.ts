/**
 * The link between a worktree and git's own folder of it. A removal that was cut short may have
 * taken the link, or both.
 *
 * @module
 */
import { basename, join } from "@std/path";
import type { Git } from "../git/git.ts";
import { ownershipRef, resolveCommit } from "../git/refs.ts";
import { readSnapshot } from "../git/snapshot_commit.ts";
import { listSnapshots } from "../git/snapshot_refs.ts";
import { gitFolders } from "../git/submodules.ts";
import type { OwnedWorktree } from "../protocol/generated/types.ts";
import type { TaskNames } from "../protocol/names.ts";
import { isUnlinked } from "./own_worktrees.ts";
import { markName } from "./owned_mark.ts";

/** The worktree in question. */
interface LinkRequest {
  /** Git in the main checkout. */
  git: Git;
  names: TaskNames;
  path: string;
  /** What the ledger says of it. */
  owned: OwnedWorktree;
}

/**
 * Sees to it that git can tell what stands at the place. Where the worktree is being removed and
 * git has forgotten it, git's own folder of it is made anew, on the commit that it stood on.
 *
 * Throws when git knows of no worktree there otherwise, or no such commit is known.
 */
export async function mendLink({ git, names, path, owned }: LinkRequest): Promise<void> {
  const { files } = git.world;
  if (!isUnlinked(files, path)) return;
  const link = join(path, ".git");
  const above = join((await gitFolders(git)).common, "worktrees");
  const known = files.list(above).map((name) => join(above, name)).find((folder) => {
    const back = join(folder, "gitdir");
    return files.lstat(back)?.kind === "file" && files.readText(back).trimEnd() === link;
  });
  if (known === undefined && owned.phase !== "removing") {
    throw new Error("what stands there is no worktree: it has no .git file");
  }
  const folder = known ?? join(above, `${basename(path)}-${git.world.uuid()}`);
  if (known === undefined) {
    const commit = await lastCommit(git, names, owned.branch);
    files.makeFolder(folder, 0o755);
    write(git, join(folder, markName), owned.task_id);
    write(git, join(folder, "commondir"), "../..");
    write(git, join(folder, "HEAD"), commit);
    await git.read(["read-tree", commit], { env: { GIT_DIR: folder } });
    // Git sees it from here on.
    write(git, join(folder, "gitdir"), link);
  }
  write(git, link, `gitdir: ${folder}`);
}

/** Commit that the worktree of a task stood on when it was pinned. */
async function lastCommit(git: Git, names: TaskNames, branch: string): Promise<string> {
  const [newest] = await listSnapshots(git, names.ref);
  const pinned = newest === undefined ? null : await readSnapshot(git, newest.name);
  const commit = pinned?.head ?? await resolveCommit(git, `refs/heads/${branch}`) ??
    await resolveCommit(git, await ownershipRef(names.ref, branch));
  if (commit === null) throw new Error("neither a snapshot of the task is left nor its branch");
  return commit;
}

function write({ world: { files } }: Git, path: string, line: string): void {
  const file = files.open(path, { write: true, create: true, truncate: true, mode: 0o644 });
  try {
    file.write(new TextEncoder().encode(`${line}\n`));
  } finally {
    file.close();
  }
}
