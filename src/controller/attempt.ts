/**
 * One attempt, from the claim to its verdict.
 *
 * @module
 */
import { join, relative } from "@std/path";
import { collectResult } from "../dispatcher/collect_result.ts";
import { type Dispatched, dispatchTask } from "../dispatcher/dispatch_task.ts";
import type { DependencyBranch } from "../dispatcher/dependencies.ts";
import { resolveGates } from "../gates/resolve_gates.ts";
import { runGates } from "../gates/run_gates.ts";
import { AttemptLog } from "../logs/attempt_log.ts";
import { isRecord, makeEvent } from "../protocol/events.ts";
import type { GateEvidence, RunningAttempt, State, Verdict } from "../protocol/generated/types.ts";
import type { Failure } from "../protocol/outcomes.ts";
import { runtimeOf } from "../protocol/task.ts";
import type { EventDraft } from "../protocol/events.ts";
import type { Claimed } from "./claim.ts";
import type { ControllerContext } from "./context.ts";
import { describeTask } from "./event_metadata.ts";
import { attemptFolder, makeVerdict } from "./finish.ts";
import { previousFailure, retireResult } from "./previous_failure.ts";
import { judgeChanges, judgeGates } from "./verdict.ts";

/** Why an attempt is aborted. */
export type AbortReason = "cancelled" | "interrupted";

/**
 * Runs a claimed attempt up to its verdict.
 *
 * @param signal Aborts the attempt; its reason is an `AbortReason`.
 */
export async function runAttempt(
  context: ControllerContext,
  claimed: Claimed,
  signal: AbortSignal,
): Promise<Verdict> {
  const { world, store, settings, redactor } = context;
  const { task, names, attempt } = claimed;
  retireResult(context, task, names, attempt.serial);
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
    log.section(`${task.id}: attempt ${claimed.attempts} of ${claimed.maxAttempts}`);
    const dispatched = await dispatch(context, claimed, log, signal);
    const evidence: GateEvidence[] = [];
    const failure = dispatched.failure ??
      await judge(context, claimed, { dispatched, gates, evidence, log, signal });
    // An attempt that was cut short says nothing of the work.
    const cut = dispatched.aborted ||
      (dispatched.failure === null && evidence.length < gates.length);
    const end = signal.aborted && cut ? abortion(signal.reason as AbortReason) : failure;
    return verdictOf(context, claimed, { dispatched, evidence, end, logPath });
  } finally {
    log.end();
  }
}

async function dispatch(
  context: ControllerContext,
  { task, names, attempt, attempts, maxAttempts }: Claimed,
  log: AttemptLog,
  signal: AbortSignal,
): Promise<Dispatched> {
  const { store, git, settings } = context;
  const worktrees = store.readState().worktrees;
  return await dispatchTask({
    git,
    settings,
    task,
    names,
    attemptId: attempt.attempt_id,
    serial: attempt.serial,
    maxAttempts,
    branch: attempt.branch,
    dependencies: dependencyBranches(context, task.depends_on ?? []),
    ownedAt: (path) => worktrees[path] ?? null,
    previous: previousFailure(context, names),
    handoverPath: join(store.paths.folder, "handover", `${names.file}.json`),
    folder: attemptFolder(context, names, attempt.serial),
    log,
    signal,
    hooks: {
      placed: (path) =>
        updateLedger(context, task.id, { phase: "preparing", worktree: path }, (state) => {
          state.worktrees[path] ??= {
            task_id: task.id,
            branch: attempt.branch ?? "",
            phase: "adding",
            created_at: new Date(context.world.clock.now()).toISOString(),
            base_commit: null,
          };
          if (worktrees[path]?.phase === "removing") state.worktrees[path].phase = "adding";
        }),
      ready: ({ path, baseCommit }) =>
        updateLedger(context, task.id, { phase: "spawning", base_commit: baseCommit }, (state) => {
          const owned = state.worktrees[path];
          if (owned) Object.assign(owned, { phase: "ready", base_commit: baseCommit });
        }),
      started: async (leader) => {
        await updateLedger(context, task.id, { phase: "running", worker: leader }, () => {}, {
          event_type: "task.started",
          task_id: task.id,
          status: "running",
          source: "dispatcher",
          message: "Worker started",
          metadata: describeTask(task, settings, { attempt: attempts, maxAttempts }),
        });
      },
    },
  });
}

