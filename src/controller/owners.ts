/**
 * Who carries an attempt out.
 *
 * @module
 */
import type { ProcessIdentity, RunningAttempt, State } from "../protocol/generated/types.ts";
import type { World } from "../sys/world.ts";

/** Whether a process lives: the one that was meant, not another with its pid. */
export function isLive(
  { processes }: Pick<World, "processes">,
  { pid, start_time }: ProcessIdentity,
): boolean {
  return processes.identify(pid)?.start_time === start_time;
}

/** Whether an attempt is carried out by a live process other than the controller. */
export function hasLiveOwner(world: Pick<World, "processes">, attempt: RunningAttempt): boolean {
  return attempt.owner !== undefined && attempt.owner !== null && isLive(world, attempt.owner);
}

/** The attempt of a task that the ledger names, or null. */
export function attemptOf({ running }: Pick<State, "running">, id: string): RunningAttempt | null {
  return Object.hasOwn(running, id) ? running[id] ?? null : null;
}

/** Whether the ledger only keeps a task from being claimed while something is done for a person. */
export function isHold({ owner, accept }: RunningAttempt): boolean {
  return !!owner && !accept;
}

/** Whether the process that carries an attempt out, or did, lives. */
export function isCarriedOn(
  { controller }: Pick<State, "controller">,
  attempt: RunningAttempt,
  isLive: (owner: ProcessIdentity) => boolean,
): boolean {
  const owner = attempt.owner ?? controller;
  return owner !== null && isLive(owner);
}

/**
 * The attempt of a task that a process carries out, or did when it died, whatever the queue says of
 * the task: somebody may have put an older file in its place. Null without one, and for one that
 * came to its verdict.
 *
 * @param isLive Whether a process lives.
 */
export function openAttempt(
  state: Pick<State, "running" | "controller">,
  id: string,
  isLive: (owner: ProcessIdentity) => boolean,
): RunningAttempt | null {
  const attempt = attemptOf(state, id);
  if (attempt === null || attempt.verdict !== null || isHold(attempt)) return null;
  // A claim of a process that died may never have come true.
  return attempt.phase !== "claimed" || isCarriedOn(state, attempt, isLive) ? attempt : null;
}
