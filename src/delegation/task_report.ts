/**
 * What the worker of a delegated task tells its controller.
 *
 * @module
 */
import { isRecord } from "../protocol/events.ts";
import { oneLine } from "../protocol/text.ts";
import type { Outcome } from "./outcome.ts";

/** Most characters of an agent's text in a result. */
const maxCharacters = 1000;

/** Content of `MACP_RESULT_FILE`. A blocked agent asks for a person. */
export function taskReport({ document, error }: Outcome): Record<string, unknown> {
  const { status, runId, agent, deliverable, confidence } = document;
  const delegation = {
    run_id: runId,
    agent,
    status,
    ...(typeof confidence === "string" ? { confidence: oneLine(confidence, 20) } : {}),
    ...(isRecord(deliverable) ? { deliverable } : {}),
    ...(error === null ? {} : { code: error.code }),
  };
  const report = { summary: summaryOf({ document, error }), metadata: { delegation } };
  if (error?.code !== "agent_blocked") return report;
  return {
    ...report,
    status: "escalated",
    escalation_reason: oneLine(error.message, maxCharacters),
  };
}

/** The deliverable's summary, else the result where it is a text. */
function summaryOf({ document: { deliverable, result }, error }: Outcome): string {
  if (error !== null) return oneLine(error.message, maxCharacters);
  const told = isRecord(deliverable) ? deliverable.summary : null;
  const text = typeof told === "string" && told.trim() !== "" ? told : result;
  return oneLine(typeof text === "string" ? text : JSON.stringify(text ?? null), maxCharacters);
}
