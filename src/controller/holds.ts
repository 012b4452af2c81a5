/**
 * Runtimes that a usage limit holds. Pure.
 *
 * @module
 */
import type { RuntimeHold, State, Task, VerdictHold } from "../protocol/generated/types.ts";
import type { Settings } from "../protocol/settings.ts";
import { isMacpAware, runtimeOf } from "../protocol/task.ts";

/** Holds of the ledger, by runtime. */
export type Holds = Readonly<Record<string, RuntimeHold>>;

/** A hold that is in force. */
export interface ActiveHold {
  runtime: string;
  /** Milliseconds since the epoch. */
  until: number;
  reason: string;
}

/**
 * The runtime whose limits concern a task: that of a `yolo` task, and that which any
 * other task names itself. Null for a command that says nothing of a runtime.
 */
export function limitedRuntime(
  task: Pick<Task, "dispatch" | "runtime">,
  settings: Settings,
): string | null {
  if (!isMacpAware(task)) return null;
  return task.dispatch === "yolo" ? runtimeOf(task, settings) : task.runtime ?? null;
}

/** The hold of a runtime at a time, or null. */
export function holdOf(holds: Holds, runtime: string | null, now: number): ActiveHold | null {
  const hold = runtime !== null && Object.hasOwn(holds, runtime) ? holds[runtime] : undefined;
  const until = hold ? Date.parse(hold.until) : 0;
  return hold && runtime !== null && until > now ? { runtime, until, reason: hold.reason } : null;
}

/** All holds that are in force at a time, the one that ends first before the others. */
export function activeHolds(holds: Holds, now: number): ActiveHold[] {
  return Object.keys(holds).flatMap((runtime) => holdOf(holds, runtime, now) ?? [])
    .sort((a, b) => a.until - b.until);
}

/** Puts a hold into the ledger, and takes out those that are over. A later end wins. */
export function placeHold(
  state: State,
  { runtime, until, reason }: VerdictHold,
  { taskId, now }: { taskId: string; now: number },
): void {
  const kept = Object.entries(state.holds ?? {})
    .filter(([, hold]) => Date.parse(hold.until) > now);
  const holds = Object.fromEntries(kept);
  const known = Object.hasOwn(holds, runtime) ? holds[runtime] : undefined;
  if (!known || Date.parse(known.until) < Date.parse(until)) {
    const since = new Date(now).toISOString();
    holds[runtime] = { until, reason, task_id: taskId, since };
  }
  state.holds = holds;
}
