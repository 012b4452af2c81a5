/**
 * Help texts, made from the descriptions of the commands.
 *
 * @module
 */
import type { CommandSpec, OptionSpec } from "./command.ts";
import { commands } from "./commands.ts";
import { exitCodeTexts } from "./exit_codes.ts";
import { tabulate } from "./output.ts";
import { globalOptions } from "./parse_arguments.ts";

/** Help on the program. */
export function programHelp(): string {
  return [
    "macp hands tasks to coding agents, each in a git worktree of its own, and holds",
    "the results to quality gates. All state is plain files in the repository.",
    "",
    "Examples:",
    "  macp init --enable",
    '  macp submit --task-id TASK-1 --title "Fix it" --command ./agent.sh --gate "npm test"',
    "  macp drain",
    "  macp show TASK-1",
    "",
    "Commands:",
    ...indent(tabulate(commands.map(({ name, summary }) => [name, summary]))),
    "",
    "Options of every command:",
    ...indent(optionRows(globalOptions)),
    "",
    "Exit codes:",
    ...indent(tabulate(exitCodeTexts.flatMap(exitCodeRows))),
    "",
    "More on a command: macp help COMMAND",
  ].join("\n");
}

/** Help on one command: examples first. */
export function commandHelp(spec: CommandSpec): string {
  const usage = ["macp", spec.name, spec.positional ?? "", "[options]"].filter(Boolean).join(" ");
  return [
    spec.summary,
    "",
    "Examples:",
    ...indent(spec.examples),
    "",
    `Usage: ${usage}`,
    ...(spec.notes ?? []).flatMap((note) => ["", note]),
    ...(spec.options.length > 0 ? ["", "Options:", ...indent(optionRows(spec.options))] : []),
    "",
    "Options of every command:",
    ...indent(optionRows(globalOptions)),
  ].join("\n");
}

function exitCodeRows([code, text]: readonly [number, string]): string[][] {
  return text.split("\n").map((line, index) => [index === 0 ? String(code) : "", line]);
}

function optionRows(options: readonly OptionSpec[]): string[] {
  return tabulate(options.map(({ name, short, value, help }) => [
    `${short ? `-${short}, ` : "    "}--${name}${value ? ` ${value}` : ""}`,
    help,
  ]));
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
