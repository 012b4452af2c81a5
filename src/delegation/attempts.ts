/**
 * The attempts of a delegation: send, wait, validate, retry or finish.
 *
 * @module
 */
import { type DelegationRun, factsOf } from "./delegation_run.ts";
import { keepCopy, type StartingPoint, takeLate, takeLateOrMove } from "./earlier_answer.ts";
import type { HandoffRead } from "./handoff_file.ts";
import { markOfRead } from "./earlier_answer.ts";
import { judgeRead } from "./judge_read.ts";
import { renderMessage } from "./message.ts";
import { answered, failed, interrupted, type Outcome, refused, sent } from "./outcome.ts";
import type { Sent } from "./send.ts";
import { shouldRetry } from "./should_retry.ts";
import { tellSecrets } from "./tell_secrets.ts";

/** Milliseconds to pause after a failed send, and after a bad answer. */
const [sendPauseMs, answerPauseMs] = [5000, 3000];

/** Milliseconds to look, after a time-out, whether the gateway is up at all. */
const lastCheckMs = 1000;

/** What an attempt came to: an outcome, or why there is to be another. */
type Step =
  | { outcome: Outcome }
  | { again: Again };

/** Why there is to be another attempt. */
interface Again {
  reason: string;
  pauseMs: number;
  /** The answer that was not good, which may still be being written; null without one. */
  bad: HandoffRead | null;
}

/** One attempt. */
interface Attempt {
  number: number;
  /** When it began, on the steady clock. */
  start: number;
  /** When its time is over, on the same clock. */
  end: number;
  /** What went wrong before it; null for a first one. */
  previousError: string | null;
}

/**
 * Makes attempts until one ends the delegation.
 *
 * @param from.spentMs Milliseconds of the first attempt that are gone already.
 */
export async function runAttempts(
  run: DelegationRun,
  from: StartingPoint & { spentMs: number },
): Promise<Outcome> {
  const { context, asked, log } = run;
  const holding = tellSecrets(run);
  let { spentMs } = from;
  let previousError = from.previousError;
  let before: { bad: HandoffRead | null; came: HandoffRead | null } = { bad: null, came: null };
  for (let number = 1;; number++) {
    const start = context.world.clock.elapsed();
    const attempt = { number, start, end: start + asked.timeoutMs - spentMs, previousError };
    spentMs = 0;
    if (context.signal.aborted) return stopped(run, attempt);
    // Without secrets before it is cut: half of one would not be known any more.
    const task = context.redactor.text(asked.task).slice(0, 200);
    log.add("attempt_start", task, { attempt: number, ...holding });
    if (number > 1) {
      const late = await takeLateOrMove(run, { attempt: number, ...before });
      if (late.outcome !== null) return late.outcome;
      if (late.fault !== null) run.deliveries.over();
      attempt.previousError = late.fault ?? previousError;
    }
    const step = await tryOnce(run, attempt);
    if ("outcome" in step) return step.outcome;
    previousError = step.again.reason;
    before = { bad: step.again.bad, came: await pause(run, step.again) };
  }
}

/** Pauses before the next attempt; an answer that comes meanwhile ends the pause. */
async function pause(
  { context, paths }: DelegationRun,
  { pauseMs, bad }: Again,
): Promise<HandoffRead | null> {
  if (pauseMs === 0) return null;
  const { steps, world, signal, redactor } = context;
  const except = bad === null ? null : markOfRead(world.files, paths.answer, bad);
  const options = { timeoutMs: pauseMs, signal, redactor, except };
  return await steps.waitForHandoff(world, paths.answer, options);
}

async function tryOnce(run: DelegationRun, attempt: Attempt): Promise<Step> {
  const { context, asked, paths } = run;
  const sending = await send(run, attempt);
  if (context.signal.aborted) return { outcome: stopped(run, attempt) };
  if (sending.kind === "failed") return await judgeSend(run, attempt, sending);
  if (!asked.wait) return { outcome: sent(factsOf(run)) };
  const { steps, world, signal } = context;
  const read = await steps.waitForHandoff(world, paths.answer, {
    timeoutMs: leftMs(run, attempt),
    signal,
    redactor: context.redactor,
  });
  if (read !== null) return judgeAnswer(run, attempt, read);
  if (signal.aborted) return { outcome: stopped(run, attempt) };
  return await judgeSilence(run, attempt);
}

/** A signal came: what is known of the sends until now. */
function stopped(run: DelegationRun, { start }: Attempt): Outcome {
  const { inDoubt, reached } = run.deliveries;
  const when = inDoubt ? "while" : reached ? "after" : "before";
  return interrupted(factsOf(run, start), when);
}

function leftMs({ context }: DelegationRun, { end }: Attempt): number {
  return Math.max(0, end - context.world.clock.elapsed());
}

