/**
 * Which rows of the process table belong to one attempt.
 *
 * @module
 */
import type { ProcessIdentity } from "../protocol/generated/types.ts";
import type { ProcessEntry } from "../sys/processes.ts";

/** What is known of an attempt's processes before the table is read. */
export interface FamilyClues {
  /** Rows of the family when the table was last read; those that ended meanwhile count too. */
  before: readonly ProcessEntry[];
  /** Rows of `table` that are certain to be of the family. */
  certain?: readonly ProcessEntry[];
  /** The process that asks; never of the family, nor for their own sake its session and group. */
  self: ProcessIdentity;
}

/**
 * The rows of `table` that belong to a family: those named by the clues, and, until
 * nothing is added any more, the children of members and the members of their sessions
 * and groups. The first process of an attempt leads a session of its own, a process
 * leaves it only by founding a new one, and none can enter it from outside: so whole
 * sessions and groups belong to the family.
 *
 * A session or group of a member that ended counts, unless its number has been given to
 * a new process, which happens only after its last process ended.
 */
export function familyIn(table: readonly ProcessEntry[], clues: FamilyClues): ProcessEntry[] {
  const rows = new Map(table.map((row) => [row.pid, row]));
  const own = rows.get(clues.self.pid);
  rows.delete(clues.self.pid);
  const family = new Map<number, ProcessEntry>();
  const kin = new Set<number>();
  const addKin = ({ group, session }: ProcessEntry) => {
    for (const id of [group, session]) {
      if (id > 1 && id !== own?.group && id !== own?.session) kin.add(id);
    }
  };
  const add = (row: ProcessEntry) => {
    family.set(row.pid, row);
    addKin(row);
  };
  const isKin = (id: number) => kin.has(id) && (family.has(id) || !rows.has(id));

  clues.before.forEach(addKin);
  for (const known of [...clues.before, ...clues.certain ?? []]) {
    const row = rows.get(known.pid);
    if (row?.start_time === known.start_time) add(row);
  }
  for (let size = -1; size < family.size;) {
    size = family.size;
    for (const row of rows.values()) {
      if (family.has(row.pid)) continue;
      if (family.has(row.parent) || isKin(row.group) || isKin(row.session)) add(row);
    }
  }
  return [...family.values()];
}
