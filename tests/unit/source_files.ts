/**
 * The program's own sources, for tests that hold for all of them.
 *
 * @module
 */
import { join } from "@std/path";

const source = join(import.meta.dirname ?? ".", "..", "..", "src");

/** Text of each TypeScript file below src. */
export function* walkSource(folder = source): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = join(folder, name);
    if (isDirectory) yield* walkSource(path);
    else if (name.endsWith(".ts")) yield Deno.readTextFileSync(path);
  }
}
