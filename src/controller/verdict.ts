/**
 * Whether what a worker left is good enough. Pure.
 *
 * @module
 */
import type {
  GateEvidence,
  Task,
  TaskResult,
  Verdict,
  VerdictHold,
} from "../protocol/generated/types.ts";
import type { Dispatched } from "../dispatcher/dispatch_request.ts";
import { lastWords } from "../events/last_line.ts";
import { tellsOnlyExit } from "../gates/judge_gate.ts";
import { oneLine } from "../protocol/text.ts";
import { type AttemptEnd, type Failure, followUp } from "../protocol/outcomes.ts";

/** Characters of a gate's command in a reason: what it said matters more. */
const mostOfCommand = 120;

/** Why the gates are not green; null when all passed. */
export function judgeGates(gates: readonly GateEvidence[]): Failure | null {
  const red = gates.filter(({ outcome }) => outcome !== "passed");
  if (red.length === 0) return null;
  const failed = red.some(({ outcome }) => outcome === "failed");
  const described = red.map((gate) =>
    describe(gate) + (gate.baseline === "already_red" ? " (red on the base commit too)" : "")
  );
  return {
    outcome: failed ? "gate_failed" : "gate_broken",
    error: described.join("; "),
  };
}

/** Why no worker begins on a commit; null when its gates are green. */
export function judgeBase(gates: readonly GateEvidence[], commit: string): Failure | null {
  const red = gates.filter(({ outcome }) => outcome !== "passed").map(describe);
  return red.length === 0 ? null : {
    outcome: "baseline_red",
    error: `Gate red on the base commit ${commit.slice(0, 12)}, no worker began: ${red.join("; ")}`,
  };
}

/** `npm test failed (exit 1): FAIL test_a: expected 3, got 4` */
function describe({ command, reason, outcome, exit_code, output_tail }: GateEvidence): string {
  const name = `${oneLine(command, mostOfCommand) || "A gate"} ${outcome}`;
  if (!tellsOnlyExit({ reason: reason ?? null, exit_code })) return `${name}: ${reason}`;
  const words = lastWords(output_tail);
  return `${name} (exit ${exit_code})${words === null ? "" : `: ${words}`}`;
}

/**
 * Why there is too little to show; null when there is enough.
 *
 * @param leftBy Set when a person accepts what stands there, whoever made it.
 */
export function judgeChanges(
  task: Task,
  { changes, onlySetup }: Pick<Dispatched, "changes" | "onlySetup">,
  leftBy?: "person",
): Failure | null {
  const expects = task.type === "coding" && task.metadata?.expects_changes !== false;
  if (!expects || changes === null) return null;
  const failed = (error: string): Failure => ({ outcome: "no_changes", error });
  if (onlySetup) return failed("Worker left nothing beside what macp.setup changed");
  if (changes.commits > 0) return null;
  return failed(
    leftBy === undefined
      ? "Worker left no commit over the base"
      : "What is to be accepted has no commit over the base",
  );
}

/**
 * The verdict on an attempt whose result is known.
 *
 * @param hold Runtime that a usage limit holds from now on.
 */
export function makeVerdict(
  result: TaskResult,
  end: AttemptEnd,
  hold: VerdictHold | null = null,
): Verdict {
  const next = followUp(end);
  const status = next.status === "pending" ? "failed" : next.status;
  const failed = status === "failed" ? result.completed_at : null;
  return {
    outcome: end.outcome,
    next_status: next.status,
    spent: next.spent,
    not_before: next.notBefore,
    ...(hold === null ? {} : { hold }),
    result: {
      ...result,
      status,
      failed_at: failed,
      escalation_reason: status === "escalated" ? result.error ?? null : null,
    },
  };
}

/** The verdict on an attempt that would be followed by another, had no person cancelled it. */
export function cancelVerdict(verdict: Verdict): Verdict {
  const { result } = verdict;
  return {
    outcome: "cancelled",
    next_status: "failed",
    spent: true,
    not_before: null,
    result: {
      ...result,
      status: "failed",
      failed_at: result.completed_at,
      error: "Cancelled by a person",
      metadata: { ...result.metadata, outcome: "cancelled" },
    },
  };
}
