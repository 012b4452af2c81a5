/**
 * Whether the worktree of a task may stand where it is wanted.
 *
 * @module
 */
import type { Git } from "../git/git.ts";
import { messageOf } from "../protocol/errors.ts";
import type { Files } from "../sys/files.ts";
import { isBelow, realPathOf } from "../sys/real_path.ts";
import { notMade } from "./worktree_error.ts";
import type { WorktreePlace } from "./worktree_place.ts";

/**
 * The place of a worktree without symbolic links, when a worktree of this task may
 * stand there. Changes nothing.
 *
 * Throws `WorktreeError` when it lies outside the base, or something is there that
 * macp did not make for this task.
 */
export function checkPlace(
  git: Git,
  place: WorktreePlace,
  ownerOf: (path: string) => string | null,
  taskId: string,
): string {
  const { files } = git.world;
  const real = requireInside(git, place);
  if (files.lstat(real) !== null && ownerOf(real) !== taskId) {
    throw notMade(
      `${place.path} exists already and macp did not make it for this task; if it is another ` +
        "clone's whose folder has the same name, give one of them another macp.worktree_base",
    );
  }
  return real;
}

/**
 * The place without symbolic links. Throws `WorktreeError` when it lies outside the base.
 */
export function requireInside({ world: { files } }: Git, { path, base }: WorktreePlace): string {
  const real = withoutLinks(files, path);
  if (isBelow(real, withoutLinks(files, base))) return real;
  throw notMade(`${path} lies outside worktree_base ${base}`);
}

function withoutLinks(files: Files, path: string): string {
  try {
    return realPathOf(files, path);
  } catch (error) {
    throw notMade(`${path} cannot be followed: ${messageOf(error)}`);
  }
}
