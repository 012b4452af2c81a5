/**
 * What the worker of a delegated task tells its controller.
 *
 * @module
 */
import { isRecord } from "../protocol/events.ts";
import type { MacpError } from "../protocol/errors.ts";
import { oneLine } from "../protocol/text.ts";
import type { Outcome } from "./outcome.ts";

/** Most characters of an agent's text in a result. */
const maxCharacters = 1000;

/** Most characters of the agent's result, and of its deliverable as JSON. */
const maxResult = 20_000;

/** Faults that no further attempt mends. */
const needPerson: readonly string[] = ["agent_blocked", "unknown_agent", "acl_denied"];

/** Content of `MACP_RESULT_FILE`. A blocked agent asks for a person. */
export function taskReport({ document, error }: Outcome): Record<string, unknown> {
  const { status, runId, agent, deliverable, confidence, result } = document;
  const delegation = {
    run_id: runId,
    agent,
    status,
    ...(typeof confidence === "string" ? { confidence: oneLine(confidence, 20) } : {}),
    ...(isRecord(deliverable) ? { deliverable: shortenedBlock(deliverable) } : {}),
    ...(result === null || result === undefined ? {} : { result: shortened(result) }),
    ...(error === null ? {} : { code: error.code }),
  };
  const report = { summary: summaryOf({ document, error }), metadata: { delegation } };
  if (error === null || !needPerson.includes(error.code)) return report;
  return {
    ...report,
    status: "escalated",
    escalation_reason: oneLine(error.message, maxCharacters),
  };
}

/** Content of `MACP_RESULT_FILE` where the task is asked for wrongly: a person has to mend it. */
export function faultReport({ message, code, details }: MacpError): Record<string, unknown> {
  const reason = oneLine([message, ...details].join("; "), maxCharacters);
  return {
    summary: reason,
    metadata: { delegation: { status: "error", code } },
    status: "escalated",
    escalation_reason: reason,
  };
}

/** A result as it is, or the beginning of its text with a note. */
function shortened(result: unknown): unknown {
  const text = typeof result === "string" ? result : JSON.stringify(result);
  if (text.length <= maxResult) return result;
  const note = `\n[cut: ${text.length.toLocaleString("en-US")} characters in the answer's file]`;
  return text.slice(0, maxResult - note.length).replace(/[\ud800-\udbff]$/, "") + note;
}

function shortenedBlock(deliverable: Record<string, unknown>): Record<string, unknown> {
  if (JSON.stringify(deliverable).length <= maxResult) return deliverable;
  const { type, summary } = deliverable;
  return { type, summary: oneLine(String(summary), maxCharacters) };
}

/** The deliverable's summary, else the result where it is a text. */
function summaryOf({ document: { deliverable, result }, error }: Outcome): string {
  if (error !== null) return oneLine(error.message, maxCharacters);
  const told = isRecord(deliverable) ? deliverable.summary : null;
  const text = typeof told === "string" && told.trim() !== "" ? told : result;
  return oneLine(typeof text === "string" ? text : JSON.stringify(text ?? null), maxCharacters);
}
