/**
 * What was asked under a run id: written before the first send, so that a later call knows
 * what an answer is the answer to.
 *
 * @module
 */
import { dirname } from "@std/path";
import { MacpError } from "../protocol/errors.ts";
import { sha256Hex } from "../protocol/names.ts";
import type { Redactor } from "../redaction/redactor.ts";
import { atomicWrite, writeError } from "../store/atomic_write.ts";
import type { Files } from "../sys/files.ts";
import type { World } from "../sys/world.ts";
import { type Delivery, toDelivery } from "./deliveries.ts";
import { readHandoff } from "./handoff_file.ts";

/** The record of one run, `<run-id>.request.json`. */
export interface RequestRecord {
  schema_version: 1;
  run_id: string;
  agent: string;
  /** Who asks; null when nobody was named. */
  caller: string | null;
  workflow_id: string | null;
  step_id: string | null;
  /** Hexadecimal SHA-256 of agent, task and context. */
  asked_sha256: string;
  /** Whether the answer is judged strictly. */
  strict: boolean;
  /** RFC 3339, UTC. */
  started_at: string;
  /** What became of the sends; null where nothing is known of them. */
  delivery: Delivery | null;
  /** What a task asks in each of its attempts, hashed; null where no task asks. */
  question_sha256: string | null;
  /** Whether an attempt of the task took the answer. */
  taken: boolean;
}

/** What is asked. */
export interface Asked {
  runId: string;
  agent: string;
  task: string;
  /** Text of the context file; null without one. */
  context: string | null;
  caller: string | null;
  workflowId: string | null;
  stepId: string | null;
  strict: boolean;
  questionSha256?: string | null;
}

/** The record of what is asked now. */
export async function makeRequestRecord(
  { clock }: Pick<World, "clock">,
  asked: Asked,
): Promise<RequestRecord> {
  return {
    schema_version: 1,
    run_id: asked.runId,
    agent: asked.agent,
    caller: asked.caller,
    workflow_id: asked.workflowId,
    step_id: asked.stepId,
    asked_sha256: await sha256Hex(JSON.stringify([asked.agent, asked.task, asked.context])),
    strict: asked.strict,
    started_at: new Date(clock.now()).toISOString(),
    delivery: null,
    question_sha256: asked.questionSha256 ?? null,
    taken: false,
  };
}

/** Whether both ask the same agent the same, whoever asks and whenever. */
export function sameQuestion(record: RequestRecord, asked: RequestRecord): boolean {
  return record.run_id === asked.run_id && record.asked_sha256 === asked.asked_sha256;
}

/** The record without secrets in what people and gateways say; what tells the run stays. */
export function withoutSecrets(
  record: RequestRecord,
  redactor: Pick<Redactor, "value">,
): RequestRecord {
  const { caller, workflow_id, step_id, delivery } = record;
  const texts = redactor.value({ caller, workflow_id, step_id });
  if (delivery === null) return { ...record, ...texts };
  const { previous_error, reason } = delivery;
  const said = redactor.value({ previous_error, reason });
  return { ...record, ...texts, delivery: { ...delivery, ...said } };
}

/** Writes the record durably; makes the folder when it is missing. Throws `MacpError`. */
export function writeRequest(
  world: Pick<World, "files" | "uuid">,
  path: string,
  record: RequestRecord,
): void {
  try {
    world.files.makeFolder(dirname(path));
  } catch (cause) {
    throw writeError(path, cause);
  }
  atomicWrite(world, path, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
}

/**
 * The record of a run; null when there is none. Throws `MacpError` of kind failure, code
 * `request_unreadable`, when something else stands in its place.
 */
export function readRequest(files: Files, path: string, runId: string): RequestRecord | null {
  const read = readHandoff(files, path);
  if (read.kind === "absent") return null;
  const why = read.kind === "read" ? "it is no record of this run" : read.reason;
  const record = read.kind === "read" ? toRecord(read.document) : null;
  if (record?.run_id === runId) return record;
  throw new MacpError("failure", `Cannot read ${path} as ${why}`, {
    code: "request_unreadable",
    hints: ["Move it away, or delegate under another run id"],
  });
}

/** The record that a document is; what it says besides is left out. */
function toRecord(document: Readonly<Record<string, unknown>>): RequestRecord | null {
  const { schema_version, run_id, agent, asked_sha256, strict, started_at } = document;
  const whole = schema_version === 1 && typeof run_id === "string" && typeof agent === "string" &&
    isHash(asked_sha256) && typeof started_at === "string" && !Number.isNaN(Date.parse(started_at));
  if (!whole) return null;
  return {
    schema_version,
    run_id,
    agent,
    caller: textOrNull(document.caller),
    workflow_id: textOrNull(document.workflow_id),
    step_id: textOrNull(document.step_id),
    asked_sha256,
    strict: strict !== false,
    started_at,
    delivery: toDelivery(document.delivery),
    question_sha256: isHash(document.question_sha256) ? document.question_sha256 : null,
    taken: document.taken === true,
  };
}

/** A hash tells nothing of what was hashed; any other text may. */
function isHash(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}

/** Whether the gateway never got what was asked: its sends failed for certain. */
export function wasNeverSent({ delivery }: RequestRecord): boolean {
  return delivery !== null && delivery.state === "refused" && !delivery.reached;
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
