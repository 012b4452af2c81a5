/**
 * Tasks as they stand in a queue that people and other programs write too.
 *
 * @module
 */
import { isRecord } from "./events.ts";
import type { Task } from "./generated/types.ts";
import { validateTask } from "./generated/validators.js";
import { type Fault, faultsOf } from "./validation.ts";

/** Status of a task. */
export type Status = Task["status"];

/** Every status, in the order in which a task passes through them. */
export const statuses: readonly Status[] = [
  "pending",
  "running",
  "gated",
  "completed",
  "failed",
  "escalated",
];

const knownStatuses: ReadonlySet<unknown> = new Set(statuses);

/** An element of the queue, not validated. */
export type RawTask = unknown;

/** Id of an element, or null when it has none. */
export function idOf(raw: RawTask): string | null {
  const id = isRecord(raw) ? raw.id : null;
  return typeof id === "string" && id !== "" ? id : null;
}

/** Status of an element, or null when it is none that the program knows. */
export function statusOf(raw: RawTask): Status | null {
  return isRecord(raw) && knownStatuses.has(raw.status) ? raw.status as Status : null;
}

/** Title of an element, or the empty text. */
export function titleOf(raw: RawTask): string {
  return isRecord(raw) && typeof raw.title === "string" ? raw.title : "";
}

/** Ids that an element depends on. */
export function dependenciesOf(raw: RawTask): string[] {
  if (!isRecord(raw) || !Array.isArray(raw.depends_on)) return [];
  return raw.depends_on.filter((id): id is string => typeof id === "string");
}

/** Whether an element is MACP-aware: exactly when it has its own property `dispatch`. */
export function isMacpAware(raw: RawTask): boolean {
  return isRecord(raw) && Object.hasOwn(raw, "dispatch");
}

/** An element after validation. */
export type CheckedTask = { ok: true; task: Task } | { ok: false; faults: Fault[] };

/** Validates an element. A legacy task may have any id that is not empty. */
export function checkTask(raw: RawTask): CheckedTask {
  const faults = faultsOf(validateTask, raw)
    .filter((fault) => fault.path !== "/id" || isMacpAware(raw) || idOf(raw) === null);
  return faults.length === 0 ? { ok: true, task: raw as Task } : { ok: false, faults };
}

/**
 * An element as a task, without the fields that are wrong: for what has to be said of a task
 * that does not validate.
 */
export function soundTask(raw: RawTask, id: string): Task {
  const checked = checkTask(raw);
  if (checked.ok) return checked.task;
  const wrong = new Set(checked.faults.map(({ path }) => path.split("/")[1]));
  const kept = Object.entries(isRecord(raw) ? raw : {}).filter(([name]) =>
    !wrong.has(name.replaceAll("~", "~0").replaceAll("/", "~1"))
  );
  return { title: "", status: "pending", ...Object.fromEntries(kept), id };
}

/** Attempts that a task may spend. */
export function maxAttemptsOf(task: Task, settings: { worker: { max_attempts: number } }): number {
  return task.max_attempts ?? settings.worker.max_attempts;
}

/**
 * The runtime that may be told of as the worker of a task: null for a command that names none,
 * whatever the settings say of agents.
 */
export function knownRuntime(
  task: Pick<Task, "runtime" | "dispatch" | "command">,
  settings: Parameters<typeof runtimeOf>[1],
): string | null {
  const isCommand = task.dispatch === "exec" || (!isMacpAware(task) && task.command !== undefined);
  return isCommand ? task.runtime ?? null : runtimeOf(task, settings);
}

/** Runtime of a task: its own, else the worker's, else the default. */
export function runtimeOf(
  task: Pick<Task, "runtime">,
  settings: { worker: { runtime: string }; macp: { default_runtime: string } },
): string {
  return task.runtime ?? (settings.worker.runtime || settings.macp.default_runtime);
}
