/**
 * The result of an attempt, as a document.
 *
 * @module
 */
import type { BranchChanges } from "../git/changes.ts";
import type { GateEvidence, Task, TaskResult, Usage } from "../protocol/generated/types.ts";
import type { Outcome } from "../protocol/outcomes.ts";
import { isMacpAware } from "../protocol/task.ts";
import { emptyReport, type WorkerReport } from "./worker_report.ts";

/** What is known when an attempt ends; null where it is not known. */
export interface AttemptFacts {
  serial: number;
  /** Spent attempts, this one included. */
  attempts: number;
  maxAttempts: number;
  /** Null where a command ran that is no agent's. */
  runtime: string | null;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** Milliseconds that it took, by a clock that nobody sets. */
  durationMs: number | null;
  /** Path of the log, relative to `.mosaic/orchestrator/`. */
  logPath: string | null;
  worktree: string | null;
  branch: string | null;
  baseCommit: string | null;
  headCommit: string | null;
  exitCode: number | null;
  changes: BranchChanges | null;
  dirty: boolean | null;
  gates: readonly GateEvidence[];
  report: WorkerReport;
  /** Path of the hand-over of an `acp` task. */
  handover?: string | null;
  usage: Usage | null;
  sessionId: string | null;
  screenTail: string | null;
  mainCheckoutChanges: readonly string[] | null;
  gateFilesChanged: readonly string[] | null;
  warnings: readonly string[];
}

/** Facts of an attempt of which nothing was seen. */
export const nothingSeen = {
  worktree: null,
  branch: null,
  baseCommit: null,
  headCommit: null,
  exitCode: null,
  changes: null,
  dirty: null,
  gates: [],
  report: emptyReport(),
  usage: null,
  sessionId: null,
  screenTail: null,
  mainCheckoutChanges: null,
  gateFilesChanged: null,
  warnings: [],
  logPath: null,
  durationMs: null,
} as const satisfies Partial<AttemptFacts>;

/** How it ended. */
export interface AttemptVerdict {
  outcome: Outcome;
  status: TaskResult["status"];
  /** What went wrong, in a sentence; null when nothing did. */
  error: string | null;
  /** Milliseconds since the epoch. */
  endedAt: number;
}

/** The result document of a task that ended, or of an attempt that is retried. */
export function collectResult(
  task: Task,
  facts: AttemptFacts,
  verdict: AttemptVerdict,
): TaskResult {
  const { report, mainCheckoutChanges: changes } = facts;
  const endedAt = new Date(verdict.endedAt).toISOString();
  return {
    task_id: task.id,
    status: verdict.status,
    completed_at: endedAt,
    failed_at: verdict.status === "failed" ? endedAt : null,
    exit_code: facts.exitCode,
    attempt: facts.attempts,
    max_attempts: facts.maxAttempts,
    ...(facts.runtime === null ? {} : { runtime: facts.runtime }),
    dispatch: isMacpAware(task) ? String(task.dispatch) : "legacy",
    worktree: facts.worktree,
    branch: facts.branch,
    pr: report.pr ?? task.pr ?? null,
    summary: report.summary ?? "",
    files_changed: facts.changes?.files ?? [],
    gate_results: facts.gates.map(({ command, exit_code, type }) => ({ command, exit_code, type })),
    error: verdict.error,
    escalation_reason: verdict.status === "escalated" ? verdict.error : null,
    metadata: {
      schema_version: 1,
      attempt_serial: facts.serial,
      outcome: verdict.outcome,
      base_commit: facts.baseCommit,
      head_commit: facts.headCommit,
      commits: facts.changes?.commits ?? null,
      insertions: facts.changes?.insertions ?? null,
      deletions: facts.changes?.deletions ?? null,
      dirty: facts.dirty,
      snapshot_ref: null,
      started_at: new Date(facts.startedAt).toISOString(),
      duration_seconds: facts.durationMs === null ? null : Math.round(facts.durationMs) / 1000,
      log_path: facts.logPath,
      gates: [...facts.gates],
      gate_files_changed: facts.gateFilesChanged === null ? null : [...facts.gateFilesChanged],
      main_checkout_dirtied: changes === null ? null : changes.length > 0,
      ...(changes !== null && changes.length > 0 ? { main_checkout_changes: [...changes] } : {}),
      usage: facts.usage,
      session_id: facts.sessionId,
      ...(facts.screenTail === null ? {} : { screen_tail: facts.screenTail }),
      worker: report.metadata,
      ...(facts.handover ? { handover_path: facts.handover } : {}),
      warnings: [...facts.warnings, ...report.warnings],
    },
  };
}
