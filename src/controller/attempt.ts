/**
 * One attempt, from the claim to its verdict.
 *
 * @module
 */
import { relative } from "@std/path";
import { collectResult } from "../dispatcher/collect_result.ts";
import type { Dispatched } from "../dispatcher/dispatch_request.ts";
import { resolveGates } from "../gates/resolve_gates.ts";
import { resolveCommit } from "../git/refs.ts";
import { AttemptLog } from "../logs/attempt_log.ts";
import { logHeading } from "../logs/log_heading.ts";
import type { EventDraft } from "../protocol/events.ts";
import type { GateEvidence, Verdict } from "../protocol/generated/types.ts";
import type { Failure } from "../protocol/outcomes.ts";
import { attemptFacts } from "./attempt_facts.ts";
import { requireOwnFolder } from "../store/own_folder.ts";
import type { Claimed } from "./claim.ts";
import type { ControllerContext } from "./context.ts";
import { dispatchAttempt } from "./dispatch_attempt.ts";
import { retireResult } from "./previous_failure.ts";
import { runTaskGates } from "./task_gates.ts";
import { changedRules } from "./task_rules.ts";
import { describeRunAgain, tellQueue } from "./lost_queue.ts";
import { judgeChanges, judgeGates, makeVerdict } from "./verdict.ts";

/** Why an attempt is aborted. */
export type AbortReason = "cancelled" | "interrupted";

/** An attempt that was judged. */
export interface JudgedAttempt {
  verdict: Verdict;
  /** Events that are to be told with it. */
  events: EventDraft[];
}

/**
 * Runs a claimed attempt up to its verdict.
 *
 * @param signal Aborts the attempt; its reason is an `AbortReason`.
 */
export async function runAttempt(
  context: ControllerContext,
  claimed: Claimed,
  signal: AbortSignal,
): Promise<JudgedAttempt> {
  const { world, store, settings, redactor } = context;
  const { task, names, attempt } = claimed;
  const again = describeRunAgain(task, retireResult(context, task, names, attempt.serial));
  if (again !== null) context.onNote(redactor.text(`${task.id}: ${again}`));
  requireOwnFolders(context);
  const log = new AttemptLog({
    files: world.files,
    folder: store.paths.logs,
    name: names.file,
    attempt: attempt.serial,
    maxBytes: settings.macp.log_max_bytes,
    redactor,
  });
  const logPath = relative(store.paths.folder, log.path);
  // Gates are read before the worker runs, so that it cannot change them.
  const gates = resolveGates(task, settings);
  try {
    const { attempts, maxAttempts } = claimed;
    const what = { kind: "worker", attempt: attempts, of: maxAttempts } as const;
    log.section(logHeading(task.id, attempt.serial, what));
    const dispatched = await dispatchAttempt(context, claimed, log, signal);
    const gated = dispatched.failure === null && !dispatched.aborted;
    const { evidence, failure, last } = gated
      ? await runTaskGates(context, claimed, { dispatched, gates, log, signal })
      : { evidence: dispatched.baseGates, failure: null, last: [] };
    // An attempt that was cut short says nothing of the work, whatever failed in it.
    const whole = gated && evidence.length === gates.length;
    const end = signal.aborted && !whole && dispatched.failure?.outcome !== "handed_over"
      ? abortion(signal.reason as AbortReason)
      : dispatched.failure ?? failure ?? judgeGates(evidence) ??
        await judgeBranch(context, claimed, dispatched, signal) ??
        judgeRules(context, claimed) ?? judgeChanges(task, dispatched);
    const verdict = verdictOf(context, claimed, { dispatched, evidence, end, logPath });
    return { verdict: tellQueue(verdict, again === null ? [] : [again]), events: last };
  } finally {
    log.end();
  }
}

/** Nothing of an attempt is written or removed where a link in the place of a folder leads. */
export function requireOwnFolders({ world: { files }, store: { paths } }: ControllerContext): void {
  for (const path of [paths.logs, paths.attempts, paths.handovers]) {
    requireOwnFolder(files, paths, path);
  }
}

/** The branch must still hold what the gates judged. */
export async function judgeBranch(
  { git }: ControllerContext,
  { attempt: { branch } }: Claimed,
  { headCommit }: Dispatched,
  signal: AbortSignal,
): Promise<Failure | null> {
  if (branch === null) return null;
  const now = await resolveCommit(git, `refs/heads/${branch}`);
  if (now === headCommit) return null;
  // An interrupt at the terminal ends the question too: no answer is none.
  if (now === null && signal.aborted) return abortion(signal.reason as AbortReason);
  const error = `Gate broken: the branch moved while gates ran, from ${headCommit} to ${now}`;
  return { outcome: "gate_broken", error };
}

/** With `gate_files_policy: "block"`, a person looks at a change of what judges the task. */
function judgeRules(
  { store, settings }: ControllerContext,
  { task: { id }, attempt }: Claimed,
): Failure | null {
  if (settings.macp.gate_files_policy !== "block") return null;
  const changed = changedRules(store.readQueue().find(id), attempt);
  return changed && { outcome: "gate_files_blocked", error: changed.told };
}

function verdictOf(
  context: ControllerContext,
  claimed: Claimed,
  facts: {
    dispatched: Dispatched;
    evidence: GateEvidence[];
    end: Failure | null;
    logPath: string;
  },
): Verdict {
  const { settings, world } = context;
  const { task, attempt, attempts, maxAttempts } = claimed;
  const { dispatched, end } = facts;
  const now = world.clock.now();
  const outcome = end?.outcome ?? "completed";
  const result = collectResult(task, attemptFacts(context, claimed, facts), {
    outcome,
    status: "completed",
    error: end?.error ?? null,
    endedAt: now,
  });
  return makeVerdict(result, {
    outcome,
    attempts,
    maxAttempts,
    legacy: attempt.legacy,
    backoffSeconds: settings.macp.retry_backoff_seconds,
    now,
  }, dispatched.hold);
}

/** The end of an attempt that was aborted. */
function abortion(reason: AbortReason): Failure {
  return reason === "cancelled"
    ? { outcome: "cancelled", error: "Cancelled by a person" }
    : { outcome: "interrupted", error: "The controller was interrupted" };
}
