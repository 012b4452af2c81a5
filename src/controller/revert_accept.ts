/**
 * An acceptance that came to no verdict: the task is again what it was before, and its
 * worktree stays as it is.
 *
 * @module
 */
import { needsReview } from "../protocol/text.ts";
import { isRecord, makeEvent } from "../protocol/events.ts";
import type { RunningAttempt, Task } from "../protocol/generated/types.ts";
import { taskNames } from "../protocol/names.ts";
import type { View } from "../store/store.ts";
import { removeAttemptFiles } from "./attempt_folder.ts";
import { forgetWorktree } from "./clear_worktree.ts";
import type { ControllerContext } from "./context.ts";
import { describeTask } from "./event_metadata.ts";
import { changedRules } from "./task_rules.ts";

/** What the queue says until then; without a verdict, completed is what a gate wrote there. */
const untilThen: ReadonlySet<unknown> = new Set(["running", "gated", "completed"]);

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
    const isGone = worktree !== null && world.files.lstat(worktree) === null;
    forgetWorktree(state, worktree, isGone ? "nothing" : "all");
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
  if (!accept || !isRecord(raw) || !untilThen.has(raw.status)) {
    return { change: null, result: null };
  }
  const { status, outcome, reason } = accept;
  const changed = changedRules(raw, attempt);
  const fields = {
    status,
    outcome: outcome ?? undefined,
    reason: reason ?? undefined,
    cancel_requested: undefined,
    last_attempt: attempt.serial,
    ...changed?.fields,
  };
  const what = changed ? `${why}. ${changed.told}` : why;
  const told = [what, reason].filter(Boolean).join(". As before: ");
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
