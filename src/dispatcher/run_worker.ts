/**
 * Runs the worker of an attempt, and judges how it ended.
 *
 * @module
 */
import { lastWords } from "../events/last_line.ts";
import { isRecord } from "../protocol/events.ts";
import { TextTail } from "../logs/text_tail.ts";
import { createTextCleaner } from "../logs/text_cleaner.ts";
import { markObstacle } from "../process/mark_script.ts";
import { type CommandEnd, runCommand } from "../process/run_command.ts";
import type { Failure } from "../protocol/outcomes.ts";
import { runtimeOf } from "../protocol/task.ts";
import { oneLine } from "../protocol/text.ts";
import type { StreamFacts } from "../runtimes/stream_reader.ts";
import { withAnySignal } from "../sys/with_any_signal.ts";
import { attemptEnvironment } from "./attempt_environment.ts";
import type { AttemptFiles } from "./attempt_files.ts";
import { missingProgram } from "./command.ts";
import { delegateToken } from "./delegate_token.ts";
import type { Dispatched, DispatchRequest } from "./dispatch_request.ts";
import { lookAtWorktree } from "./look_at_worktree.ts";
import { type Finding, WorkerWatch } from "./watch_worker.ts";
import { stallSecondsOf, type WorkerMode, workerMode, workerRuntime } from "./worker_mode.ts";
import { readWorkerReport, type WorkerReport } from "./worker_report.ts";

/** Characters of standard error that are kept, to look for a usage limit. */
const keptErrors = 16_384;
/** Lines and bytes of the end of its output that say why a worker ended. */
const endTail = { lines: 40, bytes: 16_384 };
/** Characters of an agent's own words in the error of a result. */
const maxWords = 500;
/** Signals by number, as an exit code of 128 + n tells them. */
const signals: Readonly<Record<number, string>> = {
  1: "SIGHUP",
  2: "SIGINT",
  3: "SIGQUIT",
  6: "SIGABRT",
  9: "SIGKILL",
  11: "SIGSEGV",
  13: "SIGPIPE",
  15: "SIGTERM",
};

/** A run of a worker, before it is judged. */
interface WorkerRun {
  mode: WorkerMode;
  watch: WorkerWatch;
  end: CommandEnd;
  /** What its stream told; null unless it ran without a terminal. */
  facts: StreamFacts | null;
  /** End of what it printed, redacted. */
  tail: string;
  /** End of its standard error, where that is apart. */
  errors: string;
}

/** Runs the worker to its end. What it reports and how it ended goes into `dispatched`. */
export async function runWorker(
  request: DispatchRequest,
  dispatched: Dispatched,
  command: string,
  files: AttemptFiles,
): Promise<void> {
  const { git, log } = request;
  dispatched.env = attemptEnvironment(request, dispatched.cwd, files);
  const obstacle = git.world.processes.tellsFileLockLimits ? markObstacle(git.world) : null;
  if (obstacle !== null) {
    dispatched.warnings.push(`processes that hide cannot be found for sure: ${obstacle}`);
  }
  const run = await watchCommand(request, dispatched, command);
  const { end, facts, watch } = run;
  log.section(`worker ended with exit code ${end.exitCode}`);
  dispatched.exitCode = end.exitCode;
  dispatched.usage = facts?.usage ?? null;
  dispatched.sessionId = facts?.sessionId ?? null;
  dispatched.report = readWorkerReport(git.world.files, files.result);
  dispatched.aborted = end.cause === "aborted" && watch.finding === null;
  if (dispatched.aborted) return;
  const reported = judgeReport(dispatched.report);
  const finding = reported ? null : findEnd(run);
  dispatched.hold = finding?.hold ?? null;
  dispatched.screenTail = finding?.screenTail ?? null;
  const judged = reported ?? finding?.failure ?? judgeRun(request, run);
  dispatched.failure = judged && !reported
    ? withDelegation(request, judged, dispatched.report)
    : judged;
}

async function watchCommand(
  request: DispatchRequest,
  dispatched: Dispatched,
  command: string,
): Promise<WorkerRun> {
  const { git, task, settings, log, signal, hooks } = request;
  const runtime = workerRuntime(task, settings);
  const mode = workerMode(task, runtime);
  const watch = new WorkerWatch({
    world: git.world,
    mode,
    runtime,
    stallSeconds: stallSecondsOf(task, settings),
    look: () => lookAtWorktree(git.at(dispatched.cwd)),
    log,
    progress: (message, metadata) => hooks.progress(message, metadata),
  });
  const errors = { cleaner: createTextCleaner(), tail: new TextTail(keptErrors) };
  log.section(
    `worker: ${mode === "terminal" ? `mosaic yolo ${runtimeOf(task, settings)}` : command}`,
  );
  const watching = watch.run();
  watching.catch(() => {}); // Told by the await below, once the worker has ended.
  try {
    const run = (either: AbortSignal) =>
      runCommand(git.world, {
        command,
        cwd: dispatched.cwd,
        // The worker alone: neither the setup nor the gates ask the agent.
        env: {
          ...dispatched.env,
          ...delegateToken(task, settings.delegate, git.world.env),
        },
        timeoutMs: timeoutSecondsOf(request) * 1000,
        separateStderr: mode === "headless",
        onStarted: (leader) => hooks.started(leader, dispatched.ready),
        onOutput: (chunk, stream) => {
          log.write(chunk, stream);
          watch.push(chunk, stream);
          if (stream === "err") errors.tail.push(errors.cleaner.push(chunk));
        },
        signal: either,
      });
    const end = await withAnySignal([signal, watch.signal], run);
    errors.tail.push(errors.cleaner.end());
    const tail = log.tail(endTail.lines, endTail.bytes);
    return { mode, watch, end, tail, facts: watch.end(), errors: errors.tail.text() };
  } finally {
    watch.end();
    await watching;
  }
}

