/**
 * What follows from the end of an attempt: the table of section 4.7 of the
 * specification, as one pure function.
 *
 * @module
 */
import type { Task, TaskEvent, Verdict } from "./generated/types.ts";

/** How an attempt ended. */
export type Outcome = Verdict["outcome"];

/** Longest pause between two attempts, in seconds. */
export const maxBackoffSeconds = 300;

type Rule =
  | "complete"
  | "retry_then_fail"
  | "retry_then_escalate"
  | "fail"
  | "escalate"
  | "requeue";

const rules: Record<Outcome, Rule> = {
  completed: "complete",
  worker_failed: "retry_then_fail",
  timed_out: "retry_then_fail",
  stalled: "retry_then_fail",
  worker_lost: "retry_then_fail",
  setup_failed: "retry_then_fail",
  no_changes: "retry_then_fail",
  gate_failed: "retry_then_escalate",
  gate_broken: "retry_then_escalate",
  worktree_failed: "fail",
  cancelled: "fail",
  merge_conflict: "escalate",
  needs_input: "escalate",
  worker_escalated: "escalate",
  handed_over: "escalate",
  gate_files_blocked: "escalate",
  baseline_red: "escalate",
  invalid_task: "escalate",
  rate_limited: "requeue",
  interrupted: "requeue",
};

/**
 * Whether an attempt that ended so is followed by another while attempts are left: a task
 * that ended so has used them up. False for what is no outcome.
 */
export function isRetried(outcome: string): boolean {
  if (!Object.hasOwn(rules, outcome)) return false;
  const rule = rules[outcome as Outcome];
  return rule === "retry_then_fail" || rule === "retry_then_escalate";
}

/** Whether a task that ended so waits for the answer to a question of its worker. */
export function isQuestion(outcome: unknown): boolean {
  return outcome === "needs_input" || outcome === "worker_escalated";
}

/** Whether an attempt that ended so asks a person something, and failed at nothing. */
export function asksPerson(outcome: unknown): boolean {
  return isQuestion(outcome) || outcome === "handed_over";
}

/** An end other than success. */
export interface Failure {
  outcome: Outcome;
  /** What went wrong, in a sentence. */
  error: string;
}

/** What is known when an attempt ends. */
export interface AttemptEnd {
  outcome: Outcome;
  /** Spent attempts, this one included. */
  attempts: number;
  maxAttempts: number;
  /** A legacy task never escalates: a red gate ends as failed. */
  legacy: boolean;
  backoffSeconds: number;
  /** Milliseconds since the epoch. */
  now: number;
}

/** What follows. */
export interface FollowUp {
  status: "pending" | "completed" | "failed" | "escalated";
  /** Whether the attempt counts. */
  spent: boolean;
  /** When the next attempt may start (RFC 3339), or null. */
  notBefore: string | null;
  eventType: TaskEvent["event_type"];
}

/** What follows from the end of an attempt. */
export function followUp(end: AttemptEnd): FollowUp {
  const rule = rules[end.outcome];
  const left = end.attempts < end.maxAttempts;
  if (rule === "complete") return ended("completed");
  if (rule === "requeue") {
    return { status: "pending", spent: false, notBefore: null, eventType: "task.retry.scheduled" };
  }
  if (left && isRetried(end.outcome)) {
    const pause = backoffSeconds(end.backoffSeconds, end.attempts);
    const notBefore = pause > 0 ? new Date(end.now + pause * 1000).toISOString() : null;
    return { status: "pending", spent: true, notBefore, eventType: "task.retry.scheduled" };
  }
  const escalates = rule === "escalate" || (rule === "retry_then_escalate" && !end.legacy);
  return ended(escalates ? "escalated" : "failed");
}

/** Pause before the next attempt: `base · 2^(n-1)`, at most 300 s. */
export function backoffSeconds(base: number, attempts: number): number {
  return Math.min(base * 2 ** Math.max(0, attempts - 1), maxBackoffSeconds);
}

function ended(status: "completed" | "failed" | "escalated"): FollowUp {
  return { status, spent: true, notBefore: null, eventType: `task.${status}` };
}

/** Whether a task in this status is at its end until a person acts. */
export function isTerminal(status: Task["status"]): boolean {
  return status === "completed" || status === "failed" || status === "escalated";
}
