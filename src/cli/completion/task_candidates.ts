/**
 * Ids of the queue as candidates.
 *
 * @module
 */
import type { RawTask, Status } from "../../protocol/task.ts";
import { idOf, statusOf, titleOf } from "../../protocol/task.ts";
import { oneLine } from "../../protocol/text.ts";

/** A word that may be typed, and what it is. */
export interface Candidate {
  word: string;
  about: string;
}

/** Most ids that a shell is given. */
export const mostTasks = 500;
/** Most characters of a title. */
const longestTitle = 60;

/**
 * Tasks whose ids begin with `typed`, the newest of them when there are many, in the
 * order of the file. Ids that cannot be typed in a line are left out.
 */
export function taskCandidates(
  tasks: readonly RawTask[],
  { typed, statuses }: { typed: string; statuses: readonly Status[] | undefined },
): Candidate[] {
  const fitting = tasks.filter((task) => {
    const id = idOf(task);
    const status = statusOf(task);
    return id !== null && id.startsWith(typed) && id === oneLine(id) &&
      (statuses === undefined || (status !== null && statuses.includes(status)));
  });
  return representative(fitting).map((task) => ({
    word: idOf(task) ?? "",
    about: [statusOf(task) ?? "invalid", oneLine(titleOf(task), longestTitle)].join("  ").trim(),
  }));
}

/**
 * The newest tasks. Shells type what all candidates begin with: so one more is among them
 * where those that are left out begin otherwise.
 */
function representative(tasks: readonly RawTask[]): readonly RawTask[] {
  if (tasks.length <= mostTasks) return tasks;
  const kept = tasks.slice(-mostTasks);
  const common = commonStart(kept.map((task) => idOf(task) ?? ""));
  const other = tasks.find((task) => !idOf(task)?.startsWith(common));
  return other === undefined ? kept : [other, ...kept];
}

/** What all texts begin with. */
function commonStart([first = "", ...others]: readonly string[]): string {
  let length = first.length;
  for (const other of others) {
    while (!other.startsWith(first.slice(0, length))) length--;
  }
  return first.slice(0, length);
}
