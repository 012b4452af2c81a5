/**
 * How long a sink is left alone after a pass in which it did not take an event. Pure.
 *
 * @module
 */

/** Pause after the first pass, in milliseconds; doubled after each further one. */
const firstPauseMs = 5_000;
/** Longest pause. */
const longestPauseMs = 15 * 60_000;

/** Time after which an event that was not delivered becomes a dead letter, in milliseconds. */
export const dayMs = 86_400_000;

/**
 * Pause before the next pass: between half of a limit and the limit, which doubles.
 *
 * @param tries Passes in which it was tried, at least 1.
 * @param chance Between 0 and 1.
 */
export function pauseMs(tries: number, chance: number): number {
  const most = Math.min(firstPauseMs * 2 ** (tries - 1), longestPauseMs);
  return Math.ceil(most * (0.5 + chance / 2));
}

/** The pause that a receiver asks for: a day at most. */
export function askedPauseMs(afterMs: number): number {
  return Math.min(afterMs, dayMs);
}
