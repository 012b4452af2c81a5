/**
 * Every command, by what people want to do. Help, completions, the man page and the
 * parsing of arguments are made from it; the entries stand in table/.
 *
 * @module
 */
import type { CommandGroup, CommandSpec } from "./command.ts";
import { act } from "./table/act.ts";
import { ask } from "./table/ask.ts";
import { begin } from "./table/begin.ts";
import { care } from "./table/care.ts";
import { look } from "./table/look.ts";
import { run } from "./table/run.ts";
import { tell } from "./table/tell.ts";

/** Every command, grouped, in the order of the help. */
export const commandGroups: readonly CommandGroup[] = [
  { title: "Begin", commands: begin },
  { title: "Run the queue", commands: run },
  { title: "Look", commands: look },
  { title: "Act on a task", commands: act },
  { title: "Tell others", commands: tell },
  { title: "Ask an agent", commands: ask },
  { title: "Settings, checks, help", commands: care },
];

/** Every command, in the order of the help. */
export const commands: readonly CommandSpec[] = commandGroups.flatMap(({ commands }) => commands);

/** Finds a command by its name. */
export function findCommand(name: string): CommandSpec | undefined {
  return commands.find((command) => command.name === name);
}
