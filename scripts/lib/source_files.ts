/**
 * Files below a folder.
 *
 * @module
 */
import { join } from "@std/path";

/** Paths of all files below `folder`, sorted, without what begins with a dot. */
export function sourceFiles(folder: string): string[] {
  return [...Deno.readDirSync(folder)]
    .filter(({ name }) => !name.startsWith("."))
    .flatMap(({ name, isDirectory }) =>
      isDirectory ? sourceFiles(join(folder, name)) : [join(folder, name)]
    )
    .sort();
}
