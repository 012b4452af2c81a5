/**
 * Whether an agent is asked again.
 *
 * @module
 */
import type { HandoffRead } from "./handoff_file.ts";
import { type HandoffValidation, textOfField } from "./validate_handoff.ts";

/** Whether to ask again; if so, `reason` is what was wrong, as the agent is told. */
export interface RetryDecision {
  retry: boolean;
  /** Why it is asked again or not; empty where the answer is good. */
  reason: string;
}

/**
 * Decides after an attempt. Asked again is where no answer came, or it is malformed, cannot
 * be read, does not hold what it must, says that it failed, or is partial with low confidence.
 * A blocked agent is not: it would be blocked again.
 *
 * @param result What was found at the end of the attempt; null when nothing was.
 * @param validation What was found about it; null where there was nothing to judge.
 * @param attempt Number of the attempt, from 1 on.
 * @param attempts How many there may be.
 */
export function shouldRetry(
  result: HandoffRead | null,
  validation: HandoffValidation | null,
  attempt: number,
  attempts: number,
): RetryDecision {
  if (attempt >= attempts) return { retry: false, reason: "Max retries reached" };
  const reason = faultOf(result, validation);
  if (reason === null) return { retry: false, reason: "" };
  return { retry: !isBlocked(result, validation), reason };
}

function isBlocked(result: HandoffRead | null, validation: HandoffValidation | null): boolean {
  return result?.kind === "read" && result.document.status === "blocked" && !isForeign(validation);
}

function isForeign(validation: HandoffValidation | null): boolean {
  return validation?.valid === false && validation.ofOtherRun === true;
}

/** What is wrong with the outcome of an attempt, or null. */
function faultOf(result: HandoffRead | null, validation: HandoffValidation | null): string | null {
  switch (result?.kind) {
    case undefined:
    case "absent":
      return "timeout";
    case "unparsable":
      return `malformed response: ${result.reason}`;
    case "unreadable":
      return `error: ${result.reason}`;
    case "read":
      return faultOfDocument(result.document, validation);
  }
}

function faultOfDocument(
  document: Readonly<Record<string, unknown>>,
  validation: HandoffValidation | null,
): string | null {
  if (validation?.valid === false) {
    return document.status === "failed" && !isForeign(validation)
      ? `agent failed: ${textOfField(document, "notes") ?? "no details"}`
      : validation.error;
  }
  const { status, confidence } = document;
  const low = typeof confidence === "string" && confidence.trim().toLowerCase() === "low";
  return status === "partial" && low ? "partial with low confidence" : null;
}