/** Branches of the dependencies that have one. */
function dependencyBranches(
  { store }: ControllerContext,
  ids: readonly string[],
): DependencyBranch[] {
  const queue = store.readQueue();
  return ids.flatMap((taskId) => {
    const raw = queue.find(taskId);
    const branch = isRecord(raw) && "dispatch" in raw ? raw.branch : undefined;
    return typeof branch === "string" && branch !== "" ? [{ taskId, branch }] : [];
  });
}

/** Writes what an attempt is about to do into the ledger, with the event that tells of it. */
export async function updateLedger(
  { store, world, onEvent }: ControllerContext,
  id: string,
  fields: Partial<RunningAttempt>,
  more: (state: State) => void = () => {},
  draft?: EventDraft,
  patch?: Record<string, unknown>,
): Promise<void> {
  const event = draft && makeEvent(draft, world.clock.now());
  await store.change(({ state }) => {
    const attempt = state.running[id];
    if (attempt) Object.assign(attempt, fields);
    more(state);
    return {
      change: {
        state,
        ...(event ? { events: [event] } : {}),
        ...(patch ? { patches: [{ id, fields: patch }] } : {}),
      },
      result: null,
    };
  });
  if (event) onEvent(event);
}

/** Runs the gates on what the worker left, and judges it. */
async function judge(
  context: ControllerContext,
  claimed: Claimed,
  { dispatched, gates, evidence, log, signal }: {
    dispatched: Dispatched;
    gates: ReturnType<typeof resolveGates>;
    evidence: GateEvidence[];
    log: AttemptLog;
    signal: AbortSignal;
  },
): Promise<Failure | null> {
  if (dispatched.aborted) return null;
  const { task, attempt, attempts, maxAttempts } = claimed;
  const metadata = describeTask(task, context.settings, { attempt: attempts, maxAttempts });
  const about = { task_id: task.id, status: attempt.legacy ? "running" : "gated" } as const;
  if (!attempt.legacy) {
    await updateLedger(context, task.id, { phase: "gating" }, () => {}, {
      event_type: "task.gated",
      ...about,
      source: "controller",
      message: "Quality gates running...",
      metadata,
    }, { status: "gated" });
  }
  const say = (event_type: EventDraft["event_type"], message: string, more: object) =>
    updateLedger(context, task.id, {}, () => {}, {
      event_type,
      ...about,
      source: "quality-gate",
      message,
      metadata: { ...metadata, ...more },
    });
  await runGates(
    {
      world: context.world,
      cwd: dispatched.cwd,
      env: dispatched.env,
      log,
      redactor: context.redactor,
      signal,
      onStarted: (leader) => updateLedger(context, task.id, { worker: leader }),
    },
    gates,
    {
      before: ({ command }) =>
        say("rail.check.started", `Gate started: ${command}`, { gate: command }),
      after: async (gate) => {
        evidence.push(gate);
        await say(
          gate.outcome === "passed" ? "rail.check.passed" : "rail.check.failed",
          `Gate ${gate.outcome}: ${gate.command}`,
          { gate: gate.command, gate_outcome: gate.outcome, exit_code: gate.exit_code },
        );
      },
    },
  );
  return judgeGates(evidence) ?? judgeChanges(task, dispatched.changes?.commits ?? null);
}

function verdictOf(
  { settings, world }: ControllerContext,
  { task, attempt, attempts, maxAttempts }: Claimed,
  { dispatched, evidence, end, logPath }: {
    dispatched: Dispatched;
    evidence: GateEvidence[];
    end: Failure | null;
    logPath: string;
  },
): Verdict {
  const now = world.clock.now();
  const outcome = end?.outcome ?? "completed";
  const result = collectResult(task, {
    ...dispatched,
    serial: attempt.serial,
    attempts,
    maxAttempts,
    runtime: runtimeOf(task, settings),
    startedAt: Date.parse(attempt.started_at),
    logPath,
    branch: attempt.branch,
    gates: evidence,
  }, { outcome, status: "completed", error: end?.error ?? null, endedAt: now });
  return makeVerdict(result, {
    outcome,
    attempts,
    maxAttempts,
    legacy: attempt.legacy,
    backoffSeconds: settings.macp.retry_backoff_seconds,
    now,
  });
}

/** The end of an attempt that was aborted. */
function abortion(reason: AbortReason): Failure {
  return reason === "cancelled"
    ? { outcome: "cancelled", error: "Cancelled by a person" }
    : { outcome: "interrupted", error: "The controller was interrupted" };
}