/** What the watch found, or a usage limit that ended the worker. */
function findEnd({ mode, watch, end, tail, facts, errors }: WorkerRun): Finding | null {
  if (end.cause === "aborted") return watch.finding;
  if (end.cause === "timed_out") return null;
  const failed = end.exitCode !== 0 || isUnfinished(facts);
  if (mode === "headless" && facts) {
    const text = [...facts.errors, ...failed ? [facts.plainTail, errors] : []].join("\n");
    return watch.limitFinding(text);
  }
  if (!failed) return null;
  return mode === "terminal" ? watch.screenLimitFinding() : watch.limitFinding(tail);
}

function judgeRun(request: DispatchRequest, run: WorkerRun): Failure | null {
  const { task, settings } = request;
  const { mode, end, tail } = run;
  const failure = judgeWorker(end, timeoutSecondsOf(request));
  if (failure === null) return judgeWords(request, run);
  if (end.cause === "exited" && mode === "headless" && run.facts?.lastError) {
    return { ...failure, error: `${failure.error}: ${ownWords(request, run.facts.lastError)}` };
  }
  if (end.exitCode !== 127 || mode === "command") return withLastWords(request, failure, run);
  const runtime = runtimeOf(task, settings);
  if (mode === "headless") {
    return {
      ...failure,
      error: `${failure.error}: its program was not found; install it or set ` +
        `macp.runtimes.${runtime}.command`,
    };
  }
  const missing = ([["mosaic"], ["script"]] as const).find(([name]) =>
    tail.includes(missingProgram[name])
  );
  if (!missing) return failure;
  return {
    ...failure,
    error: `Worker could not begin: ${missing[0]} was not found on the PATH; install it, or set ` +
      `macp.runtimes.${runtime} to run the agent without a terminal`,
  };
}

/** What an exit code means stands in the output; the screen of an agent is no such output. */
function withLastWords(
  { log }: DispatchRequest,
  failure: Failure,
  { mode, end, tail, errors }: WorkerRun,
): Failure {
  if (end.cause !== "exited" || end.signal !== null || mode === "terminal") return failure;
  const words = lastWords(mode === "command" ? tail : log.redacted(errors));
  return words === null ? failure : { ...failure, error: `${failure.error}: ${words}` };
}

/** Why a worker that exited 0 did not end well by its own words; null when it did. */
function judgeWords(request: DispatchRequest, { facts }: WorkerRun): Failure | null {
  if (!facts || !isUnfinished(facts)) return null;
  if (facts.lastError !== null) {
    const error = `Worker says that it failed: ${ownWords(request, facts.lastError)}`;
    return { outcome: "worker_failed", error };
  }
  const runtime = runtimeOf(request.task, request.settings);
  const error = facts.verdict === "failed"
    ? "Worker says that it failed, and not why"
    : "Worker exited 0, but the agent's stream ended without saying that it was done; where " +
      `its command prints no events, set macp.runtimes.${runtime}.stream to "text"`;
  return { outcome: "worker_failed", error };
}

/** Whether the agent should have said that it is done, and did not. */
function isUnfinished(facts: StreamFacts | null): boolean {
  return facts !== null && facts.verdict !== null && facts.verdict !== "succeeded";
}

/** What an agent said, for a result: without secrets, on one line, and short. */
function ownWords({ log }: DispatchRequest, text: string): string {
  return oneLine(log.redacted(text), maxWords);
}

function timeoutSecondsOf({ task, settings }: DispatchRequest): number {
  return task.timeout_seconds ?? settings.worker.timeout_seconds;
}

/** Why the worker did not end well; null when it exited 0. */
export function judgeWorker(end: CommandEnd, timeoutSeconds: number): Failure | null {
  if (end.cause === "timed_out") {
    return { outcome: "timed_out", error: `Worker did not end within ${timeoutSeconds} s` };
  }
  if (end.exitCode === 0) return null;
  const signal = signals[end.exitCode - 128];
  const error = end.signal
    ? `Worker was killed by ${end.signal}`
    : `Worker ended with exit code ${end.exitCode}${signal ? ` (${signal})` : ""}`;
  return { outcome: "worker_failed", error };
}

/** A delegation that failed says why in its summary. */
function withDelegation(
  request: DispatchRequest,
  failure: Failure,
  { summary, metadata }: WorkerReport,
): Failure {
  const isTold = failure.outcome === "worker_failed" && summary !== null;
  if (!isTold || !isRecord(metadata?.delegation)) return failure;
  return { ...failure, error: ownWords(request, summary) };
}

function judgeReport({ escalation }: WorkerReport): Failure | null {
  return escalation === null ? null : { outcome: "worker_escalated", error: escalation };
}
