/**
 * What must hold of how the files of a delegation are read and judged, whoever calls.
 *
 * @module
 */
import { agentNames, readRegistry, resolveAgent } from "../../src/delegation/agents.ts";
import { readHandoff } from "../../src/delegation/handoff_file.ts";
import { judgeRead } from "../../src/delegation/judge_read.ts";
import { answered, type Outcome, refused } from "../../src/delegation/outcome.ts";
import { readRequest } from "../../src/delegation/request_record.ts";
import { shouldRetry } from "../../src/delegation/should_retry.ts";
import { taskOptions } from "../../src/delegation/task_options.ts";
import { taskReport } from "../../src/delegation/task_report.ts";
import { handoffFaults } from "../../src/cli/check_handoff.ts";
import { MacpError } from "../../src/protocol/errors.ts";
import {
  validateHandoff,
  validateLenientHandoff,
} from "../../src/protocol/generated/validators.js";
import { filesOf } from "./fuzz_call.ts";
import type { FuzzInput } from "./fuzz_inputs.ts";
import { handoffNames, runId } from "./fuzz_handoffs.ts";
import { faultOfReport } from "./fuzz_streams.ts";
import { bytesOf, forbidden, redactor } from "./fuzz_texts.ts";
import { type FuzzFiles, root } from "./fuzz_world.ts";

/** What no text on one line holds. */
// deno-lint-ignore no-control-regex
const unprintable = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

/** Reads each file of a case in every way; what is wrong with what came of it, or null. */
export async function faultOfReading(input: FuzzInput): Promise<string | null> {
  const files = filesOf(input);
  files.put(`${root}/${handoffNames.answer}`, bytesOf(input.report));
  files.touched.clear();
  const fault = faultOfAnswer(files, true) ?? faultOfAnswer(files, false) ??
    faultOfRecord(files) ?? faultOfRegistry(files) ?? await faultOfTask(input);
  if (fault !== null) return fault;
  return files.touched.size === 0 ? null : `reading changes ${[...files.touched]}`;
}

function faultOfAnswer(files: FuzzFiles, strict: boolean): string | null {
  const path = `${root}/${handoffNames.answer}`;
  const read = readHandoff(files, path, redactor);
  if (read.kind === "absent") return "an answer that is there is absent";
  const judged = judgeRead(read, { strict, runId });
  const outcome = judged.document === null
    ? refused({ runId, agent: "webster", workflowId: null, stepId: null }, read, {
      ...judged,
      path,
    })
    : answered({ runId, agent: "webster", workflowId: null, stepId: null }, judged.document);
  const { reason } = shouldRetry(read, judged.validation, 1, 2);
  return faultOfLine("a fault", judged.fault) ?? faultOfLine("a reason", reason) ??
    faultOfLine("an error", outcome.error?.message ?? null) ?? faultOfOutcome(outcome) ??
    faultOfSchema(read.kind === "read" ? read.document : null, judged.document, strict) ??
    (handoffFaults(files, path, strict ? "handoff" : "lenient-handoff").some(isEmpty)
      ? "a fault without words"
      : null);
}

function isEmpty(text: string): boolean {
  return text.trim() === "";
}

/** A text that a person reads on one line. */
function faultOfLine(what: string, text: string | null): string | null {
  if (text === null) return null;
  if (unprintable.test(text)) return `${what} holds a control character: ${JSON.stringify(text)}`;
  return text.length > 1500 ? `${what} has ${text.length} characters` : null;
}

/** The document is JSON that says whose it is, without secrets; so is what a task gets of it. */
function faultOfOutcome(outcome: Outcome): string | null {
  const text = JSON.stringify(outcome.document);
  const document = JSON.parse(text);
  if (document.runId !== runId || typeof document.status !== "string") {
    return `an outcome is of run ${document.runId} and ${document.status}`;
  }
  const secret = forbidden.find((form) => text.includes(form));
  if (secret !== undefined) return `an outcome holds the secret ${secret}`;
  return faultOfReport(JSON.stringify(taskReport(outcome)));
}

/** What is taken fits the schema, and what fits it and ended well is taken. */
function faultOfSchema(
  document: Record<string, unknown> | null,
  taken: Record<string, unknown> | null,
  strict: boolean,
): string | null {
  const validate = strict ? validateHandoff : validateLenientHandoff;
  if (taken !== null) return validate(taken) ? null : "an answer is taken that does not fit";
  if (document === null || !validate(document)) return null;
  const isGood = document.status === "complete" || document.status === "partial";
  const isOther = ![undefined, null, "", runId].some((own) => document.runId === own);
  return isGood && !isOther ? `a fitting answer is refused: ${JSON.stringify(document)}` : null;
}

function faultOfRecord(files: FuzzFiles): string | null {
  try {
    const record = readRequest(files, `${root}/${handoffNames.request}`, runId);
    if (record === null || !Number.isNaN(Date.parse(record.started_at))) return null;
    return `a record began at no time: ${record.started_at}`;
  } catch (error) {
    return faultOfError(error);
  }
}

function faultOfRegistry(files: FuzzFiles): string | null {
  const { registry, warning } = readRegistry(files, `${root}/${handoffNames.registry}`);
  const sources = { settings: { agents: {} }, registry, env: {} };
  for (const name of agentNames(sources)) {
    try {
      const { url } = resolveAgent(name, sources);
      if (!/^https?:$/.test(url.protocol)) return `an agent is behind ${url}`;
    } catch (error) {
      const fault = faultOfError(error);
      if (fault !== null) return fault;
    }
  }
  return faultOfLine("a warning", warning);
}

async function faultOfTask({ files }: FuzzInput): Promise<string | null> {
  const text = files[handoffNames.task];
  if (text === undefined) return null;
  try {
    const { texts } = await taskOptions(JSON.parse(text), "2");
    const bad = Object.values(texts).find((value) => typeof value !== "string");
    return bad === undefined ? null : `an option of a task is ${JSON.stringify(bad)}`;
  } catch (error) {
    return faultOfError(error);
  }
}

/** Null for an error that was thought of. */
function faultOfError(error: unknown): string | null {
  if (!(error instanceof MacpError)) throw error;
  return error.code === "" ? "an error has no code" : null;
}
