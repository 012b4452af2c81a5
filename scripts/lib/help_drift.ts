/**
 * Where the help and what the program does could drift apart: pure comparisons of the
 * command table with sources and documents.
 *
 * @module
 */
import type { Arguments, CommandSpec } from "../../src/cli/command.ts";
import { commandsIn } from "./doc_commands.ts";

/** Names that stand on one side only, a sentence each. */
export function differences(
  one: { of: string; names: Iterable<string> },
  other: { of: string; names: Iterable<string> },
): string[] {
  const [first, second] = [new Set(one.names), new Set(other.names)];
  return [
    ...[...first].filter((name) => !second.has(name)).map((name) =>
      `${name} is in ${one.of}, and not in ${other.of}`
    ),
    ...[...second].filter((name) => !first.has(name)).map((name) =>
      `${name} is in ${other.of}, and not in ${one.of}`
    ),
  ].sort();
}

/** Options that sources read of a call's arguments: `args.flag("name")` and the like. */
export function optionsRead(source: string): string[] {
  const calls = source.matchAll(/\.(?:flag|text|number|list)\(\s*"([\w-]+)"/g);
  return [...calls].map(([, name]) => name ?? "");
}

/** Environment variables that a source names. */
export function variablesNamed(source: string): string[] {
  const read = source.matchAll(/\benv\??\.([A-Z][A-Z0-9_]*)\b/g);
  const own = source.matchAll(/\b(MACP_[A-Z_]*[A-Z]|MOSAIC_[A-Z_]*[A-Z]|[A-Z]+_PROXY)\b/g);
  return [...new Set([...read, ...own].map(([, name]) => name ?? ""))].sort();
}

/** Faults of the examples: lines of shell whose calls of macp do not fit the table. */
export function exampleFaults(
  lines: readonly string[],
  table: {
    find: (name: string) => CommandSpec | undefined;
    parse: (spec: CommandSpec, words: readonly string[]) => Arguments;
  },
): string[] {
  const calls = commandsIn(["```sh", ...lines, "```"].join("\n"));
  return calls.flatMap(({ words }) => {
    const shown = `macp ${words.join(" ")}`;
    const spec = table.find(words[0] ?? "");
    if (!spec) return [`${shown}: there is no such command`];
    try {
      table.parse(spec, words.slice(1));
      return [];
    } catch (error) {
      return [`${shown}: ${error instanceof Error ? error.message : String(error)}`];
    }
  });
}

/** First cells of the rows of a Markdown table that begins with this header cell. */
export function firstCells(markdown: string, header: string): string[] {
  const lines = markdown.split("\n");
  const at = lines.findIndex((line) => line.startsWith("|") && cellsOf(line)[0] === header);
  if (at < 0) return [];
  const rows = lines.slice(at + 2);
  const end = rows.findIndex((line) => !line.startsWith("|"));
  return rows.slice(0, end < 0 ? undefined : end).map((line) => cellsOf(line)[0] ?? "");
}

function cellsOf(line: string): string[] {
  return line.split("|").slice(1, -1).map((cell) => cell.replaceAll("`", "").trim());
}
