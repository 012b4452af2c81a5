/**
 * What is known of an attempt that was carried out.
 *
 * @module
 */
import type { AttemptFacts } from "../dispatcher/collect_result.ts";
import type { Dispatched } from "../dispatcher/dispatch_request.ts";
import type { GateEvidence } from "../protocol/generated/types.ts";
import { knownRuntime } from "../protocol/task.ts";
import type { Claimed } from "./claim.ts";
import type { ControllerContext } from "./context.ts";

/** The facts for its result. */
export function attemptFacts(
  { settings, world }: ControllerContext,
  { task, attempt, attempts, maxAttempts, begun }: Claimed,
  { dispatched, evidence, logPath }: {
    dispatched: Dispatched;
    evidence: GateEvidence[];
    logPath: string;
  },
): AttemptFacts {
  return {
    ...dispatched,
    serial: attempt.serial,
    attempts,
    maxAttempts,
    runtime: knownRuntime(task, settings),
    startedAt: Date.parse(attempt.started_at),
    durationMs: world.clock.elapsed() - begun,
    logPath,
    branch: attempt.branch,
    gates: evidence,
  };
}
