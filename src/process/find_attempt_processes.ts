/**
 * The live processes of one attempt.
 *
 * What is found: the leader; whoever has the attempt's mark as a limit (see
 * `lineage_mark.ts`) or its marker in the environment; their descendants, sessions and
 * groups. A process that was seen once is remembered, so that it is found again after its
 * parents ended and it founded a session of its own.
 *
 * What escapes: what was started by asking another program for it (a container engine, a
 * service manager, an already running terminal multiplexer); and, where a shell cannot
 * set that limit (macOS), a process that clears its environment, founds a session and
 * loses its parents, all between two looks.
 *
 * @module
 */
import type { ProcessIdentity } from "../protocol/generated/types.ts";
import { startedBefore } from "../sys/process_table.ts";
import type { ProcessEntry } from "../sys/processes.ts";
import type { World } from "../sys/world.ts";
import { familyIn } from "./family.ts";
import { hasLineage } from "./lineage_mark.ts";

/** Environment variable that every process of an attempt inherits. */
export const attemptMarker = "MACP_ATTEMPT_ID";

/** Whose processes are looked for. */
export interface AttemptProcesses {
  /** Value of `MACP_ATTEMPT_ID`. */
  attemptId: string;
  /** First process of the attempt, when it is known; it may have ended. */
  leader?: ProcessIdentity | null;
}

/** The live processes of an attempt, without this process. */
export function findAttemptProcesses(world: World, attempt: AttemptProcesses): ProcessEntry[] {
  return trackAttempt(world, attempt)();
}

/**
 * Returns a function that looks for the live processes of an attempt, and remembers
 * those that it found for the next look.
 *
 * @param known Rows that are certain to be of the attempt although they may have ended by
 *   the first look, for example the leader that was started a moment ago.
 */
export function trackAttempt(
  world: World,
  attempt: AttemptProcesses,
  known: readonly ProcessEntry[] = [],
): () => ProcessEntry[] {
  const leader = attempt.leader ?? null;
  const self = world.processes.self();
  // Without group and session: those of a leader that ended long ago may be of others now.
  let before = leader ? [{ ...leader, parent: 0, group: 0, session: 0 }, ...known] : [...known];
  return () => {
    const table = world.processes.list().filter((row) =>
      row.pid === self.pid || !leader || !startedBefore(row.start_time, leader.start_time)
    );
    const related = familyIn(table, { before, self });
    const pids = new Set([self.pid, ...related.map(({ pid }) => pid)]);
    const others = table.filter(({ pid }) => !pids.has(pid));
    const certain = markedAmong(world, attempt.attemptId, others);
    const family = certain.length === 0
      ? related
      : familyIn(table, { before: [...before, ...related], certain, self });
    before = family;
    return family;
  };
}

function markedAmong(world: World, attemptId: string, rows: readonly ProcessEntry[]) {
  const { processes } = world;
  const heirs = rows.filter(({ pid }) => hasLineage(attemptId, processes.fileLockLimit(pid)));
  const pids = new Set(heirs.map(({ pid }) => pid));
  const others = rows.filter(({ pid }) => !pids.has(pid));
  return [...heirs, ...processes.withEnvironment(attemptMarker, attemptId, others)];
}
