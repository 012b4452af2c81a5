/**
 * The command that a worker runs.
 *
 * @module
 */
import { MacpError } from "../protocol/errors.ts";
import type { Task } from "../protocol/generated/types.ts";
import { expandTemplate } from "../protocol/legacy_command.ts";
import { isMacpAware } from "../protocol/task.ts";
import type { Runtime } from "../runtimes/runtime_table.ts";
import type { ScreenSize } from "../runtimes/screen.ts";

/** What the command depends on besides the task. */
export interface CommandSources {
  /** `worker.command_template` of the configuration. */
  template: string;
  /** Value of `MOSAIC_WORKER_EXEC`. */
  workerExec: string | undefined;
  /** Runtime of a yolo task; with a command it runs without a terminal. */
  runtime?: Runtime | null;
}

/** Size of the terminal of a yolo worker. */
export const terminalSize: ScreenSize = { rows: 40, columns: 120 };

/** What a yolo worker prints, and exits 127 after, when a program is missing. */
export const missingProgram = {
  mosaic: "macp: mosaic was not found on the PATH",
  script: "macp: script was not found on the PATH",
};

/** What runs inside of the terminal. */
const insideTerminal = [
  `stty rows ${terminalSize.rows} cols ${terminalSize.columns} 2>/dev/null`,
  `PATH="\${HOME:+$HOME/.config/mosaic/bin:}$PATH"; export PATH`,
  "unset MACP_PTY_COMMAND MACP_PTY_INPUT",
  `command -v mosaic >/dev/null 2>&1 || { echo "${missingProgram.mosaic}"; exit 127; }`,
  `exec mosaic yolo "$MACP_RUNTIME" "Do the task that the file $MACP_BRIEF_FILE describes."`,
].join("; ");

/**
 * `mosaic yolo` in a terminal of its own, made by script(1): once in the form of
 * util-linux, once in that of BSD and macOS. The brief stays in its file, so that no
 * list of processes shows it. What is typed comes from a pipe that never ends: at the
 * end of its input script would type the end-of-file character.
 */
const yoloCommand = [
  `MACP_PTY_COMMAND='${insideTerminal}'`,
  `MACP_PTY_INPUT="\${MACP_BRIEF_FILE%/*}/terminal-input"`,
  "export MACP_PTY_COMMAND",
  "SHELL=/bin/sh; export SHELL",
  `case "\${TERM:-dumb}" in dumb | unknown) TERM=xterm-256color; export TERM ;; esac`,
  `command -v script >/dev/null 2>&1 || { echo "${missingProgram.script}"; exit 127; }`,
  'mkfifo -m 600 "$MACP_PTY_INPUT" || exit 126',
  "if script --version 2>/dev/null | grep -q util-linux",
  'then exec script -qefc "$MACP_PTY_COMMAND" /dev/null <>"$MACP_PTY_INPUT"',
  'else exec script -q /dev/null /bin/sh -c "$MACP_PTY_COMMAND" <>"$MACP_PTY_INPUT"',
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
  if (task.dispatch === "yolo") return yoloFor(sources.runtime ?? null);
  if (hasText(task.command)) return task.command;
  if (isMacpAware(task)) throw noCommand(task, "it has dispatch exec and no command");
  if (hasText(sources.template)) return expandTemplate(sources.template);
  if (hasText(sources.workerExec)) return `${sources.workerExec} "\${MACP_TASK_PROMPT}"`;
  throw noCommand(task, "it has no command", [
    "Set its command, worker.command_template, or MOSAIC_WORKER_EXEC",
  ]);
}

/** The command of the runtime, with the brief as it wants it, or a terminal. */
function yoloFor(runtime: Runtime | null): string {
  if (!runtime || runtime.command === null) return yoloCommand;
  return runtime.brief === "stdin"
    ? `{ ${runtime.command}\n} < "$MACP_BRIEF_FILE"`
    : runtime.command;
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
