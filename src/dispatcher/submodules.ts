/**
 * Submodules of a worktree, brought from what another checkout has of them, without any
 * network.
 *
 * @module
 */
import { join } from "@std/path";
import { type Git, lastWords } from "../git/git.ts";
import { gitFolders, listGitlinks, listSubmodules, type Submodule } from "../git/submodules.ts";
import { messageOf } from "../protocol/errors.ts";

/** Settings under which only folders are read: those that are named below. */
const localOnly = { "protocol.allow": "never", "protocol.file.allow": "always" };

/**
 * Initialises the submodules of a worktree that another checkout has too, at any depth. Those
 * that are there already are left as they are.
 *
 * @param git Git in the worktree.
 * @param checkout Main checkout, or another worktree of it.
 * @param options.anew Makes those again that stand on another commit than the worktree
 *   records, whatever is in them.
 * @returns Warnings about those that could not be brought.
 */
export async function bringSubmodules(
  git: Git,
  checkout: string,
  { anew = false }: { anew?: boolean } = {},
): Promise<string[]> {
  if (git.world.files.lstat(join(git.cwd, ".gitmodules")) === null) return [];
  try {
    const { own } = await gitFolders(git);
    const { own: theirs } = await gitFolders(git.at(checkout));
    return await bringAll(git, { checkout, theirs, own, shared: true, anew });
  } catch (error) {
    return [`the submodules could not be brought: ${messageOf(error)}`];
  }
}

/** Where submodules come from. */
interface Source {
  /** Checkout that may hold them, repositories of their own included. */
  checkout: string;
  /** Its folder of git. */
  theirs: string;
  /** Folder of git of the worktree that they come to. */
  own: string;
  /** Whether the two share their configuration. */
  shared: boolean;
  anew: boolean;
}

async function bringAll(git: Git, source: Source): Promise<string[]> {
  const { files } = git.world;
  const links = await listGitlinks(git);
  const warnings: string[] = [];
  for (const submodule of await listSubmodules(git)) {
    const { name, path } = submodule;
    const module = modulePath(git, source, submodule);
    const target = join(git.cwd, path);
    if (module === null || !links.includes(path)) continue;
    if (source.anew && !await isAsRecorded(git, path)) discard(git, source.own, submodule);
    if (files.list(target).length === 0) {
      const why = await bring(git, submodule, { module, shared: source.shared });
      if (why !== null) {
        discard(git, source.own, submodule);
        warnings.push(`submodule ${path} is empty, it could not be brought: ${why}`);
        continue;
      }
    }
    if (files.lstat(join(target, ".gitmodules")) !== null) {
      const own = join(source.own, "modules", name);
      const checkout = join(source.checkout, path);
      const inner = { ...source, checkout, theirs: module, own, shared: false };
      warnings.push(...await bringAll(git.at(target), inner));
    }
  }
  return warnings;
}

/** Whether a submodule is there and stands on the commit of the index. */
async function isAsRecorded(git: Git, path: string): Promise<boolean> {
  const { code, stdout } = await git.run(["submodule", "status", "--", path]);
  return code === 0 && stdout.startsWith(" ");
}

/** Folder of git that the other checkout has for a submodule; null when it has none. */
function modulePath(
  { world: { files } }: Git,
  { checkout, theirs }: Source,
  { name, path }: Submodule,
): string | null {
  const places = [join(theirs, "modules", name), join(checkout, path, ".git")];
  return places.find((place) => files.lstat(join(place, "HEAD"))?.kind === "file") ?? null;
}

/** Clones a submodule; why it is not there, or null. */
async function bring(
  git: Git,
  { name, path }: Submodule,
  { module, shared }: { module: string; shared: boolean },
): Promise<string | null> {
  // A configuration that is shared says already what the main checkout has.
  if (!shared) await git.run(["submodule", "--quiet", "init", "--", path]);
  const { code, stderr } = await git.run(
    ["submodule", "--quiet", "update", "--init", "--checkout", "--", path],
    { env: asEnvironment({ ...localOnly, [`submodule.${name}.url`]: module }) },
  );
  if (code !== 0) return lastWords(stderr);
  await takeRemote(git.at(join(git.cwd, path)), module);
  return null;
}

/** The remote of a clone becomes that of the module: its address, and what is known of it. */
async function takeRemote(own: Git, module: string): Promise<void> {
  const refs = "+refs/remotes/origin/*:refs/remotes/origin/*";
  const env = asEnvironment(localOnly);
  await own.run(["fetch", "--quiet", "--prune", "--no-tags", module, refs], { env });
  const address = await own.run([`--git-dir=${module}`, "config", "--get", "remote.origin.url"]);
  if (address.code !== 0) return;
  await own.run(["config", "remote.origin.url", address.stdout.replace(/\n$/, "")]);
}

/** Settings for one call, whatever their names hold (git-config(1), GIT_CONFIG_COUNT). */
function asEnvironment(settings: Record<string, string>): Record<string, string> {
  const entries = Object.entries(settings).flatMap(([key, value], i) => [
    [`GIT_CONFIG_KEY_${i}`, key],
    [`GIT_CONFIG_VALUE_${i}`, value],
  ]);
  return Object.fromEntries([["GIT_CONFIG_COUNT", `${entries.length / 2}`], ...entries]);
}

/** Takes a submodule away, such as what a clone left that did not end well: no work in it. */
function discard({ cwd, world: { files } }: Git, own: string, submodule: Submodule): void {
  const target = join(cwd, submodule.path);
  for (const name of files.list(target)) files.remove(join(target, name), { recursive: true });
  files.remove(join(own, "modules", submodule.name), { recursive: true });
}
