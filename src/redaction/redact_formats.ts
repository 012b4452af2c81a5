/**
 * Redaction of events and results: every text that comes from outside, and none that
 * the formats themselves define, so that a secret that equals such a word breaks nothing.
 *
 * @module
 */
import type { ReadEvent } from "../protocol/events.ts";
import type { TaskEvent, TaskResult, Verdict } from "../protocol/generated/types.ts";
import type { Redactor } from "./redactor.ts";

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

/** What the formats define for fields of an event; what else stands there is a text like any other. */
const defined = {
  event_id: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  event_type: /^(?:task|rail)\.[a-z.]{1,40}$/,
  status: /^(?:pending|running|gated|completed|failed|escalated)$/,
  timestamp: /^\d{4}-\d\d-\d\dT[\d:.]{5,24}(?:Z|[+-]\d\d:\d\d)$/,
  source: /^(?:controller|worker|quality-gate|dispatcher)$/,
} as const;

/** The same for an event as a reader may meet it: with fields and types of other writers. */
export function redactReadEvent(redactor: Redactor, event: ReadEvent): ReadEvent {
  const { metadata } = event;
  const names = (Object.keys(defined) as (keyof typeof defined)[])
    .filter((name) => defined[name].test(event[name]));
  return {
    ...redactor.value(event),
    ...pick(event, ["task_id", ...names]),
    metadata: {
      ...redactor.value(metadata),
      ...pick(metadata, ["outcome", "dispatch", "gate_outcome", "not_before"]),
    },
  };
}

/** A result without secrets; what the formats define stays. */
export function redactResult(redactor: Redactor, result: TaskResult): TaskResult {
  const kept = pick(result, ["task_id", "status", "completed_at", "failed_at", "dispatch"]);
  const { metadata = {} } = result;
  const redacted = redactor.value(metadata);
  return {
    ...redactor.value(result),
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

function pick<T extends object, K extends keyof T>(value: T, keys: readonly K[]): Partial<T> {
  const kept: Partial<T> = {};
  for (const key of keys) if (key in value) kept[key] = value[key];
  return kept;
}
