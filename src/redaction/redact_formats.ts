/**
 * Redaction of events and results: every text that comes from outside, and none that
 * the formats themselves define, so that a secret that equals such a word breaks nothing.
 *
 * @module
 */
import type { ReadEvent } from "../protocol/events.ts";
import type { TaskEvent, TaskResult, Verdict } from "../protocol/generated/types.ts";
import type { Redactor } from "./redactor.ts";

const time = /^\d{4}-\d\d-\d\dT[\d:.]{5,24}(?:Z|[+-]\d\d:\d\d)$/;
const word = /^[a-z][a-z_-]{1,30}$/;
const commit = /^[0-9a-f]{40,64}$/;

/** What the formats define for their fields; what else stands there is a text like any other. */
const defined: Readonly<Record<string, RegExp>> = {
  event_id: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  event_type: /^(?:task|rail)\.[a-z.]{1,40}$/,
  status: /^(?:pending|running|gated|completed|failed|escalated)$/,
  source: /^(?:controller|worker|quality-gate|dispatcher)$/,
  dispatch: /^(?:yolo|acp|exec|legacy)$/,
  type: /^(?:mechanical|ai-review|ci-pipeline)$/,
  outcome: word,
  gate_outcome: word,
  baseline: word,
  timestamp: time,
  completed_at: time,
  failed_at: time,
  started_at: time,
  not_before: time,
  base_commit: commit,
  head_commit: commit,
  snapshot_ref: /^refs\/macp\/snapshots\//,
};

/** An event without secrets; the id of its task stays. */
export function redactEvent<E extends Pick<TaskEvent, "message" | "metadata">>(
  redactor: Redactor,
  event: E,
): E {
  const { message, metadata = {} } = event;
  const kept = pick(metadata, ["outcome", "dispatch", "gate_outcome", "not_before"]);
  return {
    ...event,
    message: redactor.text(message),
    metadata: { ...redactor.value(metadata), ...kept },
  };
}

/** The same for an event as a reader may meet it: with fields and types of other writers. */
export function redactReadEvent(redactor: Redactor, event: ReadEvent): ReadEvent {
  const { metadata } = event;
  return {
    ...redactor.value(event),
    task_id: event.task_id,
    ...pick(event, ["event_id", "event_type", "status", "timestamp", "source"]),
    metadata: {
      ...redactor.value(metadata),
      ...pick(metadata, ["outcome", "dispatch", "gate_outcome", "not_before"]),
    },
  };
}

/** A result without secrets; what the formats define stays. */
export function redactResult(redactor: Redactor, result: TaskResult): TaskResult {
  const kept = pick(result, ["status", "completed_at", "failed_at", "dispatch"]);
  const { metadata = {} } = result;
  const redacted = redactor.value(metadata);
  return {
    ...redactor.value(result),
    task_id: result.task_id,
    ...kept,
    gate_results: result.gate_results?.map((gate) => ({
      ...redactor.value(gate),
      ...pick(gate, ["type"]),
    })) ?? [],
    metadata: {
      ...redacted,
      ...pick(metadata, ["outcome", "base_commit", "head_commit", "started_at", "snapshot_ref"]),
      gates: metadata.gates?.map((gate) => ({
        ...redactor.value(gate),
        ...pick(gate, ["type", "outcome", "baseline"]),
      })) ?? [],
    },
  };
}

/** A verdict whose result is without secrets. */
export function redactVerdict(redactor: Redactor, verdict: Verdict): Verdict {
  return { ...verdict, result: redactResult(redactor, verdict.result) };
}

/** The fields among these that hold what the formats define for them. */
function pick<T extends object, K extends keyof T & string>(
  value: T,
  names: readonly K[],
): Partial<T> {
  const kept: Partial<T> = {};
  for (const name of names) {
    const field: unknown = value[name];
    if (typeof field === "string" && defined[name]?.test(field)) kept[name] = value[name];
  }
  return kept;
}
