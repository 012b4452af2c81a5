/**
 * What is asked of the maker of a worktree.
 *
 * @module
 */
import type { Git } from "../git/git.ts";
import type { OwnedWorktree } from "../protocol/generated/types.ts";
import type { TaskNames } from "../protocol/names.ts";
import type { Settings } from "../protocol/settings.ts";
import type { DependencyBranch } from "./dependencies.ts";
import type { WorktreePlace } from "./worktree_place.ts";

/** What `setupWorktree` needs to know. */
export interface WorktreeRequest {
  /** Git in the main checkout. */
  git: Git;
  taskId: string;
  names: TaskNames;
  branch: string;
  place: WorktreePlace;
  /** Ref that a new branch starts from. */
  baseRef: string;
  settings: Settings;
  dependencies: readonly DependencyBranch[];
  /** What the ledger said of this place before this attempt, or null. */
  owned: OwnedWorktree | null;
  /**
   * Set when a person wants the worktree back: its branch stays where it is. `exactly` names
   * a snapshot whose files come as they were, instead of the newest.
   */
  restore?: { exactly: string | null };
  /** Called where git makes a new one, which takes a while. */
  meanwhile?: () => void;
}
