/**
 * The command that a worker runs.
 *
 * @module
 */
import { MacpError } from "../protocol/errors.ts";
import type { Task } from "../protocol/generated/types.ts";
import { expandTemplate } from "../protocol/legacy_command.ts";
import { isMacpAware } from "../protocol/task.ts";

/** What the command depends on besides the task. */
export interface CommandSources {
  /** `worker.command_template` of the configuration. */
  template: string;
  /** Value of `MOSAIC_WORKER_EXEC`. */
  workerExec: string | undefined;
}

/**
 * The shell command of a task's worker, run by `sh -c`.
 *
 * Throws `MacpError` of kind usage when there is none, or its template is unsafe.
 */
export function buildDispatchCommand(task: Task, sources: CommandSources): string {
  if (isMacpAware(task)) return macpCommand(task);
  if (hasText(task.command)) return task.command;
  if (hasText(sources.template)) return expandTemplate(sources.template);
  if (hasText(sources.workerExec)) return `${sources.workerExec} "\${MACP_TASK_PROMPT}"`;
  throw new MacpError("usage", `Cannot run task ${task.id} as it has no command`, {
    code: "no_command",
    hints: ["Set its command, worker.command_template, or MOSAIC_WORKER_EXEC"],
  });
}

function macpCommand(task: Task): string {
  if (task.dispatch === "exec" && hasText(task.command)) return task.command;
  const why = task.dispatch === "exec"
    ? "it has dispatch exec and no command"
    : `dispatch ${task.dispatch} is not available yet`;
  throw new MacpError("usage", `Cannot run task ${task.id} as ${why}`, { code: "no_command" });
}

function hasText(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== "";
}
