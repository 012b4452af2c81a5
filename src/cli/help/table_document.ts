/**
 * The command table as JSON, for programs that call macp.
 *
 * @module
 */
import type { CommandGroup, CommandSpec, OptionSpec } from "../command.ts";
import { globalOptions } from "../parse_arguments.ts";
import { version } from "../version.ts";
import { exitRows, usageOf } from "./command_page.ts";
import { exitCodeRows } from "./exit_codes.ts";
import { topics } from "./topics.ts";

/** The whole table. */
export function tableDocument(groups: readonly CommandGroup[]): Record<string, unknown> {
  return {
    version,
    commands: groups.flatMap(({ title, commands }) =>
      commands.map((spec) => ({ group: title, ...commandDocument(spec) }))
    ),
    options: globalOptions.map(optionDocument),
    exit_codes: Object.fromEntries(exitCodeRows()),
    topics: topics.map(({ name, summary }) => ({ name, summary })),
  };
}

/** One command. */
export function commandDocument(spec: CommandSpec): Record<string, unknown> {
  const { name, summary, examples, options, notes = [], environment = [] } = spec;
  return {
    name,
    summary,
    usage: usageOf(spec),
    arguments: spec.positional ?? null,
    examples,
    options: options.map(optionDocument),
    notes,
    exit_codes: Object.fromEntries(exitRows(spec)),
    environment,
  };
}

function optionDocument(option: OptionSpec): Record<string, unknown> {
  const { name, kind, short = null, value = null, choices = null, group = null, help } = option;
  return { name, kind, short, value, choices, group, help };
}
