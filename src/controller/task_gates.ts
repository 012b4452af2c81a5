/**
 * The gates of an attempt, with their events.
 *
 * @module
 */
import type { Dispatched } from "../dispatcher/dispatch_request.ts";
import { watchTracked } from "../dispatcher/watch_tracked.ts";
import type { Gate } from "../gates/resolve_gates.ts";
import { runGates } from "../gates/run_gates.ts";
import { originalObjects } from "../git/git_settings.ts";
import type { AttemptLog } from "../logs/attempt_log.ts";
import type { EventDraft } from "../protocol/events.ts";
import type { GateEvidence } from "../protocol/generated/types.ts";
import type { Failure } from "../protocol/outcomes.ts";
import { compareWithBase } from "./baseline.ts";
import type { Claimed } from "./claim.ts";
import { asksForClean, type GatePlace, inCleanCheckout } from "./clean_gates.ts";
import type { ControllerContext } from "./context.ts";
import { describeTask } from "./event_metadata.ts";
import { type LedgerUpdate, updateLedger } from "./update_ledger.ts";

/** What the gates of an attempt said. */
export interface TaskGates {
  /** Of each gate, in order; fewer than there are when the signal aborted. */
  evidence: GateEvidence[];
  /** Why they could not be run, or null. */
  failure: Failure | null;
  /** Event of the last gate, which is not told yet: it goes with the verdict. */
  last: EventDraft[];
}

/** Runs the gates on what a worker that ended well left. */
export async function runTaskGates(
  context: ControllerContext,
  claimed: Claimed,
  { dispatched, gates, log, signal }: {
    dispatched: Dispatched;
    gates: readonly Gate[];
    log: AttemptLog;
    signal: AbortSignal;
  },
): Promise<TaskGates> {
  const { task, attempt } = claimed;
  const say = eventsOf(context, claimed, gates.length);
  let untold: EventDraft[] = attempt.legacy ? [] : [say.gated()];
  let update: LedgerUpdate = attempt.legacy
    ? {}
    : { attempt: { phase: "gating" }, task: { status: "gated" } };
  const tell = async (more: EventDraft[]) => {
    await updateLedger(context, task.id, { ...update, events: [...untold, ...more] });
    [untold, update] = [[], {}];
  };
  const run = async ({ cwd, env }: GatePlace) => {
    const { world, redactor } = context;
    const hasBranch = dispatched.ready !== null && gates.length > 0;
    const watching = hasBranch
      ? watchTracked(context.git.at(cwd), cwd === dispatched.cwd ? dispatched.view : null)
      : null;
    watching?.catch(() => {}); // Told by the await below, before the first gate.
    const about = {
      ...{ world, cwd, env: { ...env, ...originalObjects }, log, redactor, signal },
      ...(watching ? { unjudged: async () => await (await watching)() } : {}),
    };
    const { evidence } = await runGates(about, gates, {
      // What the gate before said is told together with the beginning of the next.
      before: async (gate) => void await Promise.all([tell([say.started(gate)]), watching]),
      after: (gate) => void untold.push(say.ended(gate)),
    });
    return evidence;
  };
  const clean = gates.length > 0 && asksForClean(context, dispatched);
  if (clean) await tell([]);
  const { evidence, failure } = clean
    ? await inCleanCheckout(context, claimed, { dispatched, log, signal }, run)
    : { evidence: await run(dispatched), failure: null };
  if (gates.length === 0) await tell([]);
  const red = await compareWithBase(context, claimed, { dispatched, gates, evidence, log, signal });
  return { evidence, failure, last: [...untold, ...red.map(say.redBefore)] };
}

function eventsOf(
  { settings }: ControllerContext,
  { task, attempt, attempts, maxAttempts }: Claimed,
  count: number,
) {
  const about = {
    task_id: task.id,
    status: attempt.legacy ? "running" : "gated",
    metadata: describeTask(task, settings, { attempt: attempts, maxAttempts }),
  } as const;
  const source = "quality-gate";
  return {
    gated: (): EventDraft => ({
      ...about,
      event_type: "task.gated",
      source: "controller",
      message: count === 0 ? "No gates to run" : "Quality gates running...",
      metadata: { ...about.metadata, gates: count },
    }),
    redBefore: ({ command }: GateEvidence): EventDraft => ({
      ...about,
      event_type: "task.progress",
      source,
      message: `Gate was red on the base too: ${command}`,
      metadata: { ...about.metadata, gate: command },
    }),
    started: ({ command }: Gate): EventDraft => ({
      ...about,
      event_type: "rail.check.started",
      source,
      message: `Gate started: ${command}`,
      metadata: { ...about.metadata, gate: command },
    }),
    ended: ({ command, outcome, exit_code }: GateEvidence): EventDraft => ({
      ...about,
      event_type: outcome === "passed" ? "rail.check.passed" : "rail.check.failed",
      source,
      message: `Gate ${outcome}: ${command}`,
      metadata: { ...about.metadata, gate: command, gate_outcome: outcome, exit_code },
    }),
  };
}
