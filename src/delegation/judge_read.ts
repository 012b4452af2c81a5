/**
 * What a handoff file means for the delegation that waits for it.
 *
 * @module
 */
import type { HandoffRead } from "./handoff_file.ts";
import { type HandoffValidation, validateHandoff } from "./validate_handoff.ts";

/** An answer after validation. */
export interface Judged {
  validation: HandoffValidation;
  /** What is wrong with it; null when it is good. */
  fault: string | null;
  /** Whether it is, as far as it says, the answer of this run. */
  isOwn: boolean;
  /** A good answer; null otherwise. */
  document: Record<string, unknown> | null;
  /** Its status, or what it is instead of an answer. */
  status: string;
  /** Whether it is good, or blocked: then asking again does not help. */
  isFinal: boolean;
}

/** Judges what was read. */
export function judgeRead(
  read: HandoffRead,
  about: { strict: boolean; runId: string },
): Judged {
  if (read.kind !== "read") return judgeNoDocument(read);
  const { document } = read;
  const validation = validateHandoff(document, about);
  const status = typeof document.status === "string" ? document.status : "invalid";
  if (validation.valid) {
    return { validation, fault: null, isOwn: true, document, status, isFinal: true };
  }
  const isOwn = validation.ofOtherRun !== true;
  const isFinal = status === "blocked" && isOwn;
  return { validation, fault: validation.error, isOwn, document: null, status, isFinal };
}

function judgeNoDocument(read: Exclude<HandoffRead, { kind: "read" }>): Judged {
  const fault = faultOf(read);
  const validation: HandoffValidation = { valid: false, error: fault };
  return { validation, fault, isOwn: true, document: null, status: read.kind, isFinal: false };
}

/** The words of the outcome too. */
export function faultOf(read: Exclude<HandoffRead, { kind: "read" }>): string {
  switch (read.kind) {
    case "absent":
      return "Failed to read handoff file: it is gone";
    case "unparsable":
      return `Invalid JSON in handoff file: ${read.reason}`;
    case "unreadable":
      return `Failed to read handoff file: ${read.reason}`;
  }
}
