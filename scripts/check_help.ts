/**
 * Checks that the help is true: commands, options, examples, environment variables, exit
 * codes and platforms are the same in the command table, the sources and the documents.
 *
 * @module
 */
import { basename, join, relative } from "@std/path";
import { commandGroups, commands, findCommand } from "../src/cli/commands.ts";
import { exitCodes, exitCodeTexts } from "../src/cli/exit_codes.ts";
import { execVariables, variables, workerVariables } from "../src/cli/help/environment.ts";
import { files } from "../src/cli/help/formats.ts";
import { programPage } from "../src/cli/help/program_page.ts";
import { type Page } from "../src/cli/help/page.ts";
import { topics } from "../src/cli/help/topics.ts";
import { globalOptions, parseArguments } from "../src/cli/parse_arguments.ts";
import {
  differences,
  exampleFaults,
  firstCells,
  optionsRead,
  variablesNamed,
} from "./lib/help_drift.ts";
import { root } from "./lib/run.ts";
import { targets } from "./lib/runtime_base.ts";
import { sourceFiles } from "./lib/source_files.ts";

/** Variables that are nobody's to know, and why. */
const internal: Readonly<Record<string, string>> = {
  MACP_FAIL_AT: "for tests: where the program kills itself",
  MACP_GIT_AT: "inside of one call of git",
  MACP_PTY_COMMAND: "from macp to the shell inside of a worker's terminal",
  MACP_PTY_INPUT: "the same",
  GIT_CONFIG_GLOBAL: "read as git reads it",
  GIT_CONFIG_SYSTEM: "read as git reads it",
  GIT_CONFIG_NOSYSTEM: "read as git reads it",
};

/** Text of a file of the project. */
function textOf(path: string): string {
  return Deno.readTextFileSync(join(root, path));
}

/** Text of each source file, by its path in the project. */
function sources(): Map<string, string> {
  return new Map(
    sourceFiles(join(root, "src")).filter((path) => path.endsWith(".ts"))
      .map((path) => [relative(root, path), Deno.readTextFileSync(path)]),
  );
}

function commandFaults(files: ReadonlyMap<string, string>): string[] {
  const modules = [...files.keys()].filter((path) => path.startsWith("src/cli/commands/"));
  return differences(
    { of: "src/cli/commands", names: modules.map((path) => basename(path, ".ts")) },
    { of: "the command table", names: commands.map(({ name }) => name) },
  );
}

/** Options that only the table knows; those of the sinks are read by their names. */
function optionFaults(files: ReadonlyMap<string, string>): string[] {
  const cli = [...files].filter(([path]) =>
    path.startsWith("src/cli/") && !path.startsWith("src/cli/table/")
  );
  const read = new Set(cli.flatMap(([, text]) => optionsRead(text)));
  const all = [...commands.flatMap(({ options }) => options), ...globalOptions];
  const known = new Set(all.map(({ name }) => name));
  const spoken = (name: string) => cli.some(([, text]) => text.includes(`"${name}"`));
  return [
    ...[...read].filter((name) => !known.has(name)).map((name) =>
      `--${name} is read, and not in the command table`
    ),
    ...[...known].filter((name) => !read.has(name) && !spoken(name)).map((name) =>
      `--${name} is in the command table, and never read`
    ),
  ];
}

async function exampleFaultsOfAll(): Promise<string[]> {
  const pages: Page[] = [programPage(commandGroups)];
  for (const { load } of topics) pages.push(await load(commandGroups));
  const blocks = pages.flatMap(({ sections }) => sections.flatMap(({ blocks }) => blocks));
  const lines = blocks.flatMap((block) => block.kind === "code" ? block.lines : []);
  const examples = commands.flatMap(({ examples }) => examples);
  return exampleFaults(
    [...examples, ...lines].filter((line) => !line.includes("COMMAND")),
    { find: findCommand, parse: parseArguments },
  );
}

function variableFaults(files: ReadonlyMap<string, string>): string[] {
  const help = "src/cli/help/environment.ts";
  const others = [...files].filter(([path]) => path !== help);
  const named = new Set(others.flatMap(([, text]) => variablesNamed(text)));
  const told = [...variables, ...workerVariables, ...execVariables].map(({ name }) => name);
  const plain = others.map(([, text]) => text).join("\n");
  const everywhere = [...told, ...Object.keys(internal)].filter((name) =>
    new RegExp(`\\b${name}\\b`).test(plain)
  );
  return differences(
    { of: "the sources", names: [...named, ...everywhere] },
    { of: help, names: [...told, ...Object.keys(internal)] },
  );
}

/** What README.md and the table both list. */
function documentFaults(): string[] {
  const readme = textOf("README.md");
  const numbers = firstCells(readme, "code").flatMap((cell) => cell.match(/\d+/g) ?? []);
  const known = Object.values(exitCodes).map(String).filter((code) => code !== "129");
  const explained = exitCodeTexts.map(([code]) => String(code));
  return [
    ...differences(
      { of: "the exit codes of README.md", names: numbers },
      { of: "src/cli/exit_codes.ts", names: known },
    ),
    ...explained.filter((code) => !known.includes(code)).map((code) => `${code} is no exit code`),
    ...differences(
      { of: "the files of README.md", names: firstCells(readme, "file") },
      { of: "help formats", names: files.map(([name]) => name) },
    ),
    ...differences(
      { of: "the variables of README.md", names: firstCells(readme, "variable") },
      { of: "help environment", names: workerVariables.map(({ name }) => name) },
    ),
  ];
}

/** Platforms that are built, released and installed. */
function platformFaults(): string[] {
  const made = { of: "scripts/lib/runtime_base.ts", names: targets };
  return ["scripts/install.sh", ".github/workflows/release.yml"].flatMap((path) =>
    differences(made, {
      of: path,
      names: textOf(path).match(/\b(?:x86_64|aarch64)-[a-z]+-[a-z]+(?:-gnu)?\b/g) ?? [],
    })
  );
}

if (import.meta.main) {
  const texts = sources();
  const faults = [
    ...commandFaults(texts),
    ...optionFaults(texts),
    ...await exampleFaultsOfAll(),
    ...variableFaults(texts),
    ...documentFaults(),
    ...platformFaults(),
  ];
  for (const fault of faults) console.error(fault);
  Deno.exit(faults.length === 0 ? 0 : 1);
}
