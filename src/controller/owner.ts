/**
 * Attempts that a process beside the controller carries out.
 *
 * @module
 */
import type { RunningAttempt } from "../protocol/generated/types.ts";
import type { World } from "../sys/world.ts";

/** Whether an attempt belongs to a process of its own that lives, by pid and start time. */
export function ownerLives(
  { processes }: Pick<World, "processes">,
  { owner }: Pick<RunningAttempt, "owner">,
): boolean {
  return !!owner && processes.identify(owner.pid)?.start_time === owner.start_time;
}
