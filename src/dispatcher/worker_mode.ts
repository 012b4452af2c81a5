/**
 * How a worker runs, and how long it may be silent.
 *
 * @module
 */
import { MacpError } from "../protocol/errors.ts";
import type { Task } from "../protocol/generated/types.ts";
import type { Settings } from "../protocol/settings.ts";
import { runtimeOf } from "../protocol/task.ts";
import { resolveRuntime, type Runtime } from "../runtimes/runtime_table.ts";

/** Seconds of an agent without a sign of work, when nothing else is set. */
const agentStallSeconds = 1800;

/** A plain command; an agent in a terminal of its own; an agent without one. */
export type WorkerMode = "command" | "terminal" | "headless";

/** How the worker of a task runs. */
export function workerMode(task: Task, runtime: Runtime | null): WorkerMode {
  if (task.dispatch !== "yolo") return "command";
  return runtime?.command ? "headless" : "terminal";
}

/**
 * The runtime whose words the worker of a task speaks: that of a yolo task, and that which
 * another names itself; otherwise null.
 *
 * Throws `MacpError` of kind usage when a yolo task's runtime is configured wrongly; a
 * command of its own does not depend on that.
 */
export function workerRuntime(task: Task, settings: Settings): Runtime | null {
  const isAgent = task.dispatch === "yolo";
  if (!isAgent && task.runtime === undefined) return null;
  try {
    return resolveRuntime(runtimeOf(task, settings), settings.macp.runtimes);
  } catch (error) {
    if (isAgent || !(error instanceof MacpError)) throw error;
    return null;
  }
}

/** Seconds without a sign of work until the worker is stalled; 0 is never. */
export function stallSecondsOf(task: Task, settings: Settings): number {
  return task.stall_seconds ?? settings.macp.stall_seconds ??
    (task.dispatch === "yolo" ? agentStallSeconds : 0);
}
