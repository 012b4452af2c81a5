/**
 * Runs `macp.setup` in a worktree before its worker.
 *
 * @module
 */
import { join } from "@std/path";
import type { Git } from "../git/git.ts";
import { readStatus } from "../git/status.ts";
import { messageOf } from "../protocol/errors.ts";
import { sha256Hex } from "../protocol/names.ts";
import { firstOf } from "../protocol/text.ts";
import type { Dispatched, DispatchRequest } from "./dispatch_request.ts";
import { runSetupCommand } from "./setup_command.ts";
import { reach } from "../sys/fail_points.ts";

/** Most files of the setup that are told from those of a worker. */
const mostMarked = 1000;

/**
 * Runs the setup, unless the worktree has been through it. Its failure, or an abort,
 * goes into `dispatched`.
 *
 * @param env Environment of the worker.
 * @returns Whether a worker may follow.
 */
export async function runSetup(
  request: DispatchRequest,
  dispatched: Dispatched,
  env: Record<string, string>,
): Promise<boolean> {
  const { settings: { macp }, log, signal, hooks } = request;
  const { ready } = dispatched;
  if (macp.setup === null || ready === null || ready.setUp) return true;
  const own = request.git.at(ready.path);
  const before = await pathsNow(own).catch(messageOf);
  const { aborted, failure } = await runSetupCommand({
    world: own.world,
    cwd: ready.path,
    env,
    log,
    signal,
    label: "Setup",
    onStarted: (leader) => hooks.settingUp(leader),
  }, macp);
  reach("setup.ended");
  dispatched.aborted = aborted;
  if (failure !== null) dispatched.failure = failure;
  if (aborted || failure !== null) return false;
  // A setup may have broken its worktree, which is no fault of anybody else.
  const left = typeof before === "string"
    ? before
    : await leftBySetup(own, before).catch(messageOf);
  if (typeof left === "string") {
    const error = `The worktree cannot be read after the setup: ${left}`;
    dispatched.failure = { outcome: "setup_failed", error };
    return false;
  }
  ready.setUp = true;
  ready.setupLeft = left.marks;
  if (left.paths.length > 0) dispatched.warnings.push(leftWarning(left.paths));
  return true;
}

/** Paths that the setup changed, and what the first of them hold. */
async function leftBySetup(git: Git, before: readonly string[]) {
  const known = new Set(before);
  const paths = (await pathsNow(git)).filter((path) => !known.has(path));
  return { paths, marks: await markFiles(git, paths.slice(0, mostMarked)) };
}

/** SHA-256 of each file, or what stands there instead, in the client's checkout. */
export async function markFiles(
  { cwd, world: { files } }: Git,
  paths: readonly string[],
): Promise<Record<string, string>> {
  const marks: Record<string, string> = {};
  for (const path of paths) {
    const place = join(cwd, path);
    const stat = files.lstat(place);
    marks[path] = stat?.kind === "file"
      ? `${stat.mode & 0o111} ${await sha256Hex(new Uint8Array(files.readBytes(place)))}`
      : stat?.kind ?? "gone";
  }
  return marks;
}

/** Paths that differ from HEAD and are not ignored. */
async function pathsNow(git: Git): Promise<string[]> {
  const { changed, untracked, nestedRepositories } = await readStatus(git);
  return [...changed, ...untracked, ...nestedRepositories];
}

function leftWarning(paths: readonly string[]): string {
  return `macp.setup changed files that git does not ignore: ${firstOf(paths, 10)}; ` +
    "what the worker leaves of that is committed to the branch";
}
