/**
 * The live processes of one attempt.
 *
 * What is found: the leader; whoever has the attempt's mark as a limit (see
 * `lineage_mark.ts`); whoever has its marker in the environment, unless the mark works
 * and that process never had one, so that a person's shell with a copied environment is
 * left alone; their descendants, sessions and groups. A process that was seen once is
 * remembered, so that it is found again after its parents ended and it founded a session
 * of its own.
 *
 * What escapes: what was started by asking another program for it (a container engine, a
 * service manager, an already running terminal multiplexer); and a process that clears
 * its environment, founds a session and loses its parents, all between two looks, where
 * it has no mark: where a shell cannot set that limit (macOS), where this program itself
 * was started with one, and when the process changed it on purpose (root can raise it). The
 * last one differs in nothing from a program that anybody else started with such a
 * limit, so it is left alone: better that one that hides on purpose survives than that a
 * bystander is ended.
 *
 * @module
 */
import type { ProcessIdentity } from "../protocol/generated/types.ts";
import { startedBefore } from "../sys/process_table.ts";
import type { ProcessEntry } from "../sys/processes.ts";
import type { World } from "../sys/world.ts";
import { familyIn } from "./family.ts";
import { hasLineage, isMark, lineageMark } from "./lineage_mark.ts";

/** Environment variable that every process of an attempt inherits. */
export const attemptMarker = "MACP_ATTEMPT_ID";

/** Environment variable with the worktree of an attempt, which its processes inherit. */
export const worktreeVariable = "MACP_WORKTREE";

/** Whose processes are looked for. */
export interface AttemptProcesses {
  /** Value of `MACP_ATTEMPT_ID`. */
  attemptId: string;
  /** First process of the attempt, when it is known; it may have ended. */
  leader?: ProcessIdentity | null;
  /** Set where none of them has the mark: then the marker in the environment counts alone. */
  unmarked?: true;
}

/** The live processes of an attempt, without this process. */
export function findAttemptProcesses(world: World, attempt: AttemptProcesses): ProcessEntry[] {
  return trackAttempt(world, attempt)();
}

/**
 * The live processes of attempts in a worktree, of which nothing else is known: their
 * environment names it. Where marks work, only what has one is found, and who inherited it.
 */
export function findWorktreeProcesses({ processes }: World, path: string): ProcessEntry[] {
  const self = processes.self();
  const table = processes.list();
  const limitOf = ({ pid }: ProcessIdentity) => processes.fileLockLimit(pid);
  const isMarked = (limit: bigint | null) => limit !== null && isMark(limit);
  const named = processes.withEnvironment(worktreeVariable, path, table)
    .filter((row) => row.pid !== self.pid);
  const marksWork = processes.tellsFileLockLimits && !isMarked(limitOf(self));
  const certain = marksWork ? named.filter((row) => isMarked(limitOf(row))) : named;
  if (certain.length === 0) return [];
  const marks = new Set(marksWork ? certain.map(limitOf) : []);
  const heirs = marksWork ? table.filter((row) => marks.has(limitOf(row))) : [];
  return familyIn(table, { before: [], certain: [...certain, ...heirs], self });
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
    const certain = markedAmong(world, attempt, others);
    const family = certain.length === 0
      ? related
      : familyIn(table, { before: [...before, ...related], certain, self });
    before = family;
    return family;
  };
}

/** Rows with the attempt's mark, and those with its marker that may be of it. */
function markedAmong(world: World, attempt: AttemptProcesses, rows: readonly ProcessEntry[]) {
  const { attemptId } = attempt;
  const { processes } = world;
  const limits = new Map(rows.map(({ pid }) => [pid, processes.fileLockLimit(pid)]));
  const limitOf = ({ pid }: ProcessEntry) => limits.get(pid) ?? null;
  const heirs = rows.filter((row) => hasLineage(attemptId, limitOf(row)));
  const pids = new Set(heirs.map(({ pid }) => pid));
  const others = rows.filter((row) => !pids.has(row.pid));
  const ceiling = processes.fileLockLimit(processes.self().pid);
  const candidates = marksWork(world, attempt, ceiling)
    ? others.filter((row) => isBelow(limitOf(row), ceiling))
    : others;
  return [...heirs, ...processes.withEnvironment(attemptMarker, attemptId, candidates)];
}

/** Whether what the attempt started has a limit below this process's own. */
function marksWork(
  world: World,
  { attemptId, leader, unmarked }: AttemptProcesses,
  ceiling: bigint | null,
): boolean {
  const { processes } = world;
  if (unmarked || !processes.tellsFileLockLimits || lineageMark(attemptId, ceiling) === null) {
    return false;
  }
  const isAlive = leader && processes.identify(leader.pid)?.start_time === leader.start_time;
  return !isAlive || isBelow(processes.fileLockLimit(leader.pid), ceiling);
}

/** Whether a limit is lower than another one; null is no limit. */
function isBelow(limit: bigint | null, ceiling: bigint | null): boolean {
  return limit !== null && (ceiling === null || limit < ceiling);
}
