/**
 * Runs `macp.setup` in a worktree before its worker.
 *
 * @module
 */
import { join } from "@std/path";
import type { Git } from "../git/git.ts";
import { type CheckoutStatus, readStatus } from "../git/status.ts";
import { sha256Hex } from "../protocol/names.ts";
import { firstOf } from "../protocol/text.ts";
import type { Dispatched, DispatchRequest } from "./dispatch_request.ts";
import { runSetupCommand } from "./setup_command.ts";

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
  const before = new Set(pathsOf(await readStatus(own)));
  const { aborted, failure } = await runSetupCommand({
    world: own.world,
    cwd: ready.path,
    env,
    log,
    signal,
    label: "Setup",
    onStarted: (leader) => hooks.settingUp(leader),
  }, macp);
  dispatched.aborted = aborted;
  if (failure !== null) dispatched.failure = failure;
  if (aborted || failure !== null) return false;
  ready.setUp = true;
  const left = pathsOf(await readStatus(own)).filter((path) => !before.has(path));
  ready.setupLeft = await markFiles(own, left.slice(0, mostMarked));
  if (left.length > 0) dispatched.warnings.push(leftWarning(left));
  return true;
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
function pathsOf(status: CheckoutStatus): string[] {
  return [...status.changed, ...status.untracked, ...status.nestedRepositories];
}

function leftWarning(paths: readonly string[]): string {
  return `macp.setup changed files that git does not ignore: ${firstOf(paths, 10)}; ` +
    "what the worker leaves of that is committed to the branch";
}
