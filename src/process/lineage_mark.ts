/**
 * A mark that an attempt's processes inherit and do not lose by clearing their
 * environment, founding a session or outliving their parents: their hard limit on file
 * locks (`RLIMIT_LOCKS`). Linux enforces this limit no longer (since 2.4.25), but hands
 * it on at each fork and exec and shows it to everyone in `/proc/<pid>/limits`, also of
 * programs that hide their environment, as ssh-agent does. An unprivileged process can
 * only lower it.
 *
 * A mark has 62 bits: 31 for the attempt (the first of them 1) and 31 for an attempt
 * inside it, as when a worker calls this program; all ones mean no inner one. So the
 * outer one finds what the inner one started too.
 *
 * @module
 */

const bits = 31n;
const inner = (1n << bits) - 1n;

/**
 * Hard limit on file locks by which an attempt's processes are known; null when there
 * can be none, as the id is no UUID or this process itself is limited too far.
 *
 * @param ceiling Hard limit of this process; null when it is not limited.
 */
export function lineageMark(attemptId: string, ceiling: bigint | null): bigint | null {
  const parts = partsOf(attemptId);
  if (parts === null) return null;
  if (ceiling === null) return parts.outermost << bits | inner;
  return isMark(ceiling) && (ceiling & inner) === inner ? ceiling - inner + parts.nested : null;
}

/** Whether a process with this hard limit descends from the attempt's first process. */
export function hasLineage(attemptId: string, limit: bigint | null): boolean {
  const parts = partsOf(attemptId);
  if (parts === null || limit === null || !isMark(limit)) return false;
  return limit >> bits === parts.outermost || (limit & inner) === parts.nested;
}

/** Two numbers out of the random digits of a UUID; neither can be all ones and small. */
function partsOf(attemptId: string): { outermost: bigint; nested: bigint } | null {
  const digits = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){2}-([0-9a-f]{4})-([0-9a-f]{12})$/i.exec(attemptId);
  if (digits === null) return null;
  const random = BigInt(`0x${digits[1]}${digits[2]}`);
  const half = 1n << bits - 1n;
  return { outermost: half | (random >> bits - 1n) % half, nested: random % half };
}

/** Whether a hard limit is the mark of some attempt. */
export function isMark(limit: bigint): boolean {
  return limit >> (2n * bits - 1n) === 1n;
}
