/**
 * How many tasks stand where, for the live view. Pure.
 *
 * @module
 */
import { type Plan, standingOf } from "../../controller/schedule.ts";
import { findWaiting } from "../../people/inbox.ts";
import { statusOf } from "../../protocol/task.ts";
import type { BoardCounts } from "./board.ts";

/**
 * Counts the elements of the queue; those under way are not counted. Who needs a person is
 * who stands in the inbox, but for those that only wait for another.
 */
export function countQueue(plan: Plan): BoardCounts {
  const counts = {
    ready: 0,
    waiting: 0,
    blocked: 0,
    needsPerson: 0,
    failed: 0,
    completed: 0,
  };
  const kinds = new Map(findWaiting(plan).map(({ index, kind }) => [index, kind]));
  let wakeAt = Infinity;
  plan.queue.tasks.forEach((raw, index) => {
    const status = statusOf(raw);
    const kind = kinds.get(index);
    if (kind !== undefined) return void counts[kind === "blocked" ? "blocked" : "needsPerson"]++;
    if (status === "completed" || status === "failed") return void counts[status]++;
    if (status !== "pending") return;
    const standing = standingOf(plan, raw);
    counts[standing.kind === "ready" ? "ready" : "waiting"]++;
    if (standing.kind === "waiting" || standing.kind === "held") {
      wakeAt = Math.min(wakeAt, standing.until);
    }
  });
  return { ...counts, wakeMs: wakeAt === Infinity ? null : Math.max(0, wakeAt - plan.now) };
}
