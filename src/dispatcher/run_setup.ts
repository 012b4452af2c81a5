/**
 * Runs `macp.setup` in a worktree before its worker.
 *
 * @module
 */
import { type CheckoutStatus, readStatus } from "../git/status.ts";
import { runCommand } from "../process/run_command.ts";
import type { Failure } from "../protocol/outcomes.ts";
import { firstOf, oneLine } from "../protocol/text.ts";
import type { Dispatched, DispatchRequest } from "./dispatch_request.ts";

/** Lines and bytes of the end of its output that the error holds. */
const tail = { lines: 20, bytes: 2000 };

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
  log.section(`setup: ${macp.setup}`);
  const end = await runCommand(own.world, {
    command: macp.setup,
    cwd: ready.path,
    env,
    timeoutMs: macp.setup_timeout_seconds * 1000,
    onStarted: (leader) => hooks.settingUp(leader),
    onOutput: (chunk) => log.write(chunk),
    signal,
  });
  const printed = log.tail(tail.lines, tail.bytes);
  log.section(`setup ended with exit code ${end.exitCode}`);
  dispatched.aborted = end.cause === "aborted";
  if (dispatched.aborted) return false;
  if (end.exitCode !== 0) {
    const why = end.cause === "timed_out"
      ? `Setup did not end within ${macp.setup_timeout_seconds} s`
      : `Setup ended with ${end.signal ?? `exit code ${end.exitCode}`}`;
    dispatched.failure = failed(why, printed);
    return false;
  }
  ready.setUp = true;
  const left = pathsOf(await readStatus(own)).filter((path) => !before.has(path));
  if (left.length > 0) dispatched.warnings.push(leftWarning(left));
  return true;
}

/** The end of what it printed, on the line that tells of it. */
function failed(why: string, printed: string): Failure {
  const lines = printed.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const end = oneLine(lines.slice(-5).join(" / "));
  const error = end === "" ? why : `${why}: ${end.length > 500 ? `…${end.slice(-500)}` : end}`;
  return { outcome: "setup_failed", error };
}

/** Paths that differ from HEAD and are not ignored. */
function pathsOf(status: CheckoutStatus): string[] {
  return [...status.changed, ...status.untracked, ...status.nestedRepositories];
}

function leftWarning(paths: readonly string[]): string {
  return `macp.setup changed files that git does not ignore: ${firstOf(paths, 10)}; ` +
    "what the worker leaves of that is committed to the branch";
}
