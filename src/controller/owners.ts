/**
 * Who carries an attempt out.
 *
 * @module
 */
import type { ProcessIdentity, RunningAttempt } from "../protocol/generated/types.ts";
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
