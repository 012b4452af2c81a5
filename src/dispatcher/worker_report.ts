/**
 * What a worker writes to `MACP_RESULT_FILE`: data of an untrusted process, which can
 * inform the result and ask for a person, and never turn a red gate green.
 *
 * @module
 */
import { isRecord } from "../protocol/events.ts";
import { isTooDeep, maxDepth, parseJsonText } from "../protocol/parse_json.ts";
import { describeKind } from "../protocol/not_a_file.ts";
import type { Files } from "../sys/files.ts";

/** Most bytes of the file. */
const maxBytes = 1024 * 1024;

/** What the worker said of itself. */
export interface WorkerReport {
  summary: string | null;
  pr: string | null;
  /** Set when the worker asks for a person: its reason. */
  escalation: string | null;
  metadata: Record<string, unknown> | null;
  /** What was wrong with the file. */
  warnings: string[];
}

/** A report that says nothing. */
export function emptyReport(...warnings: string[]): WorkerReport {
  return { summary: null, pr: null, escalation: null, metadata: null, warnings };
}

/** Reads the file; an unusable one gives a warning. */
export function readWorkerReport(files: Files, path: string): WorkerReport {
  const stat = files.lstat(path);
  if (stat === null) return emptyReport();
  const refuse = (why: string) => emptyReport(`the worker's result file was ignored: ${why}`);
  if (stat.kind !== "file") return refuse(`it is ${describeKind(stat.kind)}`);
  if (stat.size > maxBytes) return refuse(`it has ${stat.size} bytes, more than ${maxBytes}`);
  let text = "";
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(files.readBytes(path));
    return text.trim() === "" ? emptyReport() : parseWorkerReport(parseJsonText(text));
  } catch {
    return refuse(
      isTooDeep(text) ? `it is nested deeper than ${maxDepth} levels` : "it is not JSON",
    );
  }
}

/** Takes what is well-formed and says what is not. */
export function parseWorkerReport(value: unknown): WorkerReport {
  if (!isRecord(value)) {
    return emptyReport("the worker's result file was ignored: it is not an object");
  }
  const warnings: string[] = [];
  const textOf = (field: string): string | null => {
    const found = value[field];
    if (found === undefined || found === null) return null;
    if (typeof found === "string") return found;
    warnings.push(`the worker's ${field} was ignored: it is not a text`);
    return null;
  };
  const status = textOf("status");
  const reason = textOf("escalation_reason");
  if (value.metadata !== undefined && !isRecord(value.metadata)) {
    warnings.push("the worker's metadata was ignored: it is not an object");
  }
  return {
    summary: textOf("summary"),
    pr: textOf("pr"),
    escalation: status === "escalated" ? reason ?? "the worker asks for a person" : null,
    metadata: isRecord(value.metadata) ? value.metadata : null,
    warnings,
  };
}
