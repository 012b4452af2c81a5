/**
 * Whether an agent's answer is one.
 *
 * @module
 */
import { isRecord } from "../protocol/events.ts";
import { validateHandoff as fitsStrictly } from "../protocol/generated/validators.js";
import { oneLine } from "../protocol/text.ts";
import { faultsOf, shortJson } from "../protocol/validation.ts";

/** Fields that every answer has, and those that a strict one has. */
const requiredFields = ["status", "result"];
const strictFields = ["schemaVersion", "status", "result", "confidence", "timestamp"];

/** What an answer may say of itself. */
export const statuses: readonly unknown[] = ["complete", "partial", "blocked", "failed"];

/** What a deliverable can be. */
const deliverableTypes: readonly unknown[] = [
  ...["document", "code", "analysis", "recommendation", "review", "data"],
];

/** Most characters of an agent's text in a message. */
const maxCharacters = 300;

/** What was found about an answer. `error` is one line for people, logs and the agent. */
export type HandoffValidation =
  | { valid: true }
  /** `ofOtherRun` is set where nothing that the answer says is about this run. */
  | { valid: false; error: string; ofOtherRun?: true };

/** An answer, and what is expected of it. */
export interface HandoffExpectation {
  /** Whether all fields have to be there, and a deliverable where the work is complete. */
  strict: boolean;
  /** Run that was asked; an answer that names another is none. */
  runId: string;
}

/**
 * Judges an answer. One that is `failed` or `blocked` is not valid. Fields that nobody asked
 * for, and `result`, may be anything. Parts of the answer stand in `error`, cut: secrets have
 * to be out of it before.
 */
export function validateHandoff(
  document: unknown,
  { strict, runId }: HandoffExpectation,
): HandoffValidation {
  if (!isRecord(document)) return { valid: false, error: "No handoff data" };
  if (isOfOtherRun(document, runId)) {
    const error = `Answer of another run: '${textOfField(document, "runId")}'`;
    return { valid: false, error, ofOtherRun: true };
  }
  const error = missingFields(document, strict) ?? statusFault(document) ??
    (strict ? strictFault(document) : null);
  return error === null ? { valid: true } : { valid: false, error };
}

/** Whether an answer names another run than the one that was asked. */
export function isOfOtherRun(document: Readonly<Record<string, unknown>>, runId: string): boolean {
  return textOfField(document, "runId") !== null && document.runId !== runId;
}

/** A field of an answer as one line of text, shortened; JSON where it is no text. */
export function textOfField(
  document: Readonly<Record<string, unknown>>,
  field: string,
): string | null {
  const value = fieldOf(document, field) ?? "";
  return value === "" ? null : shortText(value);
}

function missingFields(
  document: Readonly<Record<string, unknown>>,
  strict: boolean,
): string | null {
  const missing = (strict ? strictFields : requiredFields)
    .filter((field) => !Object.hasOwn(document, field));
  return missing.length > 0 ? `Missing fields: ${missing.join(", ")}` : null;
}

function statusFault(document: Readonly<Record<string, unknown>>): string | null {
  const { status } = document;
  if (!statuses.includes(status)) return `Invalid status: '${shortText(status)}'`;
  const notes = textOfField(document, "notes") ?? "no details";
  if (status === "failed") return `Agent reported failure: ${notes}`;
  return status === "blocked" ? `Agent blocked: ${notes}` : null;
}

function strictFault(document: Readonly<Record<string, unknown>>): string | null {
  const deliverable = document.status === "complete"
    ? deliverableFault(fieldOf(document, "deliverable"))
    : null;
  if (deliverable !== null) return deliverable;
  const [fault] = faultsOf(fitsStrictly, document);
  if (fault === undefined) return null;
  const { path, value, expected } = fault;
  return oneLine(`Invalid ${path.slice(1)}: found ${value}, expected ${expected}`, maxCharacters);
}

function deliverableFault(deliverable: unknown): string | null {
  if (!isRecord(deliverable) || Object.keys(deliverable).length === 0) {
    return "Missing deliverable block — every completed task must include a deliverable";
  }
  const type = fieldOf(deliverable, "type");
  if (isBlank(type)) return "Deliverable missing 'type' field";
  if (!deliverableTypes.includes(type)) {
    return `Invalid deliverable type: '${shortText(type)}' (valid: ${deliverableTypes.join(", ")})`;
  }
  return isBlank(fieldOf(deliverable, "summary")) ? "Deliverable missing 'summary' field" : null;
}

/** Null, false, 0 and what is empty are as good as nothing. */
function isBlank(value: unknown): boolean {
  return !value || (typeof value === "object" && Object.keys(value).length === 0);
}

/** A field of its own; others come from what all objects have. */
function fieldOf(document: Readonly<Record<string, unknown>>, field: string): unknown {
  return Object.hasOwn(document, field) ? document[field] : undefined;
}

function shortText(value: unknown): string {
  return oneLine(typeof value === "string" ? value : shortJson(value), maxCharacters);
}
