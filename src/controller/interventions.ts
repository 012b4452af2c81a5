/**
 * What a person does to a task: cancel and retry. Both work while a controller runs.
 *
 * @module
 */
import { collectResult, nothingSeen } from "../dispatcher/collect_result.ts";
import { MacpError } from "../protocol/errors.ts";
import { type EventDraft, isRecord, makeEvent } from "../protocol/events.ts";
import type { Task, TaskResult } from "../protocol/generated/types.ts";
import { isTerminal } from "../protocol/outcomes.ts";
import type { Settings } from "../protocol/settings.ts";
import { isMacpAware, runtimeOf, type Status, statusOf } from "../protocol/task.ts";
import type { Change, View } from "../store/store.ts";

/** What an intervention does, and what to tell. */
export interface Intervention {
  change: Change | null;
  result: {
    /** What happened, for a person. */
    message: string;
    status: Status;
    /** Result of a task that ended by it. */
    ended: TaskResult | null;
  };
}

/** Puts a task that ended back into the queue, its attempts counted anew. */
export function planRetry({ queue }: View, id: string, now: number): Intervention {
  const raw = queue.find(id);
  const status = statusOf(raw);
  if (!isRecord(raw) || status === null || status === "running" || status === "gated") {
    throw refusal("retry", id, `it is ${status ?? "invalid"}`, [
      `macp cancel ${id} ends a running task`,
    ]);
  }
  if (status === "completed") {
    throw refusal("retry", id, "it is completed", ["Submit new work as a task of its own"]);
  }
  if (status === "pending" && raw.not_before === undefined) {
    return { change: null, result: { message: `${id} is pending already`, status, ended: null } };
  }
  const fresh = status === "pending" ? {} : { attempts: 0 };
  const fields = {
    status: "pending",
    ...fresh,
    not_before: undefined,
    outcome: undefined,
    reason: undefined,
    cancel_requested: undefined,
  };
  const event = intervene(raw as Task, now, {
    event_type: "task.retry.scheduled",
    status: "pending",
    message: "Queued again by a person",
  });
  const message = `${id} is queued again`;
  return {
    change: { patches: [{ id, fields }], events: [event] },
    result: { message, status: "pending", ended: null },
  };
}

/** Ends a pending task, or asks the controller to end a running one. */
export function planCancel(
  { queue }: View,
  id: string,
  { now, settings }: { now: number; settings: Settings },
): Intervention {
  const raw = queue.find(id);
  const status = statusOf(raw);
  if (!isRecord(raw) || status === null) {
    throw refusal("cancel", id, "it is invalid", ["See: macp validate"]);
  }
  if (isTerminal(status)) {
    const already = status === "failed" && raw.outcome === "cancelled";
    if (!already) throw refusal("cancel", id, `it is ${status} already`, []);
    return { change: null, result: { message: `${id} is cancelled already`, status, ended: null } };
  }
  if (status !== "pending") {
    const change = { patches: [{ id, fields: { cancel_requested: true } }] };
    return { change, result: { message: `${id} will be ended`, status, ended: null } };
  }
  const task = raw as Task;
  const ended = cancelledResult(task, settings, now);
  const fields = {
    status: "failed",
    outcome: "cancelled",
    reason: ended.error,
    not_before: undefined,
  };
  const event = intervene(task, now, {
    event_type: "task.failed",
    status: "failed",
    message: "Cancelled by a person",
  });
  return {
    change: { patches: [{ id, fields }], events: [event] },
    result: { message: `${id} is cancelled`, status: "failed", ended },
  };
}

function intervene(
  task: Task,
  now: number,
  draft: Pick<EventDraft, "event_type" | "status" | "message">,
) {
  const outcome = draft.status === "failed" ? { outcome: "cancelled" } : {};
  return makeEvent({
    ...draft,
    task_id: task.id,
    source: "controller",
    metadata: { title: task.title, ...outcome },
  }, now);
}

function cancelledResult(task: Task, settings: Settings, now: number): TaskResult {
  return collectResult(task, {
    serial: task.last_attempt ?? 0,
    attempts: task.attempts ?? 0,
    maxAttempts: task.max_attempts ?? settings.worker.max_attempts,
    runtime: runtimeOf(task, settings),
    startedAt: now,
    ...nothingSeen,
    branch: isMacpAware(task) ? task.branch ?? null : null,
  }, { outcome: "cancelled", status: "failed", error: "Cancelled by a person", endedAt: now });
}

function refusal(verb: string, id: string, why: string, hints: string[]): MacpError {
  return new MacpError("usage", `Cannot ${verb} task ${id} as ${why}`, {
    code: `cannot_${verb}`,
    hints: [...hints, `See: macp show ${id}`],
  });
}
