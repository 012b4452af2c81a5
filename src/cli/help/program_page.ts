/**
 * Help on the program.
 *
 * @module
 */
import type { CommandGroup } from "../command.ts";
import { globalOptions } from "../parse_arguments.ts";
import { optionRows } from "./command_page.ts";
import { exitCodeRows } from "./exit_codes.ts";
import { code, type Page, rows, text } from "./page.ts";
import { topics } from "./topics.ts";

/** Help on the program: examples first. */
export function programPage(groups: readonly CommandGroup[]): Page {
  const names = groups.flatMap(({ commands }) => commands.map(({ name }) => name.length));
  const column = Math.max(...names, ...topics.map(({ name }) => name.length));
  return {
    opening: "macp hands tasks to coding agents, each in a git worktree of its own, and holds " +
      "the results to quality gates. All state is plain files in the repository.",
    sections: [
      {
        title: "Examples",
        blocks: [code(
          "macp init --enable",
          'macp submit --task-id TASK-1 --title "Fix it" --command ./agent.sh --gate "npm test"',
          "macp drain",
          "macp show TASK-1",
        )],
      },
      { title: "Usage", blocks: [code("macp COMMAND [options]")] },
      ...groups.map(({ title, commands }) => ({
        title,
        blocks: [rows(commands.map(({ name, summary }) => [name, summary] as const), column)],
      })),
      {
        title: "Topics of help",
        blocks: [rows(topics.map(({ name, summary }) => [name, summary]), column)],
      },
      { title: "Options of every command", blocks: [optionRows(globalOptions)] },
      { title: "Exit codes", blocks: [rows(exitCodeRows())] },
      {
        title: "More",
        blocks: [text("On a command or a topic: macp help NAME. As a man page: macp man.")],
      },
    ],
  };
}
