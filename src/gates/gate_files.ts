/**
 * Which files decide what gates check.
 *
 * @module
 */
import { basename, globToRegExp } from "@std/path";
import { MacpError, messageOf } from "../protocol/errors.ts";
import { builtInGateFiles, builtInManifests, type Manifest } from "./built_in_gate_files.ts";
import type { CommandPaths } from "./command_paths.ts";

/** Files that decide what gates check, among some. */
export interface GateFiles {
  /** Those that count as a whole. */
  whole: string[];
  /** Those of which a part counts. */
  manifests: { path: string; manifest: Manifest }[];
}

/**
 * Finds them by their paths.
 *
 * @param files Paths from the root of the repository.
 * @param globs `macp.gate_files`; null for the built-in list.
 * @param commands What the gates' own commands name: such a file counts whatever the globs.
 * Throws `MacpError` of kind usage for a glob that cannot be read.
 */
export function findGateFiles(
  files: readonly string[],
  globs: readonly string[] | null,
  commands: readonly CommandPaths[],
): GateFiles {
  const found: GateFiles = { whole: [], manifests: [] };
  if (files.length === 0) return found;
  const matches = globMatcher(globs ?? builtInGateFiles);
  for (const path of files) {
    const manifest = globs === null ? manifestOf(path) : undefined;
    if (manifest) found.manifests.push({ path, manifest });
    else if (matches(path) || commands.some((command) => command.names(path))) {
      found.whole.push(path);
    }
  }
  return found;
}

/** Throws `MacpError` of kind usage for a glob of `macp.gate_files` that cannot be read. */
export function requireGlobs(globs: readonly string[] | null): void {
  if (globs !== null) globMatcher(globs);
}

function manifestOf(path: string): Manifest | undefined {
  const name = basename(path);
  return Object.hasOwn(builtInManifests, name) ? builtInManifests[name] : undefined;
}

/**
 * A glob without a slash stands for a name in any folder, one that ends with a slash for
 * all below a folder, any other for a path from the root.
 */
function globMatcher(globs: readonly string[]): (path: string) => boolean {
  const names = new Set<string>();
  const namePatterns: RegExp[] = [];
  const pathPatterns: RegExp[] = [];
  for (const glob of globs) {
    if (!glob.includes("/")) {
      if (/[*?[{(\\]/.test(glob)) namePatterns.push(toRegExp(glob));
      else names.add(glob);
    } else pathPatterns.push(toRegExp(glob.replace(/^(?:\.?\/)+/, "").replace(/\/$/, "/**")));
  }
  return (path) => {
    const name = basename(path);
    return names.has(name) || namePatterns.some((pattern) => pattern.test(name)) ||
      pathPatterns.some((pattern) => pattern.test(path));
  };
}

function toRegExp(glob: string): RegExp {
  try {
    return globToRegExp(glob);
  } catch (cause) {
    throw new MacpError(
      "usage",
      `Cannot use macp.gate_files as one of them is no glob, ${messageOf(cause)}: ${glob}`,
      { code: "bad_glob", cause },
    );
  }
}
