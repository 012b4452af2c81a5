/**
 * What a person does to a task: cancel, retry and reply. All work while a controller runs.
 *
 * @module
 */
import { collectResult, nothingSeen } from "../dispatcher/collect_result.ts";
import { MacpError } from "../protocol/errors.ts";
import { type EventDraft, isRecord, makeEvent } from "../protocol/events.ts";
import type { ProcessIdentity, State, Task, TaskResult } from "../protocol/generated/types.ts";
import { isQuestion, isTerminal } from "../protocol/outcomes.ts";
import type { Settings } from "../protocol/settings.ts";
import { shellWord } from "../protocol/text.ts";
import { isMacpAware, knownRuntime, soundTask, type Status, statusOf } from "../protocol/task.ts";
import type { Change, View } from "../store/store.ts";
import { carriedMetadata } from "../controller/event_metadata.ts";
import { holdOf, limitedRuntime } from "../controller/holds.ts";
import { attemptOf, openAttempt } from "../controller/owners.ts";

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

/**
 * Puts a task that ended back into the queue, its attempts counted anew. What a pending
 * one waits for, a back-off or the hold of its runtime, ends.
 */
export function planRetry(
  { queue, state }: View,
  id: string,
  { now, settings, isLive }: { now: number; settings: Settings; isLive: IsLive },
): Intervention {
  const raw = queue.find(id);
  const status = standing({ queue, state }, id, isLive);
  if (!isRecord(raw) || status === null || status === "running" || status === "gated") {
    throw refusal("retry", id, `it is ${status ?? "invalid"}`, [
      `macp cancel ${id} ends a running task`,
    ]);
  }
  if (status === "completed") {
    throw refusal("retry", id, "it is completed", ["Submit new work as a task of its own"]);
  }
  const lifted = status === "pending" ? liftHold(state, raw as Task, { now, settings }) : null;
  if (lifted !== null && raw.not_before === undefined) {
    const message = `${lifted} is not held any more; ${id} can run`;
    return { change: { state }, result: { message, status: "pending", ended: null } };
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
    change: { state, patches: [{ id, fields }], events: [event] },
    result: { message, status: "pending", ended: null },
  };
}

/** Takes the hold of a task's runtime out of the ledger; gives the runtime, or null. */
function liftHold(
  state: State,
  task: Task,
  { now, settings }: { now: number; settings: Settings },
): string | null {
  const { holds = {} } = state;
  const held = holdOf(holds, limitedRuntime(task, settings), now);
  if (held === null) return null;
  state.holds = Object.fromEntries(Object.entries(holds).filter(([name]) => name !== held.runtime));
  return held.runtime;
}

/** Most characters of an answer. */
export const maxReply = 100_000;

/**
 * Puts an escalated task back into the queue with the answer of a person, its attempts
 * counted anew.
 */
export function planReply(
  { queue, state }: View,
  id: string,
  { now, text, isLive }: { now: number; text: string; isLive: IsLive },
): Intervention {
  const raw = queue.find(id);
  const status = standing({ queue, state }, id, isLive);
  const refused = refuseReply(raw, id, status);
  if (refused || !isRecord(raw)) throw refused ?? refusal("reply to", id, "it is invalid", []);
  checkReply(id, text);
  const asks = isQuestion(raw.outcome) || typeof raw.outcome !== "string";
  const asked = asks && typeof raw.reason === "string" ? raw.reason : null;
  const before = Array.isArray(raw.replies) ? raw.replies : [];
  const reply = { at: new Date(now).toISOString(), question: asked, text };
  const fields = {
    status: "pending",
    attempts: 0,
    replies: [...before, reply],
    not_before: undefined,
    outcome: undefined,
    reason: undefined,
    cancel_requested: undefined,
  };
  const event = intervene(raw as Task, now, {
    event_type: "task.retry.scheduled",
    status: "pending",
    message: "Answered by a person",
  });
  return {
    change: { patches: [{ id, fields }], events: [event] },
    result: { message: `${id} is answered and queued again`, status: "pending", ended: null },
  };
}