async function send(run: DelegationRun, attempt: Attempt): Promise<Sent> {
  const { number, previousError } = attempt;
  const { context, asked, agent, paths, channelContext, log } = run;
  const { runId, task, deliver } = asked;
  const note = run.deliveries.begin(previousError);
  const message = renderMessage({
    runId,
    agent: asked.agent,
    task,
    attempt: note.key,
    previousError: note.previousError,
    context: asked.context,
    channelContext,
    handoffPath: paths.answer,
    deliver,
  });
  const request = { runId, attempt: note.key, message, deliver };
  const outcome = await context.steps.sendTask(context.world, agent, request, {
    signal: context.signal,
    timeoutMs: leftMs(run, attempt),
    onNote: (text) => {
      log.add("send_error", text, { attempt: number });
      context.note(text);
    },
  });
  if (outcome.kind === "admitted") run.deliveries.admitted();
  else run.deliveries.failed(outcome.reason, { inDoubt: outcome.inDoubt === true });
  return outcome;
}

/**
 * A gateway that asks for a longer pause than an answer is waited for is not asked again. What
 * failed may have arrived all the same: an answer that is there counts.
 */
async function judgeSend(
  run: DelegationRun,
  { number, start }: Attempt,
  { reason, retry, afterMs }: Extract<Sent, { kind: "failed" }>,
): Promise<Step> {
  const { asked, log } = run;
  log.add("send_failed", reason, { attempt: number, ...elapsed(run, start) });
  const pauseMs = afterMs ?? sendPauseMs;
  const fits = pauseMs <= Math.max(asked.timeoutMs, sendPauseMs);
  if (retry && fits && number < asked.attempts) {
    return { again: { reason: "Failed to send task", pauseMs, bad: null } };
  }
  const late = await takeLate(run, { attempt: number, read: null });
  if (late.outcome !== null) return { outcome: late.outcome };
  const times = number === 1 ? "1 attempt" : `${number} attempts`;
  const asks = afterMs === null ? "" : `, and asks to wait ${afterMs / 1000} s (Retry-After)`;
  const long = retry && !fits ? ", longer than an answer is waited for (--timeout)" : "";
  const notes = `Failed to send task after ${times}: ${reason}${asks}${long}`;
  return { outcome: failed(factsOf(run, start), { code: "send_failed", notes }) };
}

function judgeAnswer(run: DelegationRun, attempt: Attempt, read: HandoffRead): Step {
  const { asked, log } = run;
  const { number, start } = attempt;
  const about = { attempt: number, ...elapsed(run, start) };
  const judged = judgeRead(read, { strict: asked.strict, runId: asked.runId });
  const { retry, reason } = shouldRetry(read, judged.validation, number, asked.attempts);
  if (judged.document === null || retry) run.deliveries.over();
  if (judged.fault !== null || retry) log.add("validation_failed", judged.fault ?? reason, about);
  if (retry) {
    keepCopy(run, read);
    return { again: { reason, pauseMs: answerPauseMs, bad: read } };
  }
  const facts = factsOf(run, start);
  if (judged.document === null) {
    return { outcome: refused(facts, read, { ...judged, path: run.paths.answer }) };
  }
  log.add("complete", judged.status, { ...about, ...confidenceOf(judged.document) });
  return { outcome: answered(facts, judged.document) };
}

async function judgeSilence(run: DelegationRun, { number, start }: Attempt): Promise<Step> {
  const { context, asked, agent, log } = run;
  log.add("timeout", "", { attempt: number, ...elapsed(run, start) });
  // To note that makes the folder anew.
  const isGone = context.world.files.stat(context.places.handoffs) === null;
  run.deliveries.over();
  if (number < asked.attempts) return { again: { reason: "timeout", pauseMs: 0, bad: null } };
  const seconds = asked.timeoutMs / 1000;
  const silence = `Agent did not respond within ${seconds}s (attempt ${number}/${asked.attempts})`;
  const over = context.world.clock.deadline(lastCheckMs);
  const health = await context.steps.checkHealth(
    context.world,
    agent,
    AbortSignal.any([context.signal, over]),
  );
  const notes = health.healthy || over.aborted
    ? silence
    : `${silence}, and its gateway is down: ${health.reason}`;
  const { handoffs } = context.places;
  const gone = isGone ? `; the folder of the answers is gone: ${handoffs}` : "";
  const hints = [`Take a later answer with: macp delegate --collect ${asked.runId}`];
  return {
    outcome: failed(factsOf(run, start), {
      status: "timeout",
      code: "timeout",
      notes: notes + gone,
      hints,
    }),
  };
}

/** What the agent says of its confidence, for the log. */
export function confidenceOf({ confidence }: Record<string, unknown>): { confidence?: string } {
  return typeof confidence === "string" ? { confidence } : {};
}

function elapsed({ context }: DelegationRun, start: number): { elapsedMs: number } {
  return { elapsedMs: Math.round(context.world.clock.elapsed() - start) };
}
