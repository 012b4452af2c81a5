/**
 * The man page, from the command table and the topics of help.
 *
 * @module
 */
import type { CommandGroup, CommandSpec } from "../command.ts";
import { globalOptions } from "../parse_arguments.ts";
import { optionRows, optionSections, usageOf } from "./command_page.ts";
import { environmentPage } from "./environment.ts";
import { exitCodesPage } from "./exit_codes.ts";
import { formatsPage } from "./formats.ts";
import { gatesPage } from "./gates.ts";
import { type Page, rows } from "./page.ts";
import { roffBlocks, roffText, roffWord } from "./page_roff.ts";
import { programPage } from "./program_page.ts";
import { recipesPage } from "./recipes.ts";

/** The man page macp(1) as roff. */
export function manPage(
  groups: readonly CommandGroup[],
  { version, date }: { version: string; date: string },
): string {
  return [
    '.\\" Made by macp man; do not edit.',
    `.TH MACP 1 "${date}" ${roffWord(`macp ${version}`)} "User Commands"`,
    ".SH NAME",
    "macp \\- hand tasks to coding agents, and hold the results to quality gates",
    ".SH SYNOPSIS",
    ".B macp",
    ".I COMMAND",
    roffText("[options]"),
    ".SH DESCRIPTION",
    roffText(programPage(groups).opening),
    ".SH COMMANDS",
    ...groups.flatMap(({ commands }) => commands.flatMap(commandPart)),
    ".SH OPTIONS OF EVERY COMMAND",
    ...roffBlocks([optionRows(globalOptions)]),
    ...topicPart("EXIT STATUS", exitCodesPage(groups)),
    ...topicPart("ENVIRONMENT", environmentPage),
    ...topicPart("FILES", formatsPage),
    ...topicPart("QUALITY GATES", gatesPage),
    ...topicPart("EXAMPLES", recipesPage),
    ".SH SEE ALSO",
    ".BR git (1),",
    ".BR git\\-worktree (1)",
    "",
  ].join("\n");
}

function commandPart(spec: CommandSpec): string[] {
  const { summary, notes = [], exits, examples } = spec;
  return [
    `.SS ${roffWord(usageOf(spec))}`,
    roffText(`${summary}.`),
    ...notes.flatMap((note) => [".PP", roffText(note)]),
    ...optionSections(spec).flatMap(({ blocks }) => roffBlocks(blocks)),
    ...(exits
      ? [".PP", "Exit codes of its own:", ...roffBlocks([rows(Object.entries(exits))])]
      : []),
    ".PP",
    ...(examples.length > 1 ? ["Examples:"] : ["Example:"]),
    ...roffBlocks([{ kind: "code", lines: examples }]),
  ];
}

function topicPart(title: string, { opening, sections }: Page): string[] {
  return [
    `.SH ${roffText(title)}`,
    roffText(opening),
    ...sections.flatMap((section) => [
      `.SS ${roffWord(section.title)}`,
      ...roffBlocks(section.blocks),
    ]),
  ];
}
