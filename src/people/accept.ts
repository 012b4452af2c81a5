/**
 * Accepting what a person or another agent left in a task's worktree: its gates decide.
 *
 * @module
 */
import { relative } from "@std/path";
import { collectResult } from "../dispatcher/collect_result.ts";
import type { Dispatched } from "../dispatcher/dispatch_request.ts";
import { inspectWork } from "../dispatcher/inspect_work.ts";
import { resultPath } from "../dispatcher/result_paths.ts";
import { resolveGates } from "../gates/resolve_gates.ts";
import { AttemptLog } from "../logs/attempt_log.ts";
import { logHeading } from "../logs/log_heading.ts";
import type { EventDraft } from "../protocol/events.ts";
import type { GateEvidence, Task, TaskResult, Verdict } from "../protocol/generated/types.ts";
import { type TaskNames, taskNames } from "../protocol/names.ts";
import type { Failure } from "../protocol/outcomes.ts";
import { judgeBranch, requireOwnFolders } from "../controller/attempt.ts";
import { watchForCancel } from "../controller/carry_out.ts";
import type { Claimed } from "../controller/claim.ts";
import { claimAccept } from "./claim_accept.ts";
import { attemptFacts } from "../controller/attempt_facts.ts";
import type { ControllerContext } from "../controller/context.ts";
import { whyGatesDiffer } from "../controller/known_result.ts";
import { dispatchRequest } from "../controller/dispatch_attempt.ts";
import { enterAccepted } from "./enter_accept.ts";
import { adoptWorktrees } from "../controller/adopt_worktrees.ts";
import { endAttempt, type EndedAttempt } from "../controller/finish.ts";
import { type AcceptOptions, planAccept } from "./plan_accept.ts";
import { readResult } from "../controller/previous_failure.ts";
import { recoverDeadAccept } from "./recover_accept.ts";
import { revertAccept } from "../controller/revert_accept.ts";
import { runTaskGates } from "../controller/task_gates.ts";
import { cancelVerdict, judgeChanges, judgeGates } from "../controller/verdict.ts";

/** A task whose acceptance ended. */
export interface EndedAcceptance extends EndedAttempt {
  /** Why it is not completed, or null. */
  reason: string | null;
}

/**
 * Runs the gates on what was left, and completes the task when all are green; otherwise
 * it escalates again, and its worktree stays. It needs no lock of the run: the attempt
 * belongs to this process.
 *
 * @param options.signal Aborts it; the task is then what it was before.
 * @returns How it ended, or null when it was aborted.
 * Throws `MacpError` as `planAccept` does.
 */
export async function acceptTask(
  context: ControllerContext,
  id: string,
  { allowEmpty, signal }: AcceptOptions & { signal: AbortSignal },
): Promise<EndedAcceptance | null> {
  await recoverDeadAccept(context, id);
  await adoptWorktrees(context);
  await planAccept(context, id, { allowEmpty });
  const claimed = await claimAccept(context, id, await taskNames(id));
  const abort = new AbortController();
  const watching = new AbortController();
  const interrupt = () => abort.abort("interrupted");
  if (signal.aborted) interrupt();
  signal.addEventListener("abort", interrupt);
  const watch = watchForCancel(context, id, watching.signal, () => abort.abort("cancelled"));
  try {
    const judged = await judgeAccept(context, claimed, { allowEmpty, signal: abort.signal });
    if (judged !== null) {
      const { verdict, last } = judged;
      const warnings = verdict.result.metadata?.warnings ?? [];
      for (const warning of warnings) context.onNote(context.redactor.text(`${id}: ${warning}`));
      const ended = await endAttempt(context, id, verdict, last);
      return { ...ended, reason: verdict.result.error ?? null };
    }
    await revertAccept(context, id, claimed.attempt, "The acceptance was interrupted");
    return null;
  } catch (error) {
    const begun = context.store.readState().running[id];
    if (begun && !begun.verdict) {
      await revertAccept(context, id, claimed.attempt, "The acceptance came to no verdict");
    }
    // An interrupt at the terminal ends git too.
    if (signal.aborted && !begun?.verdict) return null;
    throw error;
  } finally {
    watching.abort();
    signal.removeEventListener("abort", interrupt);
    await watch;
  }
}

/** Null when it was interrupted before the gates had all said something. */
async function judgeAccept(
  context: ControllerContext,
  claimed: Claimed,
  { allowEmpty, signal }: AcceptOptions & { signal: AbortSignal },
): Promise<{ verdict: Verdict; last: EventDraft[] } | null> {
  const { store, settings, world, redactor } = context;
  const { task, names, attempt } = claimed;
  requireOwnFolders(context);
  const log = new AttemptLog({
    files: world.files,
    folder: store.paths.logs,
    name: names.file,
    attempt: attempt.serial,
    maxBytes: settings.macp.log_max_bytes,
    redactor,
  });
  const gates = resolveGates(task, settings);
  try {
    log.section(logHeading(task.id, attempt.serial, { kind: "acceptance" }));
    const previous = previousResult(context, task, names);
    const request = {
      ...await dispatchRequest(context, claimed, log, signal),
      leftBy: "person" as const,
    };
    const dispatched = await enterAccepted(context, claimed, request, previous);
    const differ = whyGatesDiffer(judgingGates(previous), gates);
    if (differ !== null) dispatched.warnings.push(differ);
    await inspectWork(request, dispatched);
    const gated = dispatched.failure === null && !signal.aborted;
    const { evidence, failure, last } = gated
      ? await runTaskGates(context, claimed, { dispatched, gates, log, signal })
      : { evidence: [], failure: null, last: [] };
    const whole = gated && evidence.length === gates.length;
    if (signal.aborted && !whole && signal.reason !== "cancelled") return null;
    const end = dispatched.failure ?? failure ?? judgeGates(evidence) ??
      await judgeBranch(context, claimed, dispatched, signal) ??
      (allowEmpty ? null : judgeChanges(task, dispatched, "person"));
    const facts = {
      dispatched,
      evidence,
      end,
      previous,
      logPath: relative(store.paths.folder, log.path),
    };
    const verdict = verdictOf(context, claimed, facts);
    const cancelled = signal.aborted && signal.reason === "cancelled" && !whole;
    return { verdict: cancelled ? cancelVerdict(verdict) : verdict, last };
  } finally {
    log.end();
  }
}

/** Commands of the gates that judged what a person accepts now. */
function judgingGates(previous: TaskResult | null): string[] {
  return (previous?.metadata?.gates ?? []).map(({ command }) => command);
}

function previousResult(
  { world, store: { paths }, settings }: ControllerContext,
  task: Task,
  names: TaskNames,
): TaskResult | null {
  const path = resultPath(paths, settings, names, task.result_path);
  return path === null ? null : readResult(world.files, path);
}

function verdictOf(
  context: ControllerContext,
  claimed: Claimed,
  facts: {
    dispatched: Dispatched;
    evidence: GateEvidence[];
    end: Failure | null;
    logPath: string;
    previous: TaskResult | null;
  },
): Verdict {
  const { task, attempt } = claimed;
  const { end, previous } = facts;
  const outcome = end?.outcome ?? "completed";
  const status = end === null ? "completed" : "escalated";
  const result = collectResult(task, {
    ...attemptFacts(context, claimed, facts),
    handover: previous?.metadata?.handover_path as string | undefined ?? null,
  }, { outcome, status, error: end?.error ?? null, endedAt: context.world.clock.now() });
  result.metadata = { ...result.metadata, accepted_from: attempt.accept?.outcome ?? null };
  return { outcome, next_status: status, spent: true, not_before: null, result };
}
