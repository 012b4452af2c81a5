/**
 * How a command gets the mark of `lineage_mark.ts`, and what can be in the way of that.
 *
 * @module
 */
import type { World } from "../sys/world.ts";
import { lineageMark } from "./lineage_mark.ts";

/** The attempt id of nobody, to try with. */
const anyAttempt = "00000000-0000-4000-8000-000000000000";

/**
 * A line for a shell that sets the mark, which all descendants inherit; empty when there
 * can be none. Shells differ in the option's name; where there is none, the command runs
 * without it.
 */
export function markScript({ processes }: World, attemptId = anyAttempt): string {
  const mark = lineageMark(attemptId, processes.fileLockLimit(processes.self().pid));
  return mark === null ? "" : `ulimit -w ${mark} 2>/dev/null || ulimit -x ${mark} 2>/dev/null; `;
}

/** Why processes get no mark; null when nothing that this process knows speaks against it. */
export function markObstacle({ processes }: World): string | null {
  if (!processes.tellsFileLockLimits) return "this system tells no limits of processes";
  const ceiling = processes.fileLockLimit(processes.self().pid);
  return lineageMark(anyAttempt, ceiling) !== null
    ? null
    : `macp itself runs with a limit on file locks (RLIMIT_LOCKS) of ${ceiling}`;
}
