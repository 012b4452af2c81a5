/**
 * Keeping a task that has ended from being claimed while something is done to its worktree.
 *
 * @module
 */
import type { RunningAttempt } from "../protocol/generated/types.ts";
import { isRecord } from "../protocol/events.ts";
import { isTerminal } from "../protocol/outcomes.ts";
import { statusOf } from "../protocol/task.ts";
import type { View } from "../store/store.ts";
import type { ControllerContext } from "./context.ts";
import { hasLiveOwner } from "./owners.ts";

/** What is held. */
export interface HeldTask {
  id: string;
  worktree: string;
  branch: string;
}

/**
 * Why nothing may be done to a task's worktree now, or null. What a process that died held
 * is free; an attempt that a controller lost is for the next run to recover.
 */
export function whyBusy(
  world: ControllerContext["world"],
  { queue, state }: View,
  id: string,
): string | null {
  const raw = queue.find(id);
  const status = statusOf(raw);
  if (status === "running" || status === "gated") return `it is ${status}`;
  const attempt = Object.hasOwn(state.running, id) ? state.running[id] : undefined;
  if (attempt === undefined) return null;
  if (hasLiveOwner(world, attempt)) return `process ${attempt.owner?.pid} works on it`;
  const abandoned = attempt.owner && attempt.verdict === null &&
    (raw === undefined || (status !== null && isTerminal(status)));
  return abandoned ? null : "an attempt of it has not come to its end";
}

/** Serial of the task's last attempt, from 1. */
export function lastSerial({ queue }: Pick<View, "queue">, id: string): number {
  const raw = queue.find(id);
  const serial = isRecord(raw) && typeof raw.last_attempt === "number" ? raw.last_attempt : 1;
  return Math.max(1, serial);
}

/**
 * Does something while no controller can claim the task. When this process is killed, the
 * next run or the next call finds the task free again.
 *
 * @param check Called under the lock; may change the ledger; throws when it must not be.
 */
export async function holdTask<T>(
  { store, world }: ControllerContext,
  held: HeldTask,
  check: (view: View) => void,
  work: () => Promise<T>,
): Promise<T> {
  const attemptId = world.uuid();
  await store.change((view) => {
    check(view);
    view.state.running[held.id] = attemptOf(held, {
      attemptId,
      serial: lastSerial(view, held.id),
      owner: world.processes.self(),
      now: world.clock.now(),
    });
    return { change: { state: view.state }, result: null };
  });
  try {
    return await work();
  } finally {
    await store.change(({ state }) => {
      if (state.running[held.id]?.attempt_id === attemptId) delete state.running[held.id];
      return { change: { state }, result: null };
    });
  }
}

function attemptOf(
  { worktree, branch }: HeldTask,
  { attemptId, serial, owner, now }: {
    attemptId: string;
    serial: number;
    owner: RunningAttempt["owner"];
    now: number;
  },
): RunningAttempt {
  return {
    attempt_id: attemptId,
    serial,
    attempts_before: 0,
    phase: "preparing",
    started_at: new Date(now).toISOString(),
    legacy: false,
    worktree,
    branch,
    base_commit: null,
    worker: null,
    verdict: null,
    owner: owner ?? null,
  };
}
