/**
 * What must hold of a call of `macp delegate`, and of what shows delegations, whatever its files
 * hold.
 *
 * @module
 */
import { type Called, callProgram } from "./fuzz_call.ts";
import { parseRecord } from "./fuzz_documents.ts";
import type { FuzzInput } from "./fuzz_inputs.ts";
import { faultOfCall } from "./fuzz_oracles.ts";
import { faultOfReading } from "./fuzz_handoff_reading.ts";
import { handoffNames } from "./fuzz_handoffs.ts";
import { faultOfReport } from "./fuzz_streams.ts";
import { bytesOf, forbidden, redactor } from "./fuzz_texts.ts";
import { root } from "./fuzz_world.ts";

/** Exit codes of the table in the README by status; of others it is 1. */
const wellEnded = ["complete", "partial", "sent", "planned"];

/** Files that only people and other programs write. */
const foreign = ["config", "registry", "context", "task", "brief"] as const;

/** Tries a case; what is wrong with what came of it, or null. */
export async function tryHandoffs(input: FuzzInput): Promise<string | null> {
  try {
    const fault = await faultOfReading(input);
    if (fault !== null) return fault;
  } catch (error) {
    return `it throws ${error instanceof Error ? error.stack : error}`;
  }
  let left: Uint8Array | null = null;
  const called = await callProgram(input, {
    env: input.files[handoffNames.task] === undefined ? {} : taskVariables,
    onRequest: ({ method }, files) => {
      if (method !== "POST") return;
      left = bytesOf(input.report);
      files.leave(`${root}/${handoffNames.answer}`, left);
    },
  });
  if (typeof called === "string") return called;
  return faultOfCall(input, called) ?? faultOfDocument(input, called) ??
    faultOfResult(input, called) ??
    faultOfKept(input, called, left) ?? faultOfLog(called) ?? faultOfTaskReport(called);
}

const taskVariables = {
  MACP_TASK_FILE: `${root}/${handoffNames.task}`,
  MACP_BRIEF_FILE: `${root}/${handoffNames.brief}`,
  MACP_RESULT_FILE: `${root}/${handoffNames.report}`,
  MACP_ATTEMPT: "2",
};

/** Standard output is one document, unless a text is asked for, and agrees with the exit code. */
function faultOfDocument({ args }: FuzzInput, { code, printed }: Called): string | null {
  const { stdout } = printed;
  const isText = args.includes("text") || args.includes("--list");
  if (args[0] !== "delegate" || isText || (args.includes("--json") && stdout === "")) return null;
  const document = parseRecord(stdout);
  if (document === null) return `standard output is no document: ${JSON.stringify(stdout)}`;
  const { status, latencyMs = 0 } = document;
  const isWell = wellEnded.includes(String(status));
  if (isWell !== (code === 0)) return `it exits ${code} with status ${JSON.stringify(status)}`;
  return typeof latencyMs === "number" ? null : `it took ${JSON.stringify(latencyMs)} ms`;
}

/** What is collected is what the agent said, where that holds no secret. */
function faultOfResult({ args }: FuzzInput, { code, printed, before }: Called): string | null {
  const answer = before.get(handoffNames.answer);
  if (code !== 0 || !args.some((arg) => arg.startsWith("--collect")) || !answer) return null;
  const { result } = JSON.parse(new TextDecoder().decode(answer));
  const json = JSON.stringify(result ?? null, null, 2);
  if (redactor.text(json) !== json) return null;
  if (!args.includes("text")) {
    const told = JSON.stringify(parseRecord(printed.stdout)?.result, null, 2);
    return told === json ? null : `an agent said ${json}, and ${told} is printed`;
  }
  const text = typeof result === "string" ? result : json;
  const whole = text.endsWith("\n") ? text : `${text}\n`;
  return printed.stdout === whole ? null : `an agent said ${json}, and another text is printed`;
}

/** What others wrote stays; an answer stays, or is moved aside as it was. */
function faultOfKept(
  { args }: FuzzInput,
  { files, before }: Called,
  left: Uint8Array | null,
): string | null {
  const now = (name: string) => {
    const stat = files.stat(`${root}/${name}`);
    return stat?.kind === "file" ? files.readBytes(`${root}/${name}`) : null;
  };
  const same = (name: string, bytes: Uint8Array) => {
    const found = now(name);
    return found !== null && found.length === bytes.length &&
      found.every((byte, index) => byte === bytes[index]);
  };
  for (const name of foreign) {
    const bytes = before.get(handoffNames[name]);
    if (bytes && !same(handoffNames[name], bytes)) return `${handoffNames[name]} changed`;
  }
  const answer = left ?? before.get(handoffNames.answer);
  const isKept = answer === undefined || same(handoffNames.answer, answer) ||
    same(handoffNames.previous, answer);
  if (!isKept) return "an answer is lost";
  const onlyReads = !args.includes("delegate") || args.some((arg) => arg.startsWith("--collect"));
  const changed = ["answer", "previous", "request"] as const;
  const other = changed.map((name) => handoffNames[name]).find((name) => {
    const bytes = before.get(name);
    return bytes !== undefined && !same(name, bytes);
  });
  return onlyReads && other !== undefined ? `${other} changed, and was only to be read` : null;
}

/** Lines of the log that were added are objects with short texts. */
function faultOfLog({ files, before }: Called): string | null {
  const path = `${root}/${handoffNames.log}`;
  if (files.stat(path) === null) return null;
  const old = before.get(handoffNames.log) ?? new Uint8Array();
  const added = new TextDecoder().decode(files.readBytes(path).subarray(old.length));
  for (const line of added.split("\n").filter((text) => text !== "")) {
    const entry = parseRecord(line);
    if (entry === null) return `a line of the log is no document: ${line}`;
    const long = Object.values(entry).find((value) => String(value).length > 500);
    if (long !== undefined) return `a line of the log has a text of ${String(long).length}`;
  }
  return null;
}

/** What the controller reads of a task's worker fits its schema and holds no secret. */
function faultOfTaskReport({ files }: Called): string | null {
  const path = `${root}/${handoffNames.report}`;
  if (files.stat(path) === null) return null;
  const text = files.readText(path);
  if (parseRecord(text) === null) return `the result file of a task is no document: ${text}`;
  const secret = forbidden.find((form) => text.includes(form));
  return secret === undefined ? faultOfReport(text) : `a result file holds the secret ${secret}`;
}
