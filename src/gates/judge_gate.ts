/**
 * What a gate's run means.
 *
 * @module
 */
import type { GateEvidence } from "../protocol/generated/types.ts";
import type { CommandEnd } from "../process/run_command.ts";
import { findingsAtLeast, parseFindings } from "./findings.ts";
import type { Gate } from "./resolve_gates.ts";
import type { TestRuns } from "./test_run_detector.ts";

/** How a gate ran. */
export interface GateRun {
  gate: Gate;
  end: Pick<CommandEnd, "exitCode" | "cause">;
  /** What it printed on standard output; null when that was too much to be kept. */
  standardOutput: string | null;
  tests: TestRuns;
}

/** What a gate's run means. */
export interface Judgement {
  /** Only passed counts as green. */
  outcome: GateEvidence["outcome"];
  /** Why it is not passed, in a few words for a person; null when it is. */
  reason: string | null;
  exit_code: number;
  /** Whether the same command on the same files would very likely end the same way again. */
  conclusive: boolean;
}

/** Highest number of an ordinary signal. */
const lastSignal = 31;

/** Judges a gate that ran to an end of its own or to its time-out. */
export function judgeGate(run: GateRun): Judgement {
  const exit_code = run.end.cause === "timed_out" ? 124 : run.end.exitCode;
  const cut = cutShortReason(run);
  if (cut !== null) return { outcome: "broken", reason: cut, exit_code, conclusive: false };
  const conclusive = true;
  const broken = brokenReason(run);
  if (broken !== null) return { outcome: "broken", reason: broken, exit_code, conclusive };
  const failed = failedReason(run);
  if (failed !== null) return { outcome: "failed", reason: failed, exit_code, conclusive };
  return { outcome: "passed", reason: null, exit_code, conclusive };
}

/** The judgement of a gate that has no command to run. */
export function judgeEmptyGate(): Judgement {
  return { outcome: "broken", reason: "It has no command", exit_code: 127, conclusive: true };
}

/** Whether the reason of a gate says no more than the exit code with which it ended. */
export function tellsOnlyExit(
  { reason, exit_code }: Pick<GateEvidence, "reason" | "exit_code">,
): boolean {
  return reason === null || reason === exitReason(exit_code);
}

function exitReason(exitCode: number): string {
  if (exitCode === 127) return "A command was not found (exit code 127)";
  if (exitCode === 126) return "A command could not be executed (exit code 126)";
  return `It exited with code ${exitCode}`;
}

/** Why it came to no end of its own, or null. */
function cutShortReason({ gate, end }: GateRun): string | null {
  if (end.cause === "timed_out") return `It did not end within ${gate.timeoutSeconds} s`;
  if (end.cause === "aborted") return "It was ended before it was done";
  const signal = end.exitCode - 128;
  return signal >= 1 && signal <= lastSignal ? `It was killed by signal ${signal}` : null;
}

/** Why the run says nothing about the work, or null. */
function brokenReason({ gate, end, standardOutput, tests }: GateRun): string | null {
  if (end.exitCode === 126 || end.exitCode === 127) return exitReason(end.exitCode);
  if (gate.expect !== null && !expected(gate)) {
    return `Its expect is no regular expression: ${gate.expect}`;
  }
  if (gate.type === "ai-review") return unreadableReason(standardOutput);
  const noTest = tests.runners.length > 0 && tests.ran === 0;
  return noTest ? `No test ran (${tests.runners.join(", ")})` : null;
}

function unreadableReason(standardOutput: string | null): string | null {
  if (standardOutput === null) return "Its findings cannot be read: there are too many";
  const parsed = parseFindings(standardOutput);
  return parsed.ok ? null : `Its findings cannot be read: ${parsed.why}`;
}

/** Why the work does not pass, or null. */
function failedReason(run: GateRun): string | null {
  const { gate, end } = run;
  const findings = gate.type === "ai-review" ? findingsReason(run) : null;
  if (findings !== null) return findings;
  return end.exitCode === 0 ? null : exitReason(end.exitCode);
}

function findingsReason({ gate, standardOutput }: GateRun): string | null {
  const parsed = parseFindings(standardOutput ?? "");
  const grave = parsed.ok ? findingsAtLeast(parsed.findings, gate.failOn) : [];
  const first = grave[0];
  if (!first) return null;
  const count = grave.length === 1 ? "1 finding" : `${grave.length} findings`;
  const title = first.title ? `: ${first.title}` : "";
  return `${count} of severity ${gate.failOn} or above (${first.severity}${title})`;
}

/** What its output must match; null when that is anything, or no regular expression. */
export function expected({ expect }: Pick<Gate, "expect">): RegExp | null {
  try {
    return expect === null ? null : new RegExp(expect, "m");
  } catch {
    return null;
  }
}

/** A green gate must print what is expected. `found` is null where nothing tells within `seconds`. */
export function judgeExpected(
  judgement: Judgement,
  { expect }: Pick<Gate, "expect">,
  { found, seconds }: { found: boolean | null; seconds: number },
): Judgement {
  if (found) return judgement;
  const reason = found === null
    ? `Its output could not be searched within ${seconds} s for what is expected: ${expect}`
    : `Its output does not match what is expected: ${expect}`;
  return { ...judgement, outcome: "broken", reason, conclusive: found !== null };
}

/**
 * A green gate that changed files which git tracks judged something else than what is
 * committed, and so do the gates behind it.
 */
export function judgeTracked(judgement: Judgement, changed: readonly string[]): Judgement {
  if (changed.length === 0) return judgement;
  const named = changed.slice(0, 5).join(", ") + (changed.length > 5 ? ", …" : "");
  const reason =
    `It changed files that git tracks, or what git sees of them, and gates judge what is ` +
    `committed: ${named}`;
  return { ...judgement, outcome: "broken", reason, conclusive: false };
}
