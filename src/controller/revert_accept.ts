/**
 * An acceptance that came to no verdict: the task is again what it was before, and its
 * worktree stays as it is.
 *
 * @module
 */
import { isRecord, makeEvent } from "../protocol/events.ts";
import type { RunningAttempt, Task } from "../protocol/generated/types.ts";
import { taskNames } from "../protocol/names.ts";
import type { View } from "../store/store.ts";
import { removeAttemptFiles } from "./attempt_folder.ts";
import { forgetWorktree } from "./clear_worktree.ts";
import type { ControllerContext } from "./context.ts";
import { describeTask, needsReview } from "./event_metadata.ts";

/** Puts the task back, and forgets the attempt. Can be done again where it was cut short. */
export async function revertAccept(
  context: ControllerContext,
  id: string,
  attempt: RunningAttempt,
  why: string,
): Promise<void> {
  const { store, world } = context;
  const event = await store.change((view) => putBack(context, view, { id, attempt, why }));
  if (event) context.onEvent(event);
  removeAttemptFiles(context, await taskNames(id), attempt.serial);
  await store.change(({ state }) => {
    if (state.running[id]?.attempt_id === attempt.attempt_id) delete state.running[id];
    const { worktree } = attempt;
    forgetWorktree(state, worktree, worktree !== null && world.files.lstat(worktree) === null);
    return { change: { state }, result: null };
  });
}

function putBack(
  { settings, world }: ControllerContext,
  { queue }: View,
  { id, attempt, why }: { id: string; attempt: RunningAttempt; why: string },
) {
  const raw = queue.find(id);
  const { accept } = attempt;
  const claimed = isRecord(raw) && raw.last_attempt === attempt.serial &&
    (raw.status === "gated" || raw.status === "running");
  if (!accept || !claimed) return { change: null, result: null };
  const { status, outcome, reason } = accept;
  const fields = {
    status,
    outcome: outcome ?? undefined,
    reason: reason ?? undefined,
    cancel_requested: undefined,
  };
  const told = [why, reason].filter(Boolean).join(". As before: ");
  const task = raw as Task;
  const event = makeEvent({
    event_type: `task.${status}`,
    task_id: id,
    status,
    source: "controller",
    message: status === "escalated" ? needsReview(told) : told,
    metadata: {
      ...describeTask(task, settings, {
        attempt: attempt.attempts_before,
        maxAttempts: task.max_attempts ?? settings.worker.max_attempts,
      }),
      ...(outcome === null ? {} : { outcome }),
    },
  }, world.clock.now());
  return { change: { patches: [{ id, fields }], events: [event] }, result: event };
}
