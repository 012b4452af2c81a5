/**
 * Runs one shell command to its end: the only way in which workers and gates run.
 *
 * @module
 */
import { MacpError } from "../protocol/errors.ts";
import type { ProcessIdentity } from "../protocol/generated/types.ts";
import { reach } from "../sys/fail_points.ts";
import type { Child, ExitStatus, ProcessEntry } from "../sys/processes.ts";
import type { World } from "../sys/world.ts";
import { endProcesses } from "./end_processes.ts";
import { attemptMarker, trackAttempt } from "./find_attempt_processes.ts";
import { markScript } from "./mark_script.ts";
import { readOutput } from "./read_output.ts";

/** Milliseconds between TERM and KILL after a time-out or abort. */
export const graceMs = 10_000;
/** The same for what a command leaves behind that ended by itself. */
const leftoverGraceMs = 2000;
/** Milliseconds to wait for a command that was killed. */
const unkillableMs = 5000;
/** Milliseconds between looks at the process table while a command runs: first and last. */
const firstLookMs = 50;
const lookMs = 1000;
const shell = "/bin/sh";

/** What is run, and how. */
export interface CommandOptions {
  /** Run by `sh -c`, with standard input closed unless there is `input`. */
  command: string;
  /** Given to the command on standard input; one that does not read it is no error. */
  input?: Uint8Array;
  cwd: string;
  /**
   * Whole environment. Holds `MACP_ATTEMPT_ID`, by which all that the command started is
   * found and ended: no two commands with the same value may run at the same time.
   */
  env: Record<string, string>;
  /** Counted from the beginning of the command. */
  timeoutMs: number;
  /** Standard error apart from standard output; otherwise both come as "out", in order. */
  separateStderr?: boolean;
  /** Called with the leader's identity before the command may begin. */
  onStarted?: (leader: ProcessIdentity) => void | Promise<void>;
  onOutput: (chunk: Uint8Array, stream: "out" | "err") => void;
  /** Aborts: TERM, grace, KILL. */
  signal?: AbortSignal;
  /** Milliseconds between TERM and KILL after a time-out or abort; 10,000 unless given. */
  graceMs?: number;
}

/** How a command ended. */
export interface CommandEnd {
  /**
   * Its own, when it ended by itself: 128 + n when signal n ended it, 127 when there was
   * no such command. 124 on a time-out. Never 0 when it was aborted.
   */
  exitCode: number;
  cause: "exited" | "timed_out" | "aborted";
  /** Name of the signal that ended it, for example SIGKILL. */
  signal: string | null;
  /** From the beginning of the command to the end of its first process. */
  durationMs: number;
  /** Only when some of its processes could not be ended: those. */
  remaining?: ProcessIdentity[];
}

/** A command between its start and its end. */
interface Run {
  world: World;
  options: CommandOptions;
  child: Child;
  leader: ProcessIdentity;
  /** What `onOutput` threw, in a list of one. */
  faults: unknown[];
  /** Aborts as soon as there is something to look at: exit, abort, fault. */
  wake: AbortController;
  /** Looks for all processes of the command. */
  find: () => ProcessEntry[];
}

/**
 * Runs a command and all that it starts to the end: afterwards none of it is left that
 * `find_attempt_processes.ts` can find, also when the command ended by itself, and
 * `onOutput` is not called any more.
 *
 * The command begins only after `onStarted` returned: until then its shell waits for a
 * line on its standard input, and ends without running anything when this process dies.
 * An error thrown by `onStarted` or `onOutput` ends the command and is thrown on.
 *
 * Throws `MacpError`: `folder_missing`, `program_missing` and `program_not_started` as
 * `Processes.spawn` does, before `onStarted` was called; `process_unkillable` when the
 * command's first process outlives KILL.
 */
export async function runCommand(world: World, options: CommandOptions): Promise<CommandEnd> {
  if (!options.env[attemptMarker]) throw new Error(`Cannot run command without ${attemptMarker}`);
  if (options.signal?.aborted) return neverBegun;
  const child = spawnWaiting(world, options);
  const faults: unknown[] = [];
  const wake = new AbortController();
  const onFault = (error: unknown) => {
    faults.push(error);
    wake.abort();
  };
  const output = readOutput(child, { ...options, onFault });
  const onAbort = () => wake.abort();
  options.signal?.addEventListener("abort", onAbort);
  try {
    const leader = await introduce(world, child, options);
    if (!leader) return neverBegun;
    reach("command.released");
    const find = trackCommand(world, options, leader);
    const end = await runToEnd({ world, options, child, leader, faults, wake, find });
    await output.finish(world.clock); // The last output can be a fault too.
    reach("command.ended");
    if (faults.length > 0) throw faults[0];
    return end;
  } finally {
    options.signal?.removeEventListener("abort", onAbort);
    await output.finish(world.clock);
  }
}

const neverBegun: CommandEnd = { exitCode: 143, cause: "aborted", signal: null, durationMs: 0 };

