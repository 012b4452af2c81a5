/**
 * Figures of all tasks of a report. Pure.
 *
 * @module
 */
import { secondsBetween } from "./fold_events.ts";
import type {
  ReportAttempt,
  ReportSummary,
  ReportTask,
  RuntimeSummary,
  UsageSum,
  WaitingRow,
} from "./report_data.ts";

/** Adds up what is known. */
export function summariseTasks(
  tasks: readonly ReportTask[],
  { waiting, now }: { waiting: readonly WaitingRow[]; now: string },
): ReportSummary {
  const attempts = tasks.flatMap((task) => task.attempts);
  const retries = tasks.map((task) => task.attempts.filter(byController).length)
    .reduce((sum, count) => sum + Math.max(0, count - 1), 0);
  const isDone = ({ status }: ReportTask) => status === "completed";
  return {
    tasks: tasks.length,
    by_status: countBy(tasks, ({ status }) => status ?? "invalid"),
    waiting: waiting.filter(({ kind }) => kind !== "blocked").length,
    blocked: waiting.filter(({ kind }) => kind === "blocked").length,
    landed: tasks.filter(({ landed }) => landed !== null).length,
    first_try: tasks.filter((task) => isDone(task) && task.attempts.length === 1).length,
    attempts: attempts.filter(byController).length,
    retries,
    red_gates: attempts.flatMap(({ gates }) => gates)
      .filter(({ outcome }) => outcome === "failed" || outcome === "broken").length,
    phases: {
      preparing: sumOf(attempts.map(({ phases }) => phases.preparing)),
      working: sumOf(attempts.map(({ phases }) => phases.working)),
      gates: sumOf(attempts.map(({ phases }) => phases.gates)),
      pausing: sumOf(tasks.flatMap(pausesOf)),
      person: sumOf(tasks.flatMap((task) => personWaits(task, now))),
    },
    usage: addUsage(attempts.filter(byController)),
    runtimes: byRuntime(attempts.filter(byController), tasks.filter(isDone)),
  };
}

function byController({ by }: ReportAttempt): boolean {
  return by === "controller";
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
}

/** Sum of what is known; null when nothing is. */
function sumOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

/** Seconds between attempts that followed each other on their own. */
function pausesOf({ attempts }: ReportTask): (number | null)[] {
  return attempts.slice(1).flatMap((attempt, i) => {
    const before = attempts[i];
    if (before?.next !== "pending" || attempt.by === "person") return [];
    return [secondsBetween(before.ended_at, attempt.started_at)];
  });
}

/** Seconds from each end that needed a person until somebody acted, or until now. */
function personWaits({ attempts, moments, status }: ReportTask, now: string): (number | null)[] {
  return attempts.flatMap(({ next, ended_at }, i) => {
    if (next !== "escalated" || ended_at === null) return [];
    const acted = moments.find(({ at }) => Date.parse(at) >= Date.parse(ended_at))?.at ??
      attempts[i + 1]?.started_at ?? (status === "escalated" ? now : null);
    return [secondsBetween(ended_at, acted)];
  });
}

function addUsage(attempts: readonly ReportAttempt[]): UsageSum {
  const told = attempts.flatMap(({ usage }) => usage === null ? [] : [usage]);
  return {
    input_tokens: sumOf(told.map(({ input_tokens }) => input_tokens)),
    output_tokens: sumOf(told.map(({ output_tokens }) => output_tokens)),
    cost_usd: sumOf(told.map(({ cost_usd }) => cost_usd)),
    reported: told.length,
    unreported: attempts.filter(({ usage, running }) => usage === null && !running).length,
  };
}

/** @param done Tasks that are completed, each counted where its last attempt was. */
function byRuntime(
  attempts: readonly ReportAttempt[],
  done: readonly ReportTask[],
): RuntimeSummary[] {
  const last = done.map((task) => task.attempts.findLast(byController));
  const groups = new Map<string | null, ReportAttempt[]>();
  for (const attempt of attempts) {
    const group = groups.get(attempt.runtime);
    if (group) group.push(attempt);
    else groups.set(attempt.runtime, [attempt]);
  }
  return [...groups].map(([runtime, group]) => ({
    runtime,
    attempts: group.length,
    completed: last.filter((attempt) => attempt?.runtime === runtime).length,
    working: sumOf(group.map(({ phases }) => phases.working)),
    ...addUsage(group),
  })).sort((a, b) => b.attempts - a.attempts);
}
