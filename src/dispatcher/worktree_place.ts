/**
 * Where the worktree of a task stands, and whether it may stand there.
 *
 * @module
 */
import { basename, dirname, isAbsolute, join, resolve } from "@std/path";
import type { Git } from "../git/git.ts";
import type { Task } from "../protocol/generated/types.ts";
import type { TaskNames } from "../protocol/names.ts";
import type { Settings } from "../protocol/settings.ts";

/** What the place depends on. */
export interface PlaceOptions {
  /** Main checkout. */
  repository: string;
  /** `macp.worktree_base`. */
  base: string;
  /** `worktree` of the task. */
  worktree: string | undefined;
  slug: string;
  /** Home folder, or undefined where there is none. */
  home: string | undefined;
}

/** Where a worktree stands. */
export interface WorktreePlace {
  base: string;
  path: string;
}

/**
 * Place of a task's worktree. Without a home folder `~/…` lies beside the
 * repository, so that the tool works where there is none.
 */
export function worktreePlace(options: PlaceOptions): WorktreePlace {
  const { repository, home } = options;
  const expand = (path: string) => {
    const named = path.replaceAll("{repo}", basename(repository));
    if (named === "~" || named.startsWith("~/")) {
      return home ? join(home, named.slice(1)) : join(dirname(repository), basename(named));
    }
    return isAbsolute(named) ? named : resolve(repository, named);
  };
  const base = expand(options.base);
  return { base, path: options.worktree ? expand(options.worktree) : join(base, options.slug) };
}

/** Place of a task's worktree under the settings. */
export function taskPlace(
  { cwd, world }: Git,
  settings: Settings,
  task: Task,
  { slug }: TaskNames,
): WorktreePlace {
  return worktreePlace({
    repository: cwd,
    base: settings.macp.worktree_base,
    worktree: task.worktree,
    slug,
    home: world.env.HOME,
  });
}
