/**
 * Help on the program.
 *
 * @module
 */
import { commandGroups } from "../commands.ts";
import { globalOptions } from "../parse_arguments.ts";
import { optionRows } from "./command_page.ts";
import { exitCodeRows } from "./exit_codes.ts";
import { code, type Page, rows, text } from "./page.ts";
import { topics } from "./topics.ts";

/** Help on the program: examples first. */
export function programPage(): Page {
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
      ...commandGroups.map(({ title, commands }) => ({
        title,
        blocks: [rows(commands.map(({ name, summary }) => [name, summary] as const))],
      })),
      {
        title: "Topics of help",
        blocks: [rows(topics.map(({ name, summary }) => [name, summary]))],
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