/** Why a task takes no answer, with the way out; null when it takes one. */
function refuseReply(raw: unknown, id: string, status: Status | null): MacpError | null {
  const refuse = (why: string, ...hints: string[]) => refusal("reply to", id, why, hints);
  const word = shellWord(id);
  if (status === null) return refuse("it is invalid", "See: macp validate");
  if (status === "failed") return refuse("it failed", `Queue it again with: macp retry ${word}`);
  if (status === "pending") return refuse("it is pending already", "Run it with: macp drain");
  if (status === "completed") {
    return refuse("it is completed", "Submit new work as a task of its own");
  }
  if (status !== "escalated") {
    return refuse(`it is ${status}`, `macp cancel ${word} ends a running task`);
  }
  if (!isRecord(raw)) return null;
  if (raw.outcome === "handed_over") {
    return refuse(
      "it was handed over: no worker of macp reads the answer",
      `When the work is done: macp accept ${word}`,
    );
  }
  if (raw.outcome !== "invalid_task") return null;
  return refuse(
    "it is invalid",
    `Mend it in tasks.json (macp validate tells what is wrong), then: macp retry ${word}`,
  );
}

function checkReply(id: string, text: string): void {
  const refuse = (why: string) =>
    refusal("reply to", id, why, [`Usage: macp reply ${shellWord(id)} "what to do"`]);
  if (text.trim() === "") throw refuse("the answer is empty");
  if (text.length > maxReply) throw refuse(`the answer is longer than ${maxReply} characters`);
}

/**
 * Ends a pending task, or asks whoever carries it out to end a running one: nobody else knows
 * what of it still runs.
 */
export function planCancel(
  { queue, state }: View,
  id: string,
  { now, settings, isLive }: { now: number; settings: Settings; isLive: IsLive },
): Intervention {
  const raw = queue.find(id);
  const status = standing({ queue, state }, id, isLive);
  if (status === null) throw refusal("cancel", id, "it is invalid", ["See: macp validate"]);
  if (isTerminal(status)) {
    const already = status === "failed" && isRecord(raw) && raw.outcome === "cancelled";
    if (!already) throw refusal("cancel", id, `it is ${status} already`, []);
    return { change: null, result: { message: `${id} is cancelled already`, status, ended: null } };
  }
  if (status !== "pending") {
    const attempt = attemptOf(state, id);
    // The entry in the queue may be gone, or be replaced before anybody has read it.
    if (attempt !== null) attempt.cancel_requested = true;
    const change = { state, patches: [{ id, fields: { cancel_requested: true } }] };
    const owner = attempt?.owner ?? state.controller;
    const message = owner !== null && isLive(owner)
      ? `${id} will be ended`
      : `${id} will be ended by the next macp run or drain: whoever carried it out is gone, ` +
        "and what it started may run on until then";
    return { change, result: { message, status, ended: null } };
  }
  const task = soundTask(raw, id);
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

/** Whether a process lives. */
type IsLive = (owner: ProcessIdentity) => boolean;

/** Status of a task; one whose attempt is open runs, whatever the queue says of it. */
function standing({ queue, state }: View, id: string, isLive: IsLive): Status | null {
  const status = statusOf(queue.find(id));
  if (status === "running" || status === "gated") return status;
  return openAttempt(state, id, isLive) === null ? status : "running";
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
    metadata: { title: task.title, ...carriedMetadata(task), ...outcome },
  }, now);
}

function cancelledResult(task: Task, settings: Settings, now: number): TaskResult {
  return collectResult(task, {
    serial: task.last_attempt ?? 0,
    attempts: task.attempts ?? 0,
    maxAttempts: task.max_attempts ?? settings.worker.max_attempts,
    runtime: knownRuntime(task, settings),
    startedAt: now,
    ...nothingSeen,
    branch: isMacpAware(task) ? task.branch ?? null : null,
  }, { outcome: "cancelled", status: "failed", error: "Cancelled by a person", endedAt: now });
}

/** An error that says why a task is left as it is. */
export function refusal(verb: string, id: string, why: string, hints: string[]): MacpError {
  return new MacpError("usage", `Cannot ${verb} task ${id} as ${why}`, {
    code: `cannot_${verb.split(" ")[0]}`,
    hints: [...hints, `See: macp show ${id}`],
  });
}
