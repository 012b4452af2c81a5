/**
 * How many tasks stand where, for the live view. Pure.
 *
 * @module
 */
import { type Plan, standingOf, stuckTasks } from "../../controller/schedule.ts";
import { idOf, statusOf } from "../../protocol/task.ts";
import type { BoardCounts } from "./board.ts";

/** Counts the elements of the queue; those under way are not counted. */
export function countQueue(plan: Plan): BoardCounts {
  const counts = {
    ready: 0,
    waiting: 0,
    blocked: 0,
    needsPerson: 0,
    failed: 0,
    completed: 0,
  };
  const stuck = new Set(stuckTasks(plan.queue));
  let wakeAt = Infinity;
  for (const raw of plan.queue.tasks) {
    const status = statusOf(raw);
    const id = idOf(raw);
    if (status === "running" || status === "gated") continue;
    if (status === "completed" || status === "failed") counts[status]++;
    else if (status === "escalated" || status === null || id === null) counts.needsPerson++;
    else if (stuck.has(id)) counts.blocked++;
    else {
      const standing = standingOf(plan, raw);
      if (standing.kind === "invalid") counts.needsPerson++;
      else if (standing.kind === "ready") counts.ready++;
      else counts.waiting++;
      if (standing.kind === "waiting" || standing.kind === "held") {
        wakeAt = Math.min(wakeAt, standing.until);
      }
    }
  }
  return { ...counts, wakeMs: wakeAt === Infinity ? null : Math.max(0, wakeAt - plan.now) };
}
