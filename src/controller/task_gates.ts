/**
 * The gates of an attempt, with their events.
 *
 * @module
 */
import type { Dispatched } from "../dispatcher/dispatch_request.ts";
import type { Gate } from "../gates/resolve_gates.ts";
import { runGates } from "../gates/run_gates.ts";
import type { AttemptLog } from "../logs/attempt_log.ts";
import type { EventDraft } from "../protocol/events.ts";
import type { GateEvidence } from "../protocol/generated/types.ts";
import type { Claimed } from "./claim.ts";
import type { ControllerContext } from "./context.ts";
import { describeTask } from "./event_metadata.ts";
import { updateLedger } from "./update_ledger.ts";

/**
 * Runs the gates on what a worker that ended well left.
 *
 * @returns What each said, in order; fewer than there are when the signal aborted.
 */
export async function runTaskGates(
  context: ControllerContext,
  claimed: Claimed,
  { dispatched, gates, log, signal }: {
    dispatched: Dispatched;
    gates: readonly Gate[];
    log: AttemptLog;
    signal: AbortSignal;
  },
): Promise<GateEvidence[]> {
  const { task, attempt, attempts, maxAttempts } = claimed;
  const metadata = describeTask(task, context.settings, { attempt: attempts, maxAttempts });
  const about = { task_id: task.id, status: attempt.legacy ? "running" : "gated" } as const;
  if (!attempt.legacy) {
    await updateLedger(context, task.id, {
      attempt: { phase: "gating" },
      task: { status: "gated" },
      event: {
        event_type: "task.gated",
        ...about,
        source: "controller",
        message: "Quality gates running...",
        metadata,
      },
    });
  }
  const say = (event_type: EventDraft["event_type"], message: string, more: object) =>
    updateLedger(context, task.id, {
      event: {
        event_type,
        ...about,
        source: "quality-gate",
        message,
        metadata: { ...metadata, ...more },
      },
    });
  const { evidence } = await runGates(
    {
      world: context.world,
      cwd: dispatched.cwd,
      env: dispatched.env,
      log,
      redactor: context.redactor,
      signal,
    },
    gates,
    {
      before: ({ command }) =>
        say("rail.check.started", `Gate started: ${command}`, { gate: command }),
      after: ({ command, outcome, exit_code }) =>
        say(
          outcome === "passed" ? "rail.check.passed" : "rail.check.failed",
          `Gate ${outcome}: ${command}`,
          { gate: command, gate_outcome: outcome, exit_code },
        ),
    },
  );
  return evidence;
}
