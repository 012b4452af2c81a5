/**
 * What a crash left of the making of a worktree.
 *
 * @module
 */
import { join } from "@std/path";
import type { Git } from "../git/git.ts";
import type { OwnedWorktree } from "../protocol/generated/types.ts";
import { isUnfinished } from "./own_worktrees.ts";
import { whyForeign } from "./owned_mark.ts";
import { forgetRegistration } from "./remove_worktree.ts";
import { describeRescued, rescue, type Rescued } from "./rescue.ts";
import { endMaking, rescueUnlinked } from "./unlinked_rest.ts";
import { notMade } from "./worktree_error.ts";
import type { WorktreeRequest } from "./worktree_request.ts";

/** Removes what a crash left of an unfinished `add`; what somebody put into it is pinned. */
export async function clearUnfinished(request: WorktreeRequest): Promise<string[]> {
  const { git, place: { path }, owned } = request;
  if (owned === null) return [];
  const { files } = git.world;
  if (owned.phase === "adding") await endMaking(git, path);
  else await git.quiet(path);
  const rescued = files.lstat(path) === null ? null : await rescueUnfinished(request, owned);
  // Forced twice: git locks a worktree while it makes it. Also one whose folder is gone.
  const { code } = await git.run(["worktree", "remove", "--force", "--force", "--", path]);
  files.remove(path, { recursive: true });
  if (code !== 0) await forgetRegistration(git, path, true);
  return rescued === null ? [] : [describeRescued(rescued)];
}

/** Throws `WorktreeError` where no unfinished worktree of macp's stands. */
async function rescueUnfinished(
  request: WorktreeRequest,
  owned: OwnedWorktree,
): Promise<Rescued | null> {
  const { git, place: { path } } = request;
  const notOwn = notMade(`${path} is not the worktree that macp made; move it away`);
  if (owned.phase === "ready") throw notOwn;
  const linked = await isUnfinished(git, path);
  const foreign = await whyForeign(git, path, owned);
  if (foreign !== null) throw notMade(`${foreign}: ${path}; move it away`);
  if (owned.phase === "removing" || linked && await isReadable(git, path)) {
    return await rescue({ ...request, path, owned, apart: !request.restore });
  }
  const rescued = await rescueUnlinked({ ...request, path });
  if (rescued !== undefined) return rescued;
  if (!linked) throw notOwn;
  return await rescue({ ...request, path, owned, apart: !request.restore });
}

/** Whether git can tell what a worktree holds. */
async function isReadable(git: Git, path: string): Promise<boolean> {
  if (git.world.files.lstat(join(path, ".git")) === null) return true;
  return (await git.at(path).run(["status", "--porcelain"])).code === 0;
}
