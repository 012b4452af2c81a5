/**
 * The tasks that status shows, by what they wait for. Pure.
 *
 * @module
 */
import { type Plan, standingOf } from "../../controller/schedule.ts";
import { dependenciesOf, idOf, type RawTask, statusOf } from "../../protocol/task.ts";

/** Most tasks that are shown of each group, unless all fit. */
export const mostShown = { running: 64, person: 10, waiting: 20, ready: 15, ended: 10 } as const;
/** A queue up to this length is shown whole. */
const shortQueue = 60;
/** Most pending tasks that are looked at. */
const mostLooked = 500;

/** Names of the groups, in the order in which they are shown. */
export type GroupName = keyof typeof mostShown;

/** A task of a group, with its place in the queue, from 0. */
export interface Member {
  raw: RawTask;
  index: number;
}

/** Tasks of one group. */
export interface Group {
  /** The first ones of them; of those that ended, the last ones. */
  shown: Member[];
  /** How many more there are. */
  more: number;
}

/** Groups by name, and how many pending tasks nobody looked at, as they are too many. */
export type Groups = Record<GroupName, Group> & { unlooked: number };

/**
 * Sorts tasks into groups. Of a long queue, the first pending tasks are looked at.
 *
 * @param underWay Ids of those whose attempt has not come to its end, whatever the queue says.
 */
export function groupTasks(
  plan: Plan,
  tasks: readonly RawTask[],
  underWay: ReadonlySet<string> = new Set(),
): Groups {
  const empty = (): Group => ({ shown: [], more: 0 });
  const groups: Groups = {
    running: empty(),
    person: empty(),
    waiting: empty(),
    ready: empty(),
    ended: empty(),
    unlooked: 0,
  };
  const isShort = tasks.length <= shortQueue;
  const needed = neededIds(plan);
  let looked = 0;
  tasks.forEach((raw, index) => {
    const runs = underWay.has(idOf(raw) ?? "");
    const isPending = !runs && statusOf(raw) === "pending";
    if (isPending && ++looked > mostLooked) return void groups.unlooked++;
    const name = runs ? "running" : isPending ? pendingGroup(plan, raw) : groupOf(raw, needed);
    const group = groups[name];
    group.shown.push({ raw, index });
    if (isShort || group.shown.length <= mostShown[name]) return;
    group.more++;
    // Of those that ended the newest matter, otherwise those that come first.
    if (name === "ended") group.shown.shift();
    else group.shown.pop();
  });
  return groups;
}

/** Ids that pending tasks wait for. */
function neededIds({ queue }: Plan): ReadonlySet<string> {
  const needed = new Set<string>();
  for (const raw of queue.tasks) {
    if (statusOf(raw) === "pending") { for (const id of dependenciesOf(raw)) needed.add(id); }
  }
  return needed;
}

function groupOf(raw: RawTask, needed: ReadonlySet<string>): GroupName {
  const status = statusOf(raw);
  const id = idOf(raw);
  if (status === "running" || status === "gated") return "running";
  if (status === null || id === null || status === "escalated") return "person";
  return status === "failed" && needed.has(id) ? "person" : "ended";
}

function pendingGroup(plan: Plan, raw: RawTask): GroupName {
  if (idOf(raw) === null) return "person";
  const { kind } = standingOf(plan, raw);
  if (kind === "invalid") return "person";
  return kind === "ready" ? "ready" : "waiting";
}
