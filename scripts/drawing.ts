/**
 * Draws the layers of src/ into scripts/pictures/architecture.svg: the folders with their
 * purposes from the README, and what imports what as it is. With `--check` it only compares,
 * and exits 1 when the drawing is not true any more.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { dirname, join } from "@std/path";
import { readImportGraph } from "./check_imports.ts";
import { folderFaults, toArchitecture } from "./lib/architecture.ts";
import { drawArchitecture } from "./lib/draw_architecture.ts";
import { layers } from "./lib/import_rules.ts";
import { tableByName } from "./lib/markdown_table.ts";
import { root } from "./lib/run.ts";
import { differing } from "./schemas.ts";

const path = "scripts/pictures/architecture.svg";

async function main(): Promise<number> {
  const { check } = parseArgs(Deno.args, { boolean: ["check"] });
  const purposes = tableByName(Deno.readTextFileSync(join(root, "README.md")), "folder");
  const sources = { layers, purposes, graph: await readImportGraph() };
  const faults = folderFaults(sources);
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) return 1;
  const drawing = drawArchitecture(toArchitecture(sources));
  if (differing(new Map([[path, drawing]]), root).length === 0) return 0;
  if (check === true) {
    console.error(`${path} is not what src/ and README.md say: run \`deno task drawing\``);
    return 1;
  }
  Deno.mkdirSync(dirname(join(root, path)), { recursive: true });
  Deno.writeTextFileSync(join(root, path), drawing);
  console.log(`${path} written`);
  return 0;
}

if (import.meta.main) Deno.exit(await main());
