/**
 * Taking the answer to a question that was asked earlier.
 *
 * @module
 */
import { MacpError } from "../protocol/errors.ts";
import { confidenceOf } from "./attempts.ts";
import { DelegationLog } from "./delegation_log.ts";
import type { DelegateContext } from "./delegation_run.ts";
import { judgeRead } from "./judge_read.ts";
import { answered, failed, interrupted, type Outcome, refused, type RunFacts } from "./outcome.ts";
import { readRequest, type RequestRecord, wasNeverSent } from "./request_record.ts";
import { checkRunId, handoffPaths } from "./run_id.ts";

/** What is collected. */
export interface Collecting {
  runId: string;
  /** Milliseconds to wait for the answer. */
  timeoutMs: number;
  /** Whether the answer has to be whole; null: as it was asked for. */
  strict: boolean | null;
  /** Those of the question unless given. */
  workflowId: string | null;
  stepId: string | null;
}

/**
 * Waits for the answer to an earlier question and validates it; nothing is sent, and the
 * files stay as they are.
 *
 * Throws `MacpError` of kind usage: `invalid_run_id`, and `unknown_run` when nothing was
 * asked under the id.
 */
export async function collect(context: DelegateContext, asked: Collecting): Promise<Outcome> {
  checkRunId(asked.runId);
  const { world, places, steps, signal } = context;
  const paths = handoffPaths(places.handoffs, asked.runId);
  const record = readRequest(world.files, paths.request, asked.runId);
  if (record === null) throw unknownRun(asked.runId);
  const facts = factsOf(asked, record);
  const log = new DelegationLog(world, places.logs, context.redactor, facts);
  const { timeoutMs } = asked;
  const { redactor } = context;
  // Who asks holds the lock, and may send again.
  const isOver = wasNeverSent(record) && world.files.lstat(paths.lock) === null;
  const waitMs = isOver ? 0 : timeoutMs;
  const wait = { timeoutMs: waitMs, signal, redactor };
  const read = await steps.waitForHandoff(world, paths.answer, wait);
  const elapsedMs = Math.max(0, world.clock.now() - Date.parse(record.started_at));
  const timed = { ...facts, latencyMs: elapsedMs };
  const about = { attempt: 1, elapsedMs };
  if (read === null) {
    if (signal.aborted) return interrupted(timed, "after");
    if (isOver) return neverSent(facts, record);
    log.add("timeout", "", about);
    const notes = `Agent did not respond within ${timeoutMs / 1000}s`;
    const hints = [`Wait longer with: macp delegate --collect ${asked.runId} --timeout SECONDS`];
    return failed(timed, { status: "timeout", code: "timeout", notes, hints });
  }
  const strict = asked.strict ?? record.strict;
  const judged = judgeRead(read, { strict, runId: asked.runId });
  if (judged.document === null) {
    log.add("validation_failed", judged.fault ?? "", about);
    return refused(timed, read, { ...judged, path: paths.answer });
  }
  log.add("complete", judged.status, { ...about, ...confidenceOf(judged.document) });
  return answered(timed, judged.document);
}

function neverSent(facts: RunFacts, { delivery }: RequestRecord): Outcome {
  const notes = `The task was not sent: ${delivery?.reason ?? "the gateway refused it"}`;
  const hints = ["Ask again, under the same run id or without one"];
  return failed(facts, { code: "not_sent", notes, hints });
}

function factsOf({ runId, workflowId, stepId }: Collecting, record: RequestRecord): RunFacts {
  return {
    runId,
    agent: record.agent,
    workflowId: workflowId ?? record.workflow_id,
    stepId: stepId ?? record.step_id,
  };
}

function unknownRun(runId: string): MacpError {
  return new MacpError("usage", `Cannot collect as nothing was asked under run id ${runId}`, {
    code: "unknown_run",
    hints: ["macp history --delegations lists the runs"],
  });
}
