/**
 * What comes of a delegation, in the form that is printed.
 *
 * @module
 */
import type { HandoffRead } from "./handoff_file.ts";
import type { Judged } from "./judge_read.ts";
import { statuses } from "./validate_handoff.ts";

/** What a delegation ended with. */
export interface Outcome {
  /** Printed as JSON: the agent's fields, or status, result and notes; then the run. */
  document: Record<string, unknown>;
  /** Why it did not end well; null when it did. */
  error: OutcomeError | null;
}

/** Why a delegation did not end well. */
export interface OutcomeError {
  /** Stable, machine-readable code. */
  code: string;
  /** A sentence, without a final period. */
  message: string;
  hints: string[];
}

/** What every document tells of its run. */
export interface RunFacts {
  runId: string;
  agent: string;
  /** Milliseconds from the start of the attempt; left out where nothing was asked. */
  latencyMs?: number;
  /** Milliseconds from the start of the whole call; left out where nothing was asked. */
  totalMs?: number;
  workflowId: string | null;
  stepId: string | null;
}

/** A failure of the delegation itself. */
export function failed(
  facts: RunFacts,
  { status = "error", code, notes, hints = [], ...more }: {
    status?: "error" | "timeout" | "malformed";
    code: string;
    notes: string;
    hints?: string[];
    [field: string]: unknown;
  },
): Outcome {
  const document = { status, result: null, notes, code, ...more, ...fieldsOf(facts) };
  return { document, error: { code, message: notes, hints } };
}

/** What would be asked. */
export function planned(facts: RunFacts, more: Record<string, unknown>): Outcome {
  return { document: { status: "planned", ...more, ...fieldsOf(facts) }, error: null };
}

/** A signal came; `when` tells whether the agent may have been asked. */
export function interrupted(facts: RunFacts, when: "before" | "while" | "after"): Outcome {
  const notes = when === "while"
    ? "Interrupted while the task was sent: it is not known whether the gateway has it"
    : `Interrupted ${when} the task was sent`;
  const hints = when !== "before"
    ? [`Take the answer with: macp delegate --collect ${facts.runId}`]
    : [];
  return failed(facts, { code: "interrupted", notes, hints });
}

/** The request was admitted, and nobody waits. */
export function sent(facts: RunFacts): Outcome {
  return { document: { status: "sent", ...fieldsOf(facts) }, error: null };
}

/** Fields by which this program tells of a run: those of an agent stand apart from them. */
const reserved: readonly string[] = [
  ...["code", "_raw", "latencyMs", "totalMs", "workflowRunId", "stepId", "schema_version"],
  ...["answer", "agentFields"],
];

/** An answer that was taken: complete or partial. */
export function answered(facts: RunFacts, document: Record<string, unknown>): Outcome {
  const entries = Object.entries(document);
  const own = entries.filter(([name]) => reserved.includes(name));
  const rest = Object.fromEntries(entries.filter(([name]) => !reserved.includes(name)));
  const agentFields = own.length === 0 ? {} : { agentFields: Object.fromEntries(own) };
  return { document: { ...rest, ...agentFields, ...fieldsOf(facts) }, error: null };
}

/** A final answer that is not good. */
export function refused(
  facts: RunFacts,
  read: HandoffRead,
  { fault: told, isOwn, path }: Pick<Judged, "fault" | "isOwn"> & { path: string },
): Outcome {
  const fault = told ?? "";
  const valid = fault.startsWith("Invalid status") ? [`Statuses are ${statuses.join(", ")}`] : [];
  const hints = [`The answer stands in ${path}`, ...valid];
  if (read.kind !== "read") {
    if (read.kind !== "unparsable") {
      return failed(facts, { code: "answer_unreadable", notes: fault, hints });
    }
    const more = { result: read.text, _raw: true, hints };
    return failed(facts, { status: "malformed", code: "answer_malformed", notes: fault, ...more });
  }
  const answer = read.document;
  const { status } = answer;
  if ((status === "failed" || status === "blocked") && isOwn) {
    const code = status === "failed" ? "agent_failed" : "agent_blocked";
    const { document } = answered(facts, answer);
    return { document: { ...document, code }, error: { code, message: fault, hints: [] } };
  }
  return failed(facts, { code: "answer_invalid", notes: fault, hints, answer });
}

function fieldsOf({ runId, agent, latencyMs, totalMs, workflowId, stepId }: RunFacts) {
  return {
    runId,
    agent,
    ...(latencyMs === undefined ? {} : { latencyMs: Math.round(latencyMs) }),
    ...(totalMs === undefined ? {} : { totalMs: Math.round(totalMs) }),
    ...(workflowId === null ? {} : { workflowRunId: workflowId }),
    ...(stepId === null ? {} : { stepId }),
  };
}
