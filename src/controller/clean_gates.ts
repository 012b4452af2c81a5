/**
 * Gates in a worktree of their own, which holds what the branch holds and nothing that a
 * worker left beside it: `macp.gate_checkout: "clean"`.
 *
 * @module
 */
import type { Dispatched } from "../dispatcher/dispatch_request.ts";
import { runSetupCommand } from "../dispatcher/setup_command.ts";
import { bringSubmodules } from "../dispatcher/submodules.ts";
import type { Git } from "../git/git.ts";
import type { AttemptLog } from "../logs/attempt_log.ts";
import { MacpError } from "../protocol/errors.ts";
import type { GateEvidence } from "../protocol/generated/types.ts";
import type { Failure } from "../protocol/outcomes.ts";
import type { Claimed } from "./claim.ts";
import type { ControllerContext } from "./context.ts";
import { inScratchWorktree } from "./scratch.ts";

/** Where gates run. */
export interface GatePlace {
  cwd: string;
  env: Record<string, string>;
}

/** What came of them; with a failure they could not be run. */
export interface CleanGates {
  evidence: GateEvidence[];
  failure: Failure | null;
}

/** Whether the gates of an attempt run in a worktree of their own. */
export function asksForClean(
  { settings }: ControllerContext,
  { ready, headCommit }: Dispatched,
): boolean {
  return settings.macp.gate_checkout === "clean" && ready !== null && headCommit !== null;
}

/**
 * Makes a worktree at the commit that is judged, prepares it as that of a task, and runs the
 * gates in it.
 */
export async function inCleanCheckout(
  context: ControllerContext,
  { task, attempt: { attempt_id: attemptId } }: Claimed,
  { dispatched, log, signal }: { dispatched: Dispatched; log: AttemptLog; signal: AbortSignal },
  run: (place: GatePlace) => Promise<GateEvidence[]>,
): Promise<CleanGates> {
  const commit = dispatched.headCommit ?? "";
  const use = { purpose: "gates", taskId: task.id, commit, attemptId } as const;
  try {
    return await inScratchWorktree(context, use, async (own, cwd) => {
      const { world } = own;
      // Commits that the worker made in a submodule are in its worktree alone.
      const from = dispatched.ready?.path ?? "";
      const missing = await bringSubmodules(own, from);
      const env = { ...dispatched.env, MACP_WORKTREE: cwd };
      const label = "Setup for the gates";
      const place = { world, cwd, env, log, signal, label };
      const { aborted, failure } = await runSetupCommand(place, context.settings.macp);
      if (failure !== null) return { evidence: [], failure: broken(failure.error) };
      if (aborted) return { evidence: [], failure: null };
      const lacking = await judgeSubmodules(own, from, missing);
      if (lacking !== null) return { evidence: [], failure: lacking };
      return { evidence: await run({ cwd, env }), failure: null };
    });
  } catch (error) {
    if (!(error instanceof MacpError)) throw error;
    return { evidence: [], failure: signal.aborted ? null : broken(error.message) };
  }
}

/**
 * What the setup has not brought either: gates would judge something else than the commit.
 *
 * @param from Checkout that submodules were brought from.
 * @param missing What `bringSubmodules` could not bring before the setup.
 */
export async function judgeSubmodules(
  own: Git,
  from: string,
  missing: readonly string[],
): Promise<Failure | null> {
  const still = missing.length === 0 ? [] : await bringSubmodules(own, from);
  return still.length === 0 ? null : broken(still.join("; "));
}

function broken(why: string): Failure {
  return { outcome: "gate_broken", error: `Gate broken: ${why}` };
}
