/**
 * What several commands of the table say.
 *
 * @module
 */
import type { Status } from "../../protocol/task.ts";
import type { Completion, OptionSpec } from "../command.ts";

/** Any task of the queue. */
export const anyTask: Completion = { kind: "tasks" };

/** Tasks of the queue in one of these states. */
export function tasksThatAre(...statuses: Status[]): Completion {
  return { kind: "tasks", statuses };
}

/** Says what would change. */
export const dryRun: OptionSpec = {
  name: "dry-run",
  kind: "flag",
  help: "Say what would change, and change nothing",
};

/** How many attempts at once. */
export const jobs: OptionSpec = {
  name: "jobs",
  kind: "number",
  short: "j",
  value: "N",
  help: "Attempts at once (macp.jobs, 1)",
};

/** Whether to wait for a usage limit. */
export const noWaitHolds: OptionSpec = {
  name: "no-wait-holds",
  kind: "flag",
  help: "End with 3 instead of waiting for a runtime that a usage limit holds",
};

/** One task alone. */
export const taskId: OptionSpec = {
  name: "task-id",
  kind: "text",
  value: "ID",
  completes: anyTask,
  help: "Only this task",
};

/** From when on. */
export const since: OptionSpec = {
  name: "since",
  kind: "text",
  value: "WHEN",
  help: "Only newer ones: a duration (30m, 24h, 7d) or an RFC 3339 time",
};

/** Exit code 4 of commands that change the queue. */
export const busyQueue = "busy: another program holds the lock of the queue";

/** Exit code 4 of commands that serve sinks. */
export const busySink = "busy: another program serves the sink";

/** Exit code 130 of commands that take time. */
export const interrupted = "interrupted (143: terminated): what ran was ended cleanly";

/** Exit codes of a run. */
export const exitsOfRun: Readonly<Record<number, string>> = {
  1: "a task ended failed",
  3: "a task escalated, dependants stay blocked, or a runtime is held (--no-wait-holds)",
  4: "busy: another controller holds the repository",
  130: "interrupted (143: terminated, 129: the terminal was closed): what ran was ended " +
    "cleanly, and its task is pending again",
};

/** Environment variables that a run reads. */
export const environmentOfRun: readonly string[] = [
  "HOME",
  "PATH",
  "XDG_RUNTIME_DIR",
  "MOSAIC_WORKER_EXEC",
];
