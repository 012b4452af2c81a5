/**
 * Checks the documentation: every example in TypeScript fits the types, and every call of
 * macp in README.md names a command and options that exist.
 *
 * @module
 */
import { join } from "@std/path";
import { commandsIn, unknownIn } from "./lib/doc_commands.ts";
import { deno, root } from "./lib/run.ts";

const readme = "README.md";

async function checkExamples(): Promise<boolean> {
  const { success } = await deno(["check", "--doc-only", readme, "src"]);
  return success;
}

async function checkCommands(): Promise<boolean> {
  const commands = commandsIn(Deno.readTextFileSync(join(root, readme)));
  const names = new Set(
    commands.flatMap(({ words }) => words.filter((word) => /^[a-z]/.test(word))),
  );
  const help = new Map([["", await helpOf([])]]);
  for (const name of names) help.set(name, await helpOf([name]));
  const faults = commands.flatMap(({ line, words }) =>
    unknownIn(words, (name) => help.get(name) ?? null)
      .map((fault) => `${readme}:${line}: ${fault}`)
  );
  for (const fault of faults) console.error(fault);
  return faults.length === 0;
}

/** What `macp help …` prints, or null when it knows no such command. */
async function helpOf(words: string[]): Promise<string | null> {
  const main = join(root, "src", "main.ts");
  const help = await deno(["run", "-A", main, "help", ...words], { quiet: true });
  return help.success ? help.stdout : null;
}

if (import.meta.main) {
  const results = [await checkExamples(), await checkCommands()];
  Deno.exit(results.every(Boolean) ? 0 : 1);
}
