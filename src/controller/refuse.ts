/**
 * Tasks that cannot run as they stand: escalated with the reason, nothing started.
 *
 * @module
 */
import { needsReview } from "../protocol/text.ts";
import { collectResult, nothingSeen } from "../dispatcher/collect_result.ts";
import { resultOwner } from "../dispatcher/result_owner.ts";
import { resultPath } from "../dispatcher/result_paths.ts";
import { isRecord, makeEvent } from "../protocol/events.ts";
import type { Task } from "../protocol/generated/types.ts";
import { taskNames } from "../protocol/names.ts";
import { titleOf } from "../protocol/task.ts";
import { redactResult } from "../redaction/redact_formats.ts";
import { atomicWriteJson } from "../store/atomic_write.ts";
import type { ControllerContext } from "./context.ts";
import { carriedMetadata } from "./event_metadata.ts";
import type { EndedAttempt } from "./finish.ts";

/** Escalates a pending task that is invalid. No attempt is spent. */
export async function refuseTask(
  context: ControllerContext,
  id: string,
  reason: string,
): Promise<EndedAttempt> {
  const { store, settings, world, redactor } = context;
  const now = world.clock.now();
  const queue = store.readQueue();
  const raw = queue.find(id);
  const whole = redactor.value(reason);
  const task = { ...(isRecord(raw) ? raw : {}), id, title: titleOf(raw) } as Task;
  const path = resultPath(store.paths, settings, await taskNames(id), undefined);
  if (path !== null && resultOwner(queue.tasks, settings, { id }) === null) {
    atomicWriteJson(world, path, redactResult(redactor, invalidResult(task, whole, now)));
  }
  const event = await store.change(({ queue }) => {
    const raw = queue.find(id);
    if (!isRecord(raw) || raw.status !== "pending") return { change: null, result: null };
    const fields = { status: "escalated", outcome: "invalid_task", reason: whole };
    const event = makeEvent({
      event_type: "task.escalated",
      task_id: id,
      status: "escalated",
      source: "controller",
      message: needsReview(whole),
      metadata: { title: task.title, ...carriedMetadata(raw), outcome: "invalid_task" },
    }, now);
    return { change: { patches: [{ id, fields }], events: [event] }, result: event };
  });
  if (event) context.onEvent(event);
  return { id, status: "escalated", outcome: "invalid_task" };
}

function invalidResult(task: Task, reason: string, now: number) {
  return collectResult(
    {
      id: task.id,
      title: task.title,
      status: "pending",
      ...("dispatch" in task ? { dispatch: task.dispatch } : {}),
    } as Task,
    {
      serial: 0,
      attempts: 0,
      maxAttempts: 1,
      runtime: null,
      startedAt: now,
      ...nothingSeen,
    },
    { outcome: "invalid_task", status: "escalated", error: reason, endedAt: now },
  );
}
