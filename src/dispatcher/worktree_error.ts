/**
 * @module
 */
import type { Outcome } from "../protocol/outcomes.ts";

/** Why there is no worktree, and how the attempt ends for it. */
export class WorktreeError extends Error {
  override readonly name = "WorktreeError";
  readonly outcome: Extract<Outcome, "worktree_failed" | "merge_conflict" | "gate_files_blocked">;

  constructor(outcome: WorktreeError["outcome"], message: string) {
    super(message);
    this.outcome = outcome;
  }
}

/** A worktree that cannot be made. */
export function notMade(why: string): WorktreeError {
  return new WorktreeError("worktree_failed", `Cannot make the worktree as ${why}`);
}
