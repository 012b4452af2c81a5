/**
 * Fewer files for each command to load. A bundler makes a file for each set of lazily
 * imported parts that share code; these are more than a hundred, and `macp run` would load
 * more than seventy of them.
 *
 * @module
 */
import { basename, join } from "@std/path";
import { type GetModuleInfo, rollup } from "rollup";

/**
 * Joins the files of a bundle, in place, that the same of some commands load: none of them
 * loads more code than before. What the program starts with, and the command line, count
 * as loaded by each. `main.js` and what is imported lazily stay files of their own.
 *
 * @param folder With `main.js`, `dispatch-HASH.js`, `COMMAND-HASH.js` and `chunk-HASH.js`.
 * @throws Error when a file cannot be read as JavaScript, or there is none of a command.
 */
export async function joinChunks(folder: string, commands: readonly string[]): Promise<void> {
  const bundle = await rollup({
    input: join(folder, "main.js"),
    external: /^(node|npm):/,
    treeshake: false,
    onwarn: ({ message }) => {
      throw new Error(`Cannot join the files of the bundle: ${message}`);
    },
  });
  let groups: ReadonlyMap<string, string> | null = null;
  const { output } = await bundle.generate({
    format: "es",
    chunkFileNames: "[name].js",
    hoistTransitiveImports: false,
    minifyInternalExports: false,
    manualChunks: (id, { getModuleIds, getModuleInfo }) => {
      groups ??= groupFiles([...getModuleIds()], importsBy(getModuleInfo), commands);
      return groups.get(id);
    },
  });
  await bundle.close();
  for (const { name } of [...Deno.readDirSync(folder)]) Deno.removeSync(join(folder, name));
  for (const file of output) {
    if (file.type === "chunk") Deno.writeTextFileSync(join(folder, file.fileName), file.code);
  }
}

function importsBy(getModuleInfo: GetModuleInfo): (id: string) => readonly string[] {
  return (id) => getModuleInfo(id)?.importedIds ?? [];
}

/**
 * Name of the file that each chunk becomes part of; chunks that none of the commands loads
 * are left out. Files that are made so never import each other in a circle: what a chunk
 * imports is loaded by all commands that load the chunk.
 *
 * @param files Paths of all files.
 * @param imports Paths that a file imports, not lazily.
 */
export function groupFiles(
  files: readonly string[],
  imports: (path: string) => readonly string[],
  commands: readonly string[],
): Map<string, string> {
  const named = (name: string) => {
    const found = files.find((path) => basename(path).replace(/-[^-]*$|\.js$/, "") === name);
    if (found === undefined) throw new Error(`The bundle has no file for ${name}`);
    return loadedWith(found, imports);
  };
  const start = named("main");
  const line = start.union(named("dispatch"));
  const loads = [start, line, ...commands.map((name) => line.union(named(name)))];
  const names = new Map<string, string>();
  const groups = new Map<string, string>();
  for (const path of files) {
    const loading = loads.map((loaded) => Number(loaded.has(path))).join("");
    if (!basename(path).startsWith("chunk-") || !loading.includes("1")) continue;
    if (!names.has(loading)) names.set(loading, `shared-${names.size + 1}`);
    groups.set(path, names.get(loading) ?? "");
  }
  return groups;
}

/** A file, and what it imports, and what that imports. */
function loadedWith(
  path: string,
  imports: (path: string) => readonly string[],
  found = new Set<string>(),
): Set<string> {
  if (found.has(path)) return found;
  found.add(path);
  imports(path).forEach((next) => loadedWith(next, imports, found));
  return found;
}
