/**
 * Runs `macp.setup` in a worktree before its worker.
 *
 * @module
 */
import type { Git } from "../git/git.ts";
import { readStatus } from "../git/status.ts";
import { messageOf } from "../protocol/errors.ts";
import { firstOf } from "../protocol/text.ts";
import type { Dispatched, DispatchRequest } from "./dispatch_request.ts";
import { runSetupCommand } from "./setup_command.ts";

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
  const before = await pathsNow(own);
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
  const after = await pathsNow(own);
  if (after.paths === null || before.paths === null) {
    const error = `The worktree cannot be read after the setup: ${after.why ?? before.why}`;
    dispatched.failure = { outcome: "setup_failed", error };
    return false;
  }
  ready.setUp = true;
  const known = new Set(before.paths);
  const left = after.paths.filter((path) => !known.has(path));
  if (left.length > 0) dispatched.warnings.push(leftWarning(left));
  return true;
}

/** Paths that differ from HEAD and are not ignored; null when git cannot tell, and why. */
async function pathsNow(git: Git): Promise<{ paths: string[] | null; why?: string }> {
  try {
    const { changed, untracked, nestedRepositories } = await readStatus(git);
    return { paths: [...changed, ...untracked, ...nestedRepositories] };
  } catch (error) {
    return { paths: null, why: messageOf(error) };
  }
}

function leftWarning(paths: readonly string[]): string {
  return `macp.setup changed files that git does not ignore: ${firstOf(paths, 10)}; ` +
    "what the worker leaves of that is committed to the branch";
}
