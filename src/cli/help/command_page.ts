/**
 * Help on one command, from its entry in the table: examples first.
 *
 * @module
 */
import type { CommandSpec, OptionSpec } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { globalOptions } from "../parse_arguments.ts";
import { variables } from "./environment.ts";
import { type Block, code, type Page, rows, type Section, text } from "./page.ts";

/** Help on a command. */
export function commandPage(spec: CommandSpec): Page {
  return {
    opening: spec.summary,
    sections: [
      { title: "Examples", blocks: [code(...spec.examples)] },
      { title: "Usage", blocks: [code(usageOf(spec)), ...(spec.notes ?? []).map(text)] },
      ...optionSections(spec),
      { title: "Options of every command", blocks: [optionRows(globalOptions)] },
      { title: "Exit codes", blocks: [rows(exitRows(spec))] },
      { title: "Environment", blocks: environmentBlocks(spec) },
    ],
  };
}

/** How a command is called, in a line. */
export function usageOf(spec: CommandSpec): string {
  return ["macp", spec.name, spec.positional ?? "", "[options]"].filter(Boolean).join(" ");
}

/** Options of a command, those without a group first. */
export function optionSections({ options }: CommandSpec): Section[] {
  const groups = new Map<string, OptionSpec[]>();
  for (const option of options) {
    const title = option.group ?? "Options";
    groups.set(title, [...groups.get(title) ?? [], option]);
  }
  return [...groups].map(([title, own]) => ({ title, blocks: [optionRows(own)] }));
}

/** Options as rows. */
export function optionRows(options: readonly OptionSpec[]): Block {
  return rows(options.map((option) => [
    `${option.short ? `-${option.short}, ` : "    "}--${option.name}${
      option.value ? ` ${option.value}` : ""
    }`,
    optionHelp(option),
  ]));
}

/** What an option does, with its choices. */
function optionHelp({ choices, help }: OptionSpec): string {
  const unsaid = choices?.some((choice) => !help.includes(choice));
  return unsaid ? `${help}: ${choices?.join(", ")}` : help;
}

/** Exit codes that a command can end with, each with what it means there. */
export function exitRows({ exits = {} }: CommandSpec): [string, string][] {
  const general: [number, string][] = [
    [exitCodes.done, "done"],
    [exitCodes.usage, "asked wrongly: usage, configuration, unknown id; nothing was changed"],
    [exitCodes.toolFailed, "the tool failed: I/O, git, a file that does not parse"],
  ];
  const own = Object.entries(exits).map(([code, said]) => [Number(code), said] as const);
  const all = new Map<number, string>([...general, ...own]);
  return [...all].sort(([a], [b]) => a - b).map(([code, said]) => [String(code), said]);
}

function environmentBlocks({ environment = [] }: CommandSpec): Block[] {
  const own = variables.filter(({ name }) => environment.includes(name));
  return [
    ...(own.length > 0 ? [rows(own.map(({ name, help }) => [name, help]))] : []),
    text("All of them: macp help environment"),
  ];
}
