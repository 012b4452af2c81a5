/**
 * Answers to what an earlier attempt of the same task asked.
 *
 * @module
 */
import { messageOf } from "../protocol/errors.ts";
import { sha256Hex } from "../protocol/names.ts";
import { collect } from "./collect.ts";
import type { Asked, DelegateContext } from "./delegation_run.ts";
import { judgeRead } from "./judge_read.ts";
import type { Outcome } from "./outcome.ts";
import { readRequest, type RequestRecord, withoutSecrets, writeRequest } from "./request_record.ts";
import { handoffPaths } from "./run_id.ts";

/** Where the part of a brief begins that tells of the attempt before. */
const failureHeading = "\n## What went wrong in the attempt before\n";

/** Hexadecimal SHA-256 of what a task asks, whatever attempt it is. */
export function questionOfTask(
  { agent, task, context }: Pick<Asked, "agent" | "task" | "context">,
): Promise<string> {
  const at = task.lastIndexOf(failureHeading);
  return sha256Hex(JSON.stringify([agent, (at < 0 ? task : task.slice(0, at)).trim(), context]));
}

/**
 * A good answer that came under one of the run ids after the attempt that asked for it had
 * ended, and that no attempt took; null without one.
 *
 * @param runIds Newest first.
 */
export async function takeEarlierAnswer(
  context: DelegateContext,
  asked: Asked,
  runIds: readonly string[],
): Promise<Outcome | null> {
  const { world, steps, redactor, places } = context;
  for (const runId of runIds) {
    const { answer, request } = handoffPaths(places.handoffs, runId);
    const read = steps.readHandoff(world.files, answer, redactor);
    if (read.kind !== "read") continue;
    const record = recordOf(context, request, runId);
    const isSame = record?.question_sha256 === asked.questionSha256 && !record?.taken;
    if (!isSame || asked.questionSha256 === null) continue;
    if (judgeRead(read, { strict: asked.strict, runId }).document === null) continue;
    const { strict, workflowId, stepId } = asked;
    const outcome = await collect(context, { runId, timeoutMs: 0, strict, workflowId, stepId });
    if (outcome.error === null) return outcome;
  }
  return null;
}

/** Notes that an attempt took the answer of a run, so that no later one takes it again. */
export function noteTaken(context: DelegateContext, runId: string): void {
  const { request } = handoffPaths(context.places.handoffs, runId);
  const record = recordOf(context, request, runId);
  if (record === null) return;
  try {
    const taken = withoutSecrets({ ...record, taken: true }, context.redactor);
    writeRequest(context.world, request, taken);
  } catch (error) {
    context.note(messageOf(error));
  }
}

function recordOf(
  { world }: DelegateContext,
  path: string,
  runId: string,
): RequestRecord | null {
  try {
    return readRequest(world.files, path, runId);
  } catch {
    return null;
  }
}
