/**
 * Running gates on the base commit of an attempt, in a worktree made for it.
 *
 * @module
 */
import { runSetupCommand, type SetupEnd } from "../dispatcher/setup_command.ts";
import { bringSubmodules } from "../dispatcher/submodules.ts";
import { workerEnvironment } from "../dispatcher/worker_environment.ts";
import { bringIncluded } from "../dispatcher/worktree_include.ts";
import type { Gate } from "../gates/resolve_gates.ts";
import { tryGate } from "../gates/run_gate.ts";
import type { Git } from "../git/git.ts";
import { originalObjects } from "../git/git_settings.ts";
import type { AttemptLog } from "../logs/attempt_log.ts";
import { MacpError } from "../protocol/errors.ts";
import type { GateEvidence } from "../protocol/generated/types.ts";
import type { Failure } from "../protocol/outcomes.ts";
import { runtimeOf } from "../protocol/task.ts";
import { baselineKey, readBaseline, writeBaseline } from "./baseline_cache.ts";
import type { Claimed } from "./claim.ts";
import type { ControllerContext } from "./context.ts";
import { inScratchWorktree } from "./scratch.ts";

/** A commit that gates are tried on, during an attempt. */
export interface BaseQuestion {
  commit: string;
  log: AttemptLog;
  /** Ends the running gate. */
  signal: AbortSignal;
}

/** What a gate says of the base commit. */
export interface Baseline {
  evidence: GateEvidence;
  /** Whether it came to an end of its own. */
  conclusive: boolean;
}

/** What the gates say. */
export interface BaseAnswer {
  /** Of each gate, in order; null where it did not come to a verdict. */
  baselines: (Baseline | null)[];
  /** Why they could not be tried, or null. */
  failure: Failure | null;
}

/** A gate and its place in the cache. */
interface Trial {
  gate: Gate;
  key: string;
  known: Baseline | null;
}

/** Tries gates on a commit, those of which the cache knows nothing. */
export async function tryOnBase(
  context: ControllerContext,
  claimed: Claimed,
  question: BaseQuestion,
  gates: readonly Gate[],
): Promise<BaseAnswer> {
  const trials: Trial[] = [];
  for (const gate of gates) {
    const key = await baselineKey(gate, context.settings);
    trials.push({ gate, key, known: recall(context, question, { gate, key }) });
  }
  let failure: Failure | null = null;
  if (trials.some(({ known }) => known === null)) {
    try {
      failure = await tryAll(context, claimed, question, trials);
    } catch (error) {
      if (!(error instanceof MacpError)) throw error;
      const why = `Gates could not be tried on the base commit: ${error.message}`;
      failure = { outcome: "worktree_failed", error: why };
    }
  }
  return { baselines: trials.map(({ known }) => known), failure };
}

/** What the cache knows, told in the log. */
function recall(
  context: ControllerContext,
  question: BaseQuestion,
  { gate, key }: { gate: Gate; key: string },
): Baseline | null {
  const found = readBaseline(context, question.commit, key);
  if (found === null) return null;
  const { evidence, triedAt } = found;
  const when = new Date(triedAt).toISOString();
  question.log.section(`${labelOf(question)}: ${gate.command}`);
  question.log.section(`${labelOf(question)} ${evidence.outcome}, as found at ${when}`);
  const command = context.redactor.text(gate.command);
  return { evidence: { ...evidence, command }, conclusive: true };
}

function labelOf({ commit }: BaseQuestion): string {
  return `gate on the base commit ${commit.slice(0, 12)}`;
}

async function tryAll(
  context: ControllerContext,
  claimed: Claimed,
  question: BaseQuestion,
  trials: readonly Trial[],
): Promise<Failure | null> {
  const { commit, log, signal } = question;
  const { task, attempt: { attempt_id: attemptId } } = claimed;
  const use = { purpose: "baseline", taskId: task.id, commit, attemptId } as const;
  return await inScratchWorktree(context, use, async (git, cwd) => {
    const env = environmentOf(context, claimed, cwd);
    const { world, redactor } = context;
    const { aborted, failure } = await prepare(context, question, git, env);
    if (aborted || failure !== null) return failure;
    const label = labelOf(question);
    for (const trial of trials) {
      if (trial.known !== null) continue;
      if (signal.aborted) break;
      const gateEnv = { ...env, ...originalObjects };
      const about = { world, cwd, env: gateEnv, log, redactor, label, signal };
      const done = await tryGate(about, trial.gate);
      if (done === null) break;
      trial.known = done;
      if (done.conclusive) {
        writeBaseline(context, commit, { key: trial.key, evidence: done.evidence });
      }
    }
    return null;
  });
}

/** Brings what a worktree of a task gets before its worker. */
async function prepare(
  { git, settings }: ControllerContext,
  { log, signal }: BaseQuestion,
  own: Git,
  env: Record<string, string>,
): Promise<SetupEnd> {
  const warnings = [
    ...await bringSubmodules(own, git.cwd),
    ...await bringIncluded(git, own.cwd),
  ];
  for (const warning of warnings) log.section(`on the base commit: ${warning}`);
  const label = "Setup on the base commit";
  return await runSetupCommand(
    { world: git.world, cwd: own.cwd, env, log, signal, label },
    settings.macp,
  );
}

/** As that of a worker, but of no attempt's files: what gates say depends on the commit. */
function environmentOf(
  { world, settings, ownSecrets }: ControllerContext,
  { task, attempt, maxAttempts }: Claimed,
  worktree: string,
): Record<string, string> {
  return workerEnvironment(world.env, ownSecrets, {
    task,
    attemptId: attempt.attempt_id,
    runtime: runtimeOf(task, settings),
    serial: attempt.serial,
    maxAttempts,
    taskFile: "",
    briefFile: "",
    resultFile: "",
    previousFailureFile: "",
    worktree,
    branch: "",
    portBase: attempt.port_base ?? null,
    slot: attempt.slot ?? null,
  });
}
