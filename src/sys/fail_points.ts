/**
 * Named places at which a test ends the program, to see that nothing is lost there.
 *
 * @module
 */

/** Every place, by name, and what is done and not yet done there. */
export const failPoints = {
  "file.written": "A new content is durable beside its file, which has the old one",
  "file.renamed": "A file was replaced; its folder is not durable yet",
  "change.begun": "The lock of the queue is held; nothing is written",
  "ledger.written": "The ledger says what is about to happen; the queue does not",
  "queue.written": "The queue is changed; its events are not told",
  "event.appended": "One event is told; those after it are not",
  "events.appended": "All events of a change are told; the lock is still held",
  "task.claimed": "An attempt is claimed; nothing of it exists",
  "worktree.owned": "The ref that tells a branch from foreign ones is written; no worktree",
  "worktree.added": "Git made the worktree; nothing in it says whose it is",
  "worktree.marked": "The worktree says whose it is; the ledger does not call it ready",
  "worktree.kept": "A worktree of an earlier attempt, or of a restored one, was entered",
  "setup.ended": "The setup command ended; the ledger does not know",
  "command.spawned": "A shell that waits for its line runs; the ledger does not know it",
  "command.recorded": "The ledger knows the process; it was not told to begin",
  "command.released": "A worker, a setup or a gate runs",
  "command.ended": "It ended; nothing of it was looked at",
  "work.added": "What the worker left is in the index; it is not committed",
  "work.committed": "What the worker left is committed; no gate ran",
  "gate.told": "A gate is announced; it does not run",
  "gate.ended": "A gate ended; its verdict is in memory only",
  "verdict.written": "The ledger holds the verdict; nothing else says it",
  "snapshot.committed": "The snapshot is a commit without a ref",
  "snapshot.pinned": "The snapshot has its ref; nothing names it",
  "result.written": "The result is durable; the status is not",
  "status.written": "Status and event are durable; the worktree stands",
  "removal.begun": "The worktree is about to be removed",
  "removal.done": "The worktree is gone; the ledger still names it",
  "attempt.forgotten": "The ledger has nothing of the attempt any more",
  "recovery.begun": "Recovery begins; nothing is made good",
  "recovery.ended": "What was lost is made good; no task is claimed",
  "landing.gated": "The merge is green; the target has not moved",
  "landing.moved": "The target moved; the task does not say so",
  "delivery.sent": "A sink has an event; its cursor does not say so",
  "letters.written": "Events are dead letters; the cursor has not passed them",
  "cursor.written": "The cursor is durable",
  "rotation.begun": "The event file is about to be rotated",
  "rotation.done": "The event file was rotated; nothing was written since",
} as const;

/** Name of a place. */
export type FailPoint = keyof typeof failPoints;

let onReached: ((point: FailPoint) => void) | null = null;

/** Called where the program comes to a place. Does nothing unless it is armed. */
export function reach(point: FailPoint): void {
  onReached?.(point);
}

/** From now on `onReach` is called at each place that the program comes to. */
export function armFailPoints(onReach: (point: FailPoint) => void): void {
  onReached = onReach;
}
