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
 * `mosaic yolo` in a terminal of its own, made by script(1): once in the form of
 * util-linux, once in that of BSD and macOS. The brief stays in its file, so that no
 * list of processes shows it.
 */
const yoloCommand = [
  `MACP_PTY_COMMAND='stty rows 40 cols 120 2>/dev/null; ` +
  `PATH="\${HOME:+$HOME/.config/mosaic/bin:}$PATH"; export PATH; unset MACP_PTY_COMMAND; ` +
  `exec mosaic yolo "$MACP_RUNTIME" "Do the task that the file $MACP_BRIEF_FILE describes."'`,
  "export MACP_PTY_COMMAND",
  "SHELL=/bin/sh; export SHELL",
  "if script --version 2>/dev/null | grep -q util-linux",
  'then exec script -qefc "$MACP_PTY_COMMAND" /dev/null',
  'else exec script -q /dev/null /bin/sh -c "$MACP_PTY_COMMAND"',
  "fi",
].join("\n");

/**
 * The shell command of a task's worker, run by `sh -c`; null for an `acp` task, which is
 * handed over instead.
 *
 * Throws `MacpError` of kind usage when there is none, or its template is unsafe.
 */
export function buildDispatchCommand(task: Task, sources: CommandSources): string | null {
  if (task.dispatch === "acp") return null;
  if (task.dispatch === "yolo") return yoloCommand;
  if (hasText(task.command)) return task.command;
  if (isMacpAware(task)) throw noCommand(task, "it has dispatch exec and no command");
  if (hasText(sources.template)) return expandTemplate(sources.template);
  if (hasText(sources.workerExec)) return `${sources.workerExec} "\${MACP_TASK_PROMPT}"`;
  throw noCommand(task, "it has no command", [
    "Set its command, worker.command_template, or MOSAIC_WORKER_EXEC",
  ]);
}

function noCommand(task: Task, why: string, hints: string[] = []): MacpError {
  return new MacpError("usage", `Cannot run task ${task.id} as ${why}`, {
    code: "no_command",
    hints,
  });
}

function hasText(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== "";
}
