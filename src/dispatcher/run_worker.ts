/**
 * Runs the worker of an attempt, and judges how it ended.
 *
 * @module
 */
import type { Failure } from "../protocol/outcomes.ts";
import { type CommandEnd, runCommand } from "../process/run_command.ts";
import { runtimeOf } from "../protocol/task.ts";
import { attemptEnvironment } from "./attempt_environment.ts";
import type { AttemptFiles } from "./attempt_files.ts";
import type { Dispatched, DispatchRequest } from "./dispatch_request.ts";
import { readWorkerReport, type WorkerReport } from "./worker_report.ts";

/** Runs the worker to its end. What it reports and how it ended goes into `dispatched`. */
export async function runWorker(
  request: DispatchRequest,
  dispatched: Dispatched,
  command: string,
  files: AttemptFiles,
): Promise<void> {
  const { git, task, settings, log, signal, hooks } = request;
  dispatched.env = attemptEnvironment(request, dispatched.cwd, files);
  const timeoutSeconds = task.timeout_seconds ?? settings.worker.timeout_seconds;
  const yolo = task.dispatch === "yolo";
  log.section(`worker: ${yolo ? `mosaic yolo ${runtimeOf(task, settings)}` : command}`);
  const end = await runCommand(git.world, {
    command,
    cwd: dispatched.cwd,
    env: dispatched.env,
    timeoutMs: timeoutSeconds * 1000,
    onStarted: (leader) => hooks.started(leader, dispatched.ready),
    onOutput: (chunk) => log.write(chunk),
    signal,
  });
  log.section(`worker ended with exit code ${end.exitCode}`);
  dispatched.exitCode = end.exitCode;
  dispatched.aborted = end.cause === "aborted";
  dispatched.report = readWorkerReport(git.world.files, files.result);
  if (dispatched.aborted) return;
  dispatched.failure = judgeReport(dispatched.report) ?? judgeWorker(end, timeoutSeconds);
}

/** Why the worker did not end well; null when it exited 0. */
export function judgeWorker(end: CommandEnd, timeoutSeconds: number): Failure | null {
  if (end.cause === "timed_out") {
    return { outcome: "timed_out", error: `Worker did not end within ${timeoutSeconds} s` };
  }
  if (end.exitCode === 0) return null;
  const error = end.signal
    ? `Worker was killed by ${end.signal}`
    : `Worker ended with exit code ${end.exitCode}`;
  return { outcome: "worker_failed", error };
}

function judgeReport({ escalation }: WorkerReport): Failure | null {
  return escalation === null ? null : { outcome: "worker_escalated", error: escalation };
}
