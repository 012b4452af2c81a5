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
  /** Those at which a gate only looks: they count where the base has them. */
  lookedAt: string[];
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
  const found: GateFiles = { whole: [], manifests: [], lookedAt: [] };
  if (files.length === 0) return found;
  const matches = globMatcher(globs ?? builtInGateFiles);
  for (const path of files) {
    const manifest = globs === null ? manifestOf(path) : undefined;
    if (manifest) found.manifests.push({ path, manifest });
    else if (matches(path)) found.whole.push(path);
    else {
      const naming = commands.filter((command) => command.names(path));
      const isData = naming.every(({ onlyLooks }) => onlyLooks);
      if (naming.length > 0) found[isData ? "lookedAt" : "whole"].push(path);
    }
  }
  return found;
}

/** Throws `MacpError` of kind usage for a glob of `macp.gate_files` that cannot be read. */
export function requireGlobs(globs: readonly string[] | null): void {
  globs?.forEach((glob) => toRegExp(asPath(glob)));
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
  const patterns: Test[] = [];
  const pathPatterns: Test[] = [];
  for (const glob of globs) {
    if (glob.includes("/")) pathPatterns.push(patternOf(asPath(glob)));
    else if (special.test(glob)) patterns.push(patternOf(glob));
    else names.add(glob);
  }
  return (path) => {
    const name = basename(path);
    return names.has(name) || patterns.some((test) => test(name)) ||
      pathPatterns.some((test) => test(path));
  };
}

type Test = (text: string) => boolean;

/** Characters that are more than themselves in a glob. */
const special = /[*?[{(\\]/;

/** Tests for a glob, made into an expression once a text begins as it does. */
function patternOf(glob: string): Test {
  const at = glob.search(special);
  const beginning = at < 0 ? glob : glob.slice(0, at).replace(/[!+@]$/, "");
  let expression: RegExp | null = null;
  return (text) => text.startsWith(beginning) && (expression ??= toRegExp(glob)).test(text);
}

/** A glob with a slash, as a path from the root. */
function asPath(glob: string): string {
  return glob.replace(/^(?:\.?\/)+/, "").replace(/\/$/, "/**");
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
