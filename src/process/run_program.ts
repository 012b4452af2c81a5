/**
 * Runs one program with its arguments, without a shell, to its end.
 *
 * @module
 */
import { MacpError } from "../protocol/errors.ts";
import type { Child, ExitStatus, ProcessEntry } from "../sys/processes.ts";
import { withAnySignal } from "../sys/with_any_signal.ts";
import type { World } from "../sys/world.ts";
import { endProcesses } from "./end_processes.ts";
import { attemptMarker, trackAttempt } from "./find_attempt_processes.ts";
import { readOutput } from "./read_output.ts";

/** Milliseconds between TERM and KILL for what has to be ended. */
const graceMs = 1000;
/** Milliseconds to wait for a program that was killed. */
const unkillableMs = 5000;

/** What is run, and how. */
export interface ProgramOptions {
  /** A path, or a name that is looked up on the PATH of `env`. */
  program: string;
  args: readonly string[];
  cwd: string;
  /** Whole environment. */
  env: Record<string, string>;
  timeoutMs: number;
  /** Ends the program. */
  signal: AbortSignal;
  onOutput: (chunk: Uint8Array, stream: "out" | "err") => void;
}

/** How a program ended. */
export interface ProgramEnd {
  /** Its own, when it ended by itself; 128 + n when signal n ended it. */
  exitCode: number;
  cause: "exited" | "timed_out" | "aborted";
}

/**
 * Runs a program in a session of its own, with standard input closed. Afterwards none of
 * what it started is left, as far as family and the marker in its environment tell:
 * descendants, session and group, and who founded a session of its own.
 *
 * Throws `MacpError`: `folder_missing`, `program_missing` and `program_not_started` as
 * `Processes.spawn` does; `process_unkillable` when it outlives KILL.
 */
export async function runProgram(world: World, options: ProgramOptions): Promise<ProgramEnd> {
  const { program, args, cwd, env, signal } = options;
  if (signal.aborted) return { exitCode: 143, cause: "aborted" };
  const attemptId = world.uuid();
  const child = world.processes.spawn({
    command: program,
    args,
    cwd,
    env: { ...env, [attemptMarker]: attemptId },
    ownSession: true,
    stdin: "null",
    stderr: "piped",
  });
  const find = familyOf(world, child, attemptId);
  const faults: unknown[] = [];
  const output = readOutput(child, {
    separateStderr: true,
    onOutput: options.onOutput,
    onFault: (error) => faults.push(error),
  });
  const end = await runToEnd(world, child, { ...options, find })
    .finally(() => output.finish(world.clock));
  if (faults.length > 0) throw faults[0];
  return end;
}

async function runToEnd(
  world: World,
  child: Child,
  options: ProgramOptions & { find: () => readonly ProcessEntry[] },
): Promise<ProgramEnd> {
  const { signal, timeoutMs, find } = options;
  const deadline = world.clock.deadline(timeoutMs);
  const early = await withAnySignal(
    [signal, deadline],
    (over) => Promise.race([child.exited, whenAborted(over)]),
  );
  await endProcesses(world, { find, graceMs });
  const { code } = early ?? await exitOf(world, child);
  const cause = early !== null ? "exited" : signal.aborted ? "aborted" : "timed_out";
  return { exitCode: code, cause };
}

/** Looks for the program and what it started. */
function familyOf(world: World, { pid }: Child, attemptId: string): () => readonly ProcessEntry[] {
  const leader = world.processes.identify(pid);
  if (leader === null) return trackAttempt(world, { attemptId, unmarked: true });
  const row = { ...leader, parent: 0, group: pid, session: pid };
  return trackAttempt(world, { attemptId, leader, unmarked: true }, [row]);
}

function whenAborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(null);
    signal.addEventListener("abort", () => resolve(null), { once: true });
  });
}

async function exitOf(world: World, child: Child): Promise<ExitStatus> {
  const over = new AbortController();
  const exited = child.exited.finally(() => over.abort());
  await world.clock.sleep(unkillableMs, over.signal);
  if (over.signal.aborted) return await exited;
  const message = `Cannot end program as it does not react to KILL: ${child.pid}`;
  throw new MacpError("failure", message, { code: "process_unkillable" });
}
