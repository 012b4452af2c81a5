/**
 * What the drawing of the architecture shows, as data. Pure.
 *
 * @module
 */
import { differences } from "./help_drift.ts";
import { type ImportGraph, isSource, placeOf } from "./import_rules.ts";

/** A folder of src/, or a file right below it. */
export interface Place {
  name: string;
  /** What it is for, one line. */
  purpose: string;
  files: number;
  /** Files of other places that its files import, summed over its files, by place. */
  imports: ReadonlyMap<string, number>;
}

/** Places of src/ in layers, from the top to the bottom. */
export type Architecture = readonly (readonly Place[])[];

/** What the architecture is made of. */
export interface ArchitectureSources {
  layers: readonly (readonly string[])[];
  /** Purpose of each folder, from the README. */
  purposes: ReadonlyMap<string, string>;
  graph: ImportGraph;
}

/** What a file right below src/ is for; the table of folders does not have it. */
const purposesOfFiles: ReadonlyMap<string, string> = new Map([
  ["main.ts", "starts the program in the real world"],
]);

/** Folders that the layers, the README and src/ do not all have, a sentence each. */
export function folderFaults({ layers, purposes, graph }: ArchitectureSources): string[] {
  const inSources = new Set([...graph.keys()].map(placeOf));
  const folders = (names: Iterable<string>) => [...names].filter((name) => !name.includes("."));
  const layered = { of: "the layers of scripts/lib/import_rules.ts", names: layers.flat() };
  return [
    ...differences(
      { of: "src/", names: folders(inSources) },
      { of: "the table of folders in README.md", names: purposes.keys() },
    ),
    ...differences(layered, { of: "src/", names: inSources }),
    ...[...purposes].filter(([, purpose]) => purpose === "").map(([name]) =>
      `${name} has no purpose in the table of folders in README.md`
    ),
  ];
}

/** The places with what they import. */
export function toArchitecture({ layers, purposes, graph }: ArchitectureSources): Architecture {
  const counts = countImports(graph);
  const files = [...graph.keys()].map(placeOf);
  return layers.map((names) =>
    names.map((name) => ({
      name,
      purpose: purposes.get(name) ?? purposesOfFiles.get(name) ?? "",
      files: files.filter((place) => place === name).length,
      imports: counts.get(name) ?? new Map<string, number>(),
    }))
  );
}

/** How often files of one place import files of another; twice by one file is once. */
function countImports(graph: ImportGraph): Map<string, Map<string, number>> {
  const counts = new Map<string, Map<string, number>>();
  for (const [file, imports] of graph) {
    const own = counts.get(placeOf(file)) ?? new Map<string, number>();
    counts.set(placeOf(file), own);
    for (const place of [...new Set(imports)].filter(isSource).map(placeOf)) {
      if (place !== placeOf(file)) own.set(place, (own.get(place) ?? 0) + 1);
    }
  }
  return counts;
}
