/**
 * The rules on imports inside src/, as pure functions on a graph.
 *
 * @module
 */

/**
 * What each file imports, static, dynamic and type-only alike: paths relative to the
 * project, or a specifier with its scheme (`npm:…`, `node:…`).
 */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/**
 * Layers from the top to the bottom. Each folder of src/ imports from its own layer and
 * those below, never from one above.
 */
export const layers: readonly (readonly string[])[] = [
  ["main.ts"],
  ["cli"],
  ["people", "upkeep", "sync", "report"],
  ["controller"],
  ["retention"],
  ["dispatcher"],
  ["gates", "sinks", "delegation"],
  ["runtimes", "process", "git", "store", "events", "logs"],
  ["host"],
  ["redaction"],
  ["sys"],
  ["protocol"],
  ["deps"],
];

/** Folders outside src/ whose files are data that the program carries. */
const carried = new Set(["templates", "schemas", "deno.json"]);

/** Every breach of the rules, a sentence each, sorted; none when all is well. */
export function findBreaches(graph: ImportGraph): string[] {
  const files = [...graph].flatMap(([file, imports]) => [
    ...unknownFolder(file),
    ...imports.flatMap((imported) => breachesOf(file, imported)),
  ]);
  const folders = new Map<string, string[]>();
  for (const [file, imports] of graph) {
    const others = imports.filter(isSource).map(placeOf).filter((name) => name !== placeOf(file));
    folders.set(placeOf(file), [...folders.get(placeOf(file)) ?? [], ...others]);
  }
  const circles = findCircles(graph);
  // A circle of files through two folders is one of the folders too: it is told once.
  const folderCircles = circles.length > 0 ? [] : findCircles(folders);
  return [
    ...new Set([
      ...files,
      ...circles.map((chain) => `Imports go in a circle: ${chain.join(" → ")}`),
      ...folderCircles.map((chain) => `Folders import in a circle: ${chain.join(" → ")}`),
    ]),
  ].sort();
}

/** Whether a path, relative to the project, is one of src/. */
export function isSource(path: string): boolean {
  return path.startsWith("src/");
}

/** Name right below src/ of a file there. */
export function placeOf(file: string): string {
  return file.split("/")[1] ?? "";
}

function rankOf(file: string): number {
  return layers.findIndex((places) => places.includes(placeOf(file)));
}

function unknownFolder(file: string): string[] {
  if (rankOf(file) >= 0) return [];
  return [`${file} stands in no layer: name src/${placeOf(file)} in scripts/lib/import_rules.ts`];
}

function breachesOf(file: string, imported: string): string[] {
  if (!isSource(imported)) return outsideBreaches(file, imported);
  if (placeOf(file) === placeOf(imported)) return [];
  if (placeOf(imported) === "host" && placeOf(file) !== "main.ts") {
    return [`${file} → ${imported}: only src/main.ts may import the real world`];
  }
  const [own, other] = [rankOf(file), rankOf(imported)];
  if (own < 0 || other < 0 || own <= other) return [];
  return [`${file} → ${imported}: ${placeOf(file)} stands below ${placeOf(imported)}`];
}

function outsideBreaches(file: string, imported: string): string[] {
  if (imported.startsWith("node:")) return []; // The lint rule macp/no-effects tells.
  if (imported.startsWith("npm:")) {
    if (placeOf(file) === "deps") return [];
    return [`${file} → ${imported}: only src/deps may import packages`];
  }
  if (carried.has(imported.split("/")[0] ?? "")) return [];
  return [`${file} → ${imported}: not part of the program`];
}

/**
 * One chain `[a, b, …, a]` for each group of nodes that reach each other; a node that
 * imports itself is one too. Starts at the first node of the group in sorted order.
 */
export function findCircles(graph: ImportGraph): string[][] {
  const chains: string[][] = [];
  const told = new Set<string>();
  for (const start of [...graph.keys()].sort()) {
    if (told.has(start)) continue;
    const chain = shortestWay(graph, start);
    if (chain === null) continue;
    for (const node of chain) told.add(node);
    chains.push(chain);
  }
  return chains;
}

/** The shortest way from `start` back to itself, both ends included, or null. */
function shortestWay(graph: ImportGraph, start: string): string[] | null {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
    for (const next of [...graph.get(node) ?? []].sort()) {
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, node);
      if (next === start) return wayBack(cameFrom, start);
      queue.push(next);
    }
  }
  return null;
}

function wayBack(cameFrom: ReadonlyMap<string, string>, start: string): string[] {
  const way = [start];
  for (let node = cameFrom.get(start); node !== start; node = cameFrom.get(node)) {
    if (node === undefined) break;
    way.unshift(node);
  }
  return [start, ...way];
}
