/**
 * `macp help`
 *
 * @module
 */
import type { CommandGroup, CommandSpec, Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { commandPage } from "../help/command_page.ts";
import type { Page } from "../help/page.ts";
import { pageText } from "../help/page_text.ts";
import { programPage } from "../help/program_page.ts";
import { commandDocument, tableDocument } from "../help/table_document.ts";
import { type Topic, topics } from "../help/topics.ts";
import { nearestHint } from "../../protocol/nearest.ts";
import { usageError } from "../parse_arguments.ts";

/** Widest lines of help: longer ones are hard to read. */
const widest = 100;

/** Prints help on the program, a command or a topic. */
export async function run({ args, output, terminal, groups }: Invocation): Promise<number> {
  const name = args.positional[0] ?? (args.flag("help") ? "help" : undefined);
  const found = name === undefined ? null : find(groups, name);
  const page = await pageOf(groups, found);
  if (output.options.json) output.json(documentOf(groups, found, page));
  else {
    const width = Math.max(20, Math.min(widest, terminal.columns()));
    const heading = (title: string) => output.paint("bold", title);
    output.line(pageText(page, { width, heading }));
  }
  return exitCodes.done;
}

type Found = { command: CommandSpec } | { topic: Topic };

/** What a name stands for. Throws `MacpError` of kind usage with the nearest name. */
function find(groups: readonly CommandGroup[], name: string): Found {
  const commands = groups.flatMap(({ commands }) => commands);
  const command = commands.find((command) => command.name === name);
  if (command) return { command };
  const topic = topics.find((topic) => topic.name === name);
  if (topic) return { topic };
  const known = [...commands, ...topics].map(({ name }) => name);
  throw usageError(`Cannot help with ${name} as there is no such command or topic`, [
    ...nearestHint(name, known, "macp help "),
    `Topics: ${topics.map(({ name }) => name).join(", ")}`,
    "See: macp help",
  ]);
}

async function pageOf(groups: readonly CommandGroup[], found: Found | null): Promise<Page> {
  if (found === null) return programPage(groups);
  return "command" in found ? commandPage(found.command) : await found.topic.load(groups);
}

function documentOf(
  groups: readonly CommandGroup[],
  found: Found | null,
  page: Page,
): Record<string, unknown> {
  if (found === null) return tableDocument(groups);
  return "command" in found ? { command: commandDocument(found.command) } : { topic: page };
}