/** Starts a shell that becomes the command after it read a line. */
function spawnWaiting(world: World, options: CommandOptions): Child {
  const errors = options.separateStderr ? "" : "2>&1";
  const script = `IFS= read -r _ || exit 125; ${markScript(world, options.env[attemptMarker])}` +
    `exec ${options.input ? "" : "</dev/null"} ${errors} ${shell} -c "$0"`;
  return world.processes.spawn({
    command: shell,
    args: ["-c", script, options.command],
    cwd: options.cwd,
    env: options.env,
    ownSession: true,
    stdin: "piped",
    stderr: options.separateStderr ? "piped" : "null",
  });
}

/** Makes the leader known; null when it was aborted meanwhile, and then the shell has ended. */
async function introduce(
  world: World,
  child: Child,
  options: CommandOptions,
): Promise<ProcessIdentity | null> {
  let released = false;
  try {
    const leader = world.processes.identify(child.pid);
    if (!leader) throw lostError(child.pid);
    reach("command.spawned");
    await options.onStarted?.(leader);
    reach("command.recorded");
    released = !options.signal?.aborted;
    return released ? leader : null;
  } finally {
    const fed = child.feed(released ? goAhead(options.input) : new Uint8Array());
    // The command may end without reading its input; nothing waits for that.
    if (!released || !options.input) await fed;
    if (!released) await child.exited;
  }
}

/** The line that lets the command begin, and its input. */
function goAhead(input: Uint8Array = new Uint8Array()): Uint8Array {
  const line = new TextEncoder().encode("go\n");
  const bytes = new Uint8Array(line.length + input.length);
  bytes.set(line);
  bytes.set(input, line.length);
  return bytes;
}

function trackCommand(world: World, options: CommandOptions, leader: ProcessIdentity) {
  const attemptId = options.env[attemptMarker] ?? "";
  const row = { ...leader, parent: 0, group: leader.pid, session: leader.pid };
  return trackAttempt(world, { attemptId, leader }, [row]);
}

async function runToEnd(run: Run): Promise<CommandEnd> {
  const { world, options, child, leader, wake, find } = run;
  const begun = world.clock.elapsed();
  const over = new AbortController();
  let durationMs = 0;
  const exited = child.exited.then((status) => {
    durationMs = world.clock.elapsed() - begun;
    over.abort();
    wake.abort();
    return status;
  });
  const cause = await waitForCause(run, begun, over.signal);
  const { remaining } = await endProcesses(world, {
    find,
    graceMs: cause === "exited" ? leftoverGraceMs : options.graceMs ?? graceMs,
    groupLeader: leader,
    wake: over.signal,
  }).catch((error: unknown) => {
    // The table cannot be read. A child that was not waited for keeps its pid.
    if (!over.signal.aborted) world.processes.signal(-leader.pid, "SIGKILL");
    throw error;
  });
  const status = await orNullAfter(world, exited, over.signal);
  if (!status) throw unkillableError(leader.pid);
  const end = { exitCode: exitCodeOf(cause, status), cause, signal: status.signal, durationMs };
  return remaining.length === 0 ? end : { ...end, remaining: remaining.map(toIdentity) };
}

/** Waits until the command ended or has to be ended, and looks at its processes meanwhile. */
async function waitForCause(
  { world, options, wake, find, faults }: Run,
  begun: number,
  over: AbortSignal,
): Promise<CommandEnd["cause"]> {
  for (let step = firstLookMs, pause = step;; step = Math.min(step * 2, lookMs)) {
    const left = begun + options.timeoutMs - world.clock.elapsed();
    if (over.aborted) return "exited";
    if (options.signal?.aborted || faults.length > 0) return "aborted";
    if (left <= 0) return "timed_out";
    await world.clock.sleep(Math.min(pause, Math.ceil(left)), wake.signal);
    pause = wake.signal.aborted ? 0 : Math.max(step, pauseAfterLook(world, find));
  }
}

/** Looks, and returns after how many milliseconds the next look takes 2 % of the time. */
function pauseAfterLook(world: World, find: () => ProcessEntry[]): number {
  const before = world.clock.elapsed();
  try {
    find();
  } catch {
    // A look that fails leaves nothing behind but a gap; the last one, at the end, throws.
  }
  return (world.clock.elapsed() - before) * 50;
}

async function orNullAfter(
  world: World,
  exited: Promise<ExitStatus>,
  over: AbortSignal,
): Promise<ExitStatus | null> {
  await world.clock.sleep(unkillableMs, over);
  return over.aborted ? await exited : null;
}

function exitCodeOf(cause: CommandEnd["cause"], status: ExitStatus): number {
  if (cause === "timed_out") return 124;
  return cause === "aborted" ? status.code || neverBegun.exitCode : status.code;
}

function toIdentity({ pid, start_time }: ProcessIdentity): ProcessIdentity {
  return { pid, start_time };
}

function lostError(pid: number): MacpError {
  const message = `Cannot run command as its process ended before it began: ${pid}`;
  return new MacpError("failure", message, { code: "process_lost" });
}

function unkillableError(pid: number): MacpError {
  const message = `Cannot end command as its process does not react to KILL: ${pid}`;
  return new MacpError("failure", message, { code: "process_unkillable" });
}
