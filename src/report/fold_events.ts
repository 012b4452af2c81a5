/**
 * The events of a task as attempts. Pure.
 *
 * @module
 */
import type { ReadEvent } from "../protocol/events.ts";
import { oneLine } from "../protocol/text.ts";
import type { Moment, ReportGate } from "./report_data.ts";

/** An attempt as the events tell it. */
export interface EventAttempt {
  by: "controller" | "person";
  started_at: string;
  worker_started_at: string | null;
  gates_started_at: string | null;
  ended_at: string | null;
  outcome: string | null;
  next: string | null;
  runtime: string | null;
  /** Which of the attempts that may be spent it is, as the event says; null where it does not. */
  attempt: number | null;
  of: number | null;
  gates: ReportGate[];
}

/** What happened to one task. */
export interface TaskHistory {
  attempts: EventAttempt[];
  moments: Moment[];
  /** Title and status as the newest event tells them. */
  title: string | null;
  status: string | null;
  /** When it was last completed. */
  completed_at: string | null;
}

/** Characters of a gate's command that are shown. */
const commandLength = 300;

/** Folds events one by one, in the order of the file. */
export class EventFold {
  readonly tasks = new Map<string, TaskHistory>();
  readonly #open = new Map<string, EventAttempt>();

  push(event: ReadEvent): void {
    if (event.task_id === "" || Number.isNaN(Date.parse(event.timestamp))) return;
    const history = this.#historyOf(event.task_id);
    if (event.status !== "") history.status = event.status;
    if (typeof event.metadata.title === "string") history.title = event.metadata.title;
    switch (event.event_type) {
      case "task.assigned":
        this.#begin(history, event, "controller");
        break;
      case "task.started":
        this.#current(history, event, "controller").worker_started_at = event.timestamp;
        break;
      case "task.gated":
      case "rail.check.started":
      case "rail.check.passed":
      case "rail.check.failed":
        addGate(this.#current(history, event, "person"), event);
        break;
      case "task.completed":
      case "task.failed":
      case "task.escalated":
      case "task.retry.scheduled":
        this.#end(history, event);
    }
  }

  #historyOf(id: string): TaskHistory {
    const known = this.tasks.get(id);
    if (known) return known;
    const made = { attempts: [], moments: [], title: null, status: null, completed_at: null };
    this.tasks.set(id, made);
    return made;
  }

  /** The attempt under way; gates without one are an acceptance by a person. */
  #current(history: TaskHistory, event: ReadEvent, by: EventAttempt["by"]): EventAttempt {
    return this.#open.get(event.task_id) ?? this.#begin(history, event, by);
  }

  #begin(history: TaskHistory, event: ReadEvent, by: EventAttempt["by"]): EventAttempt {
    const { runtime, dispatch, attempt: number, max_attempts: of } = event.metadata;
    const hasAgent = dispatch === "yolo" || dispatch === "acp";
    const attempt: EventAttempt = {
      by,
      started_at: event.timestamp,
      worker_started_at: null,
      gates_started_at: null,
      ended_at: null,
      outcome: null,
      next: null,
      runtime: hasAgent && typeof runtime === "string" ? oneLine(runtime, 60) || null : null,
      attempt: typeof number === "number" ? number : null,
      of: typeof of === "number" ? of : null,
      gates: [],
    };
    history.attempts.push(attempt);
    this.#open.set(event.task_id, attempt);
    return attempt;
  }

  #end(history: TaskHistory, event: ReadEvent): void {
    const { event_type, timestamp, message, metadata, task_id } = event;
    if (event_type === "task.completed") history.completed_at = timestamp;
    const attempt = this.#open.get(task_id);
    if (attempt === undefined) {
      history.moments.push({ at: timestamp, event_type, message: oneLine(message, 400) });
      return;
    }
    this.#open.delete(task_id);
    attempt.ended_at = timestamp;
    attempt.outcome = typeof metadata.outcome === "string"
      ? metadata.outcome
      : event_type === "task.completed"
      ? "completed"
      : null;
    attempt.next = event_type === "task.retry.scheduled" ? "pending" : event_type.slice(5);
  }
}

function addGate(attempt: EventAttempt, { event_type, timestamp, metadata }: ReadEvent): void {
  attempt.gates_started_at ??= timestamp;
  if (event_type === "task.gated") return;
  const command = typeof metadata.gate === "string" ? oneLine(metadata.gate, commandLength) : "";
  const open = attempt.gates.find((gate) => gate.command === command && gate.ended_at === null);
  if (event_type === "rail.check.started" || open === undefined) {
    attempt.gates.push({
      command,
      outcome: null,
      started_at: event_type === "rail.check.started" ? timestamp : null,
      ended_at: null,
      seconds: null,
    });
  }
  if (event_type === "rail.check.started") return;
  const gate = open ?? attempt.gates.at(-1);
  if (gate === undefined) return;
  gate.ended_at = timestamp;
  gate.outcome = event_type === "rail.check.passed"
    ? "passed"
    : metadata.gate_outcome === "broken"
    ? "broken"
    : "failed";
  gate.seconds = secondsBetween(gate.started_at, timestamp);
}

/** Seconds from one time to another, or null when one of them is not known. */
export function secondsBetween(from: string | null, to: string | null): number | null {
  if (from === null || to === null) return null;
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  return Number.isNaN(seconds) ? null : Math.max(0, Math.round(seconds * 1000) / 1000);
}
