/**
 * Runs `macp.setup` in a folder.
 *
 * @module
 */
import type { AttemptLog } from "../logs/attempt_log.ts";
import { runCommand } from "../process/run_command.ts";
import type { ProcessIdentity } from "../protocol/generated/types.ts";
import type { Failure } from "../protocol/outcomes.ts";
import type { Settings } from "../protocol/settings.ts";
import { oneLine } from "../protocol/text.ts";
import type { World } from "../sys/world.ts";

/** Lines and bytes of the end of its output that the error holds. */
const tail = { lines: 20, bytes: 2000 };

/** Where the setup runs. */
export interface SetupPlace {
  world: World;
  cwd: string;
  /** Whole environment, with the attempt's marker. */
  env: Record<string, string>;
  log: AttemptLog;
  signal: AbortSignal;
  /** What log and error call it. */
  label: string;
  /** Called with the identity of its first process before it begins. */
  onStarted?: (leader: ProcessIdentity) => void | Promise<void>;
}

/** How it ended: neither of them when it ended well. */
export interface SetupEnd {
  aborted: boolean;
  failure: Failure | null;
}

/** Runs the setup to its end; without one nothing is done. Throws as `runCommand` does. */
export async function runSetupCommand(
  { world, cwd, env, log, signal, label, onStarted }: SetupPlace,
  { setup, setup_timeout_seconds: seconds }: Settings["macp"],
): Promise<SetupEnd> {
  if (setup === null) return { aborted: false, failure: null };
  log.section(`${label.toLowerCase()}: ${setup}`);
  const end = await runCommand(world, {
    command: setup,
    cwd,
    env,
    timeoutMs: seconds * 1000,
    onOutput: (chunk) => log.write(chunk),
    signal,
    ...(onStarted ? { onStarted } : {}),
  });
  const printed = log.tail(tail.lines, tail.bytes);
  log.section(`${label.toLowerCase()} ended with exit code ${end.exitCode}`);
  if (end.cause === "aborted") return { aborted: true, failure: null };
  if (end.exitCode === 0) return { aborted: false, failure: null };
  const why = end.cause === "timed_out"
    ? `${label} did not end within ${seconds} s`
    : `${label} ended with ${end.signal ?? `exit code ${end.exitCode}`}`;
  return { aborted: false, failure: failed(why, printed) };
}

/** The end of what it printed, on the line that tells of it. */
function failed(why: string, printed: string): Failure {
  const lines = printed.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const end = oneLine(lines.slice(-5).join(" / "));
  const error = end === "" ? why : `${why}: ${end.length > 500 ? `…${end.slice(-500)}` : end}`;
  return { outcome: "setup_failed", error };
}
