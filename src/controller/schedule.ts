/**
 * Which task comes next, and why the others do not. Pure.
 *
 * @module
 */
import { resultOwner } from "../dispatcher/result_owner.ts";
import { maxBackoffSeconds } from "../protocol/outcomes.ts";
import type { Settings } from "../protocol/settings.ts";
import { isRecord } from "../protocol/events.ts";
import type { State, Task } from "../protocol/generated/types.ts";
import {
  checkTask,
  dependenciesOf,
  idOf,
  isMacpAware,
  type RawTask,
  statusOf,
} from "../protocol/task.ts";
import { describeFault } from "../protocol/validation.ts";
import type { Queue } from "../store/queue.ts";
import { findCircle } from "./find_circle.ts";
import { holdOf, type Holds, limitedRuntime } from "./holds.ts";

/** Why a pending task can run now or cannot. */
export type Standing =
  | { kind: "ready" }
  /** In back-off until a time (milliseconds since the epoch). */
  | { kind: "waiting"; until: number }
  /** Its runtime is held until a time (milliseconds since the epoch). */
  | { kind: "held"; until: number; runtime: string }
  /** Behind a dependency that is not completed. */
  | { kind: "blocked"; by: string; status: string }
  /** Never, until someone mends it. */
  | { kind: "invalid"; reason: string };

/** What a controller does next. */
export type Step =
  | { kind: "claim"; id: string }
  | { kind: "refuse"; id: string; reason: string }
  /** Until a back-off or a hold ends; `held` when there are only holds. */
  | { kind: "wait"; until: number; held: boolean }
  | { kind: "idle" };

/** What the schedule depends on. */
export interface Plan {
  queue: Queue;
  holds: Holds;
  settings: Settings;
  /** Milliseconds since the epoch. */
  now: number;
}

/** Attempts under way. */
export interface UnderWay {
  ids: ReadonlySet<string>;
  /** Whether one of them works in the main checkout, where there is room for one. */
  inCheckout: boolean;
  /** Whether a task would meet one of them in its worktree or branch; asked only while there are any. */
  meets?: (task: Task) => boolean;
}

/** What the ledger says is under way. */
export function underWay(
  { running }: Pick<State, "running">,
  meets: (task: Task) => boolean = () => false,
): UnderWay {
  return {
    meets,
    ids: new Set(Object.keys(running)),
    inCheckout: Object.values(running).some(({ branch }) => branch === null),
  };
}

/** Milliseconds between looks at a place while another attempt works there. */
const placeLookMs = 1000;

/** Standing of one pending task. */
export function standingOf({ queue, holds, settings, now }: Plan, raw: RawTask): Standing {
  const checked = checkTask(raw);
  if (!checked.ok) {
    const faults = checked.faults.map((fault) => describeFault("task", fault));
    return { kind: "invalid", reason: `The task is invalid: ${faults.join("; ")}` };
  }
  const { task } = checked;
  const owner = resultOwner(queue.tasks, settings, raw);
  if (owner !== null) {
    const reason = `Its result would be written over that of task ${owner}: ` +
      "one of them needs another result_path";
    return { kind: "invalid", reason };
  }
  const dependencies = task.depends_on ?? [];
  const unknown = dependencies.filter((id) => queue.find(id) === undefined);
  if (unknown.length > 0) {
    return { kind: "invalid", reason: `depends_on names unknown tasks: ${unknown.join(", ")}` };
  }
  const open = dependencies.map((id) => ({ id, status: statusOf(queue.find(id)) }))
    .find(({ status }) => status !== "completed");
  if (open) return { kind: "blocked", by: open.id, status: open.status ?? "invalid" };
  const until = pausedUntil(task, now);
  if (until > now) return { kind: "waiting", until };
  const hold = holdOf(holds, limitedRuntime(task, settings), now);
  return hold ? { kind: "held", until: hold.until, runtime: hold.runtime } : { kind: "ready" };
}

/** When a task may start; 0 when nothing keeps it back. */
function pausedUntil({ not_before, outcome }: Task, now: number): number {
  const until = not_before ? Date.parse(not_before) : 0;
  // A pause behind an attempt that failed: one further away is of a clock that was set back since.
  const isTooFar = Boolean(outcome) && until - now > maxBackoffSeconds * 1000;
  return isTooFar ? 0 : until;
}

/**
 * The next step, in file order. Tasks in back-off or of a runtime that is held are passed
 * over while others can run.
 *
 * @param busy What is under way, whatever the file says of it.
 */
export function nextStep(plan: Plan, busy: UnderWay): Step {
  const { queue } = plan;
  let backOff = Infinity;
  let hold = Infinity;
  let blocked = false;
  for (const raw of queue.tasks) {
    const id = idOf(raw);
    if (id === null || statusOf(raw) !== "pending" || busy.ids.has(id)) continue;
    const standing = standingOf(plan, raw);
    if (standing.kind === "ready") {
      if (!isTaken(raw, busy)) return { kind: "claim", id };
      backOff = Math.min(backOff, plan.now + placeLookMs);
    }
    if (standing.kind === "invalid") return { kind: "refuse", id, reason: standing.reason };
    if (standing.kind === "waiting") backOff = Math.min(backOff, standing.until);
    if (standing.kind === "held") hold = Math.min(hold, standing.until);
    blocked ||= standing.kind === "blocked";
  }
  const cycle = blocked ? findCycle(queue) : null;
  if (cycle) {
    const reason = `depends_on forms a cycle: ${[...cycle, cycle[0]].join(" → ")}`;
    return { kind: "refuse", id: cycle[0] ?? "", reason };
  }
  const until = Math.min(backOff, hold);
  return until === Infinity
    ? { kind: "idle" }
    : { kind: "wait", until, held: backOff === Infinity };
}

/** Whether another attempt works where the valid task would. */
function isTaken(raw: RawTask, { ids, inCheckout, meets }: UnderWay): boolean {
  if (!usesWorktree(raw)) return inCheckout;
  return ids.size > 0 && meets?.(raw as Task) === true;
}

function usesWorktree(raw: RawTask): boolean {
  return isMacpAware(raw) && isRecord(raw) && raw.worktree !== ".";
}

/**
 * Ids of pending tasks that no run can reach until a person acts: those that depend,
 * directly or through others, on one that failed or escalated.
 */
export function stuckTasks(queue: Queue): string[] {
  const dependants = new Map<string, string[]>();
  const reached: string[] = [];
  for (const raw of queue.tasks) {
    const id = idOf(raw);
    const status = statusOf(raw);
    if (id === null) continue;
    if (status === "failed" || status === "escalated") reached.push(id);
    if (status !== "pending") continue;
    for (const name of dependenciesOf(raw)) {
      dependants.set(name, [...dependants.get(name) ?? [], id]);
    }
  }
  if (dependants.size === 0) return [];
  const stuck = new Set<string>();
  for (let id = reached.pop(); id !== undefined; id = reached.pop()) {
    for (const dependant of dependants.get(id) ?? []) {
      if (!stuck.has(dependant)) reached.push(dependant);
      stuck.add(dependant);
    }
  }
  return [...queue.ids()].filter((id) => stuck.has(id));
}

/** Ids of a cycle of pending tasks, from the first in file order; null without one. */
export function findCycle(queue: Queue): string[] | null {
  const open = (id: string) => {
    const raw = queue.find(id);
    return statusOf(raw) === "pending" ? dependenciesOf(raw) : [];
  };
  return findCircle(open, queue.ids());
}
