/**
 * What a folder holds, for comparing it with what comes back.
 *
 * @module
 */
import { join } from "@std/path";

/** Every file and link below a folder but git's own: path, permission bits and bytes. */
export function inventory(folder: string, below = ""): string[] {
  return [...Deno.readDirSync(join(folder, below))].flatMap(({ name }) => {
    const path = join(below, name);
    if (name === ".git") return [];
    const { isDirectory, isSymlink, mode } = Deno.lstatSync(join(folder, path));
    if (isDirectory) return inventory(folder, path);
    const content = isSymlink
      ? `-> ${Deno.readLinkSync(join(folder, path))}`
      : Deno.readFileSync(join(folder, path)).toHex();
    return [`${path} ${((mode ?? 0) & 0o7777).toString(8)} ${content}`];
  }).sort();
}
