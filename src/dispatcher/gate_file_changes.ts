/**
 * Files by which a worker could change what its gates check.
 *
 * @module
 */
import { join } from "@std/path";
import { type CommandPaths, commandPaths } from "../gates/command_paths.ts";
import { findGateFiles, type GateFiles } from "../gates/gate_files.ts";
import { gatePart } from "../gates/manifest_part.ts";
import { resolveGates } from "../gates/resolve_gates.ts";
import { readBlobs } from "../git/blobs.ts";
import type { Git } from "../git/git.ts";
import { readStatus } from "../git/status.ts";
import { listGitlinksOf } from "../git/submodules.ts";
import type { Task } from "../protocol/generated/types.ts";
import type { Settings } from "../protocol/settings.ts";
import type { Files } from "../sys/files.ts";
import { isBelow } from "../sys/real_path.ts";

/** Files of a checkout that no commit holds as they are, and their text; null when gone. */
export type Uncommitted = ReadonlyMap<string, string | null>;

/** What decides, besides the list that is built in. */
export interface GateFileRules {
  /** Commands of the gates. */
  commands: readonly string[];
  /** `macp.gate_files`. */
  globs: readonly string[] | null;
}

/** The rules for a task. */
export function gateFileRules(
  { task, settings }: { task: Task; settings: Settings },
): GateFileRules {
  const commands = resolveGates(task, settings).map(({ command }) => command);
  return { commands, globs: settings.macp.gate_files };
}

/** What is compared. */
export interface GateFileQuestion extends GateFileRules {
  /** Git in the checkout that gates judge. */
  git: Git;
  base: string;
  head: string;
  /** Files that differ between the two commits. */
  files: readonly string[];
  /** Where gates see what is not committed: that before the worker, and the paths now. */
  uncommitted?: { before: Uncommitted; now: readonly string[] };
}

/** What is not committed in a checkout, of files that decide what gates check. */
export async function readUncommitted(git: Git, rules: GateFileRules): Promise<Uncommitted> {
  const { changed, untracked } = await readStatus(git);
  return textsOf(git, rules, [...changed, ...untracked]);
}

/**
 * The changed files that decide what gates check, sorted. Asks git only when the content
 * of a manifest decides.
 *
 * Throws `MacpError`.
 */
export async function findGateFileChanges(question: GateFileQuestion): Promise<string[]> {
  const { git, base, head, files, uncommitted } = question;
  const dirty = new Map(
    [...textsOf(git, question, uncommitted?.now ?? [])]
      .filter(([path, text]) => uncommitted?.before.get(path) !== text),
  );
  const { whole, manifests, lookedAt } = pick(
    git,
    question,
    [...new Set([...files, ...dirty.keys()])],
  );
  whole.push(...await ofBase(question, lookedAt));
  if (manifests.length === 0) return whole.sort();
  const texts = await readBlobs(
    git,
    manifests.flatMap(({ path }) => [{ commit: base, path }, { commit: head, path }]),
  );
  for (const [at, { path, manifest }] of manifests.entries()) {
    const before = texts[2 * at] ?? null;
    const now = dirty.has(path) ? dirty.get(path) ?? null : texts[2 * at + 1] ?? null;
    if (await gatePart(manifest, before) !== await gatePart(manifest, now)) whole.push(path);
  }
  return whole.sort();
}

/** Those that were there before the worker: what it made anew is what the gate asks for. */
async function ofBase(
  { git, base, uncommitted }: GateFileQuestion,
  paths: readonly string[],
): Promise<string[]> {
  if (paths.length === 0) return [];
  const texts = await readBlobs(git, paths.map((path) => ({ commit: base, path })));
  const hasSubmodules = git.world.files.lstat(join(git.cwd, ".gitmodules")) !== null;
  const links = hasSubmodules ? await listGitlinksOf(git, base) : [];
  return paths.filter((path, at) =>
    (texts[at] ?? null) !== null || (uncommitted?.before.get(path) ?? null) !== null ||
    links.includes(path)
  );
}

function textsOf(git: Git, rules: GateFileRules, paths: readonly string[]): Uncommitted {
  const { whole, manifests, lookedAt } = pick(git, rules, paths);
  const { files } = git.world;
  return new Map(
    [...whole, ...lookedAt, ...manifests.map(({ path }) => path)]
      .map((path) => [path, textOf(files, join(git.cwd, path))]),
  );
}

function pick(git: Git, { commands, globs }: GateFileRules, paths: readonly string[]): GateFiles {
  if (paths.length === 0) return { whole: [], manifests: [], lookedAt: [] };
  return findGateFiles(paths, globs, commands.map((command) => namedFiles(git, command)));
}

/** What a command names, and where symbolic links at those places lead. */
function namedFiles({ cwd, world: { files } }: Git, command: string): CommandPaths {
  const named = commandPaths(command, cwd);
  const targets = new Set(named.paths.flatMap((path) => {
    const real = realPathOf(files, join(cwd, path));
    return real !== null && isBelow(real, cwd) ? [real.slice(cwd.length + 1)] : [];
  }));
  return { ...named, names: (file) => named.names(file) || targets.has(file) };
}

function realPathOf(files: Files, path: string): string | null {
  try {
    return files.realPath(path);
  } catch {
    return null;
  }
}

function textOf(files: Files, path: string): string | null {
  try {
    return files.readText(path);
  } catch {
    return null;
  }
}
