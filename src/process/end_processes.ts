/**
 * Ends processes: TERM, a grace, KILL.
 *
 * @module
 */
import type { ProcessIdentity } from "../protocol/generated/types.ts";
import type { ProcessEntry, Signal } from "../sys/processes.ts";
import type { World } from "../sys/world.ts";
import { type AttemptProcesses, trackAttempt } from "./find_attempt_processes.ts";

/** Milliseconds after which processes that outlive KILL are given up. */
const killWaitMs = 5000;

/** What is ended, and how. */
export interface EndOptions {
  /** Tells what is there now; asked again until it finds nothing. */
  find: () => readonly ProcessEntry[];
  /** Milliseconds between TERM and KILL. */
  graceMs: number;
  /** Leader of a process group that is signalled as a whole while the leader lives. */
  groupLeader?: ProcessIdentity | null;
  /** Aborts when a process has ended, so that the next look comes at once. */
  wake?: AbortSignal;
}

/** What became of the processes that were found. */
export interface EndedProcesses {
  ended: ProcessEntry[];
  /** Those that outlived KILL, as another user's processes do. */
  remaining: ProcessEntry[];
}

/**
 * Sends TERM to what `find` finds, waits until nothing is found any more or the grace is
 * over, then sends KILL to whatever is found until a look finds nothing, or for 5 s.
 * A process is signalled only while its start time is the one that was found.
 */
export async function endProcesses(world: World, options: EndOptions): Promise<EndedProcesses> {
  const seen = new Map<string, ProcessEntry>();
  const look = () => {
    const found = options.find();
    for (const entry of found) seen.set(keyOf(entry), entry);
    return found;
  };
  let remaining = look();
  if (remaining.length > 0) {
    signalAll(world, remaining, "SIGTERM", options.groupLeader);
    remaining = await waitUntilGone(world, look, options);
  }
  if (remaining.length > 0) remaining = await killUntilGone(world, look, remaining, options);
  const left = new Set(remaining.map(keyOf));
  const ended = [...seen.values()].filter((entry) => !left.has(keyOf(entry)));
  return { ended, remaining: [...remaining] };
}

/**
 * Ends what is left of an attempt that another run of the program began.
 * Nothing is signalled whose start time or marker does not match.
 */
export function endAttemptProcesses(
  world: World,
  attempt: AttemptProcesses & { graceMs: number },
): Promise<EndedProcesses> {
  return endProcesses(world, {
    find: trackAttempt(world, attempt),
    graceMs: attempt.graceMs,
    groupLeader: attempt.leader ?? null,
  });
}

type Look = () => readonly ProcessEntry[];

async function waitUntilGone(world: World, look: Look, options: EndOptions) {
  const deadline = world.clock.elapsed() + options.graceMs;
  for (let pause = 5;; pause = Math.min(pause * 2, 250)) {
    const left = deadline - world.clock.elapsed();
    if (left > 0) await pauseFor(world, Math.min(pause, left), options.wake);
    const found = look();
    if (found.length === 0 || left <= 0) return found;
  }
}

/** Looks again at once while new processes appear: one that forks must not win the race. */
async function killUntilGone(
  world: World,
  look: Look,
  first: readonly ProcessEntry[],
  options: EndOptions,
) {
  const deadline = world.clock.elapsed() + killWaitMs;
  const killed = new Set<string>();
  let found = first;
  for (let pause = 2; found.length > 0 && world.clock.elapsed() < deadline;) {
    const fresh = found.filter((entry) => !killed.has(keyOf(entry)));
    signalAll(world, found, "SIGKILL", options.groupLeader);
    for (const entry of fresh) killed.add(keyOf(entry));
    await pauseFor(world, fresh.length > 0 ? 1 : pause, options.wake);
    if (fresh.length === 0) pause = Math.min(pause * 2, 100);
    found = look();
  }
  return found;
}

function signalAll(
  world: World,
  entries: readonly ProcessEntry[],
  signal: Signal,
  groupLeader: ProcessIdentity | null | undefined,
): void {
  const whole = groupLeader && isAlive(world, groupLeader) ? groupLeader.pid : null;
  if (whole !== null) world.processes.signal(-whole, signal);
  for (const entry of entries) {
    // A second TERM means "at once" to many programs.
    if (entry.group === whole) continue;
    if (isAlive(world, entry)) world.processes.signal(entry.pid, signal);
  }
}

function isAlive(world: World, process: ProcessIdentity): boolean {
  return world.processes.identify(process.pid)?.start_time === process.start_time;
}

function keyOf({ pid, start_time }: ProcessIdentity): string {
  return `${pid} ${start_time}`;
}

/** A wake-up that came already wakes no more, so that waiting goes on. */
function pauseFor(world: World, ms: number, wake: AbortSignal | undefined): Promise<void> {
  return wake?.aborted ? world.clock.sleep(ms) : world.clock.sleep(ms, wake);
}
