/**
 * What a controller waits for that has nothing to do. Pure.
 *
 * @module
 */
import { idOf, statusOf } from "../protocol/task.ts";
import { oneLine } from "../protocol/text.ts";
import { activeHolds } from "./holds.ts";
import { type Plan, standingOf } from "./schedule.ts";

/** Milliseconds that a back-off lasts at least to be told of. */
const longBackOffMs = 5000;

/**
 * A line for each hold behind which a pending task waits, and one for the next attempt of
 * those in back-off when that is more than 5 s away. The same wait gives the same lines.
 */
export function describeWait(plan: Plan): string[] {
  const held = new Set<string>();
  let next: { id: string; until: number } | null = null;
  for (const raw of plan.queue.tasks) {
    const id = idOf(raw);
    if (id === null || statusOf(raw) !== "pending") continue;
    const standing = standingOf(plan, raw);
    if (standing.kind === "held") held.add(standing.runtime);
    if (standing.kind === "waiting" && standing.until < (next?.until ?? Infinity)) {
      next = { id, until: standing.until };
    }
  }
  const lines = activeHolds(plan.holds, plan.now)
    .filter(({ runtime }) => held.has(runtime))
    .map(({ runtime, until, reason }) =>
      `waiting: runtime ${runtime} is held until ${timeOf(until)}: ${oneLine(reason, 200)}`
    );
  return next === null || next.until - plan.now <= longBackOffMs
    ? lines
    : [...lines, `waiting: next attempt of ${next.id} at ${timeOf(next.until)}`];
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
