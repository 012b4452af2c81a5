/**
 * Checks the imports of src/: the order of the layers, and that nothing goes in a circle.
 *
 * @module
 */
import { join, relative } from "@std/path";
import { findBreaches, type ImportGraph } from "./lib/import_rules.ts";
import { deno, root } from "./lib/run.ts";
import { sourceFiles } from "./lib/source_files.ts";

/** The part of `deno info --json` that is read. */
interface ModuleInfo {
  specifier: string;
  dependencies?: {
    code?: { specifier?: string };
    type?: { specifier?: string };
  }[];
}

/** What each file of src/ imports, as Deno's own parser sees it. */
export function toImportGraph(modules: readonly ModuleInfo[], folder: string): ImportGraph {
  const local = (specifier: string) =>
    specifier.startsWith("file:")
      ? relative(folder, decodeURIComponent(new URL(specifier).pathname))
      : specifier;
  return new Map(
    modules
      .map((module): [string, string[]] => [
        local(module.specifier),
        (module.dependencies ?? [])
          .flatMap(({ code, type }) => [code?.specifier, type?.specifier])
          .filter((specifier) => specifier !== undefined)
          .map(local),
      ])
      .filter(([file]) => file.startsWith("src/")),
  );
}

/** Modules that `files` import, themselves included. */
async function modulesOf(files: readonly string[]): Promise<ModuleInfo[]> {
  const entry = Deno.makeTempFileSync({ suffix: ".ts" });
  try {
    const imports = files.map((file) => `import ${JSON.stringify(`file://${encodeURI(file)}`)};\n`);
    Deno.writeTextFileSync(entry, imports.join(""));
    const info = await deno(
      ["info", "--json", "--config", join(root, "deno.json"), "--frozen", entry],
      { quiet: true },
    );
    if (!info.success) throw new Error(`Cannot read the imports: ${info.stderr}`);
    return JSON.parse(info.stdout).modules;
  } finally {
    Deno.removeSync(entry);
  }
}

/**
 * What each file of src/ imports.
 *
 * @throws Error when Deno cannot read one.
 */
export async function readImportGraph(): Promise<ImportGraph> {
  const files = sourceFiles(join(root, "src")).filter((file) => /\.(ts|js)$/.test(file));
  return toImportGraph(await modulesOf(files), root);
}

async function main(): Promise<number> {
  const breaches = findBreaches(await readImportGraph());
  for (const breach of breaches) console.error(breach);
  return breaches.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
