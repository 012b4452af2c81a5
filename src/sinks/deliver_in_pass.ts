/**
 * The tries of one event at one sink, within one pass.
 *
 * @module
 */
import type { ReadEvent } from "../protocol/events.ts";
import { withAnySignal } from "../sys/with_any_signal.ts";
import type { World } from "../sys/world.ts";
import type { Delivered, Sink } from "./sink.ts";

/** Longest pause before the first further try, in milliseconds; doubled for each one more. */
const firstPauseMs = 1000;
/** Longest pause before any try, unless the receiver asks for a longer one. */
const longestPauseMs = 60_000;

/** Where tries take their time from. */
export type PassWorld = Pick<World, "clock" | "uuid">;

/** Something that is tried, and how often and how long. */
export interface Trial {
  /** Further tries. */
  retryCount: number;
  /** For all tries. */
  timeoutMs: number;
  /** Ends the tries, soon after it aborts. */
  signal: AbortSignal;
  /** Tries once; ends with "retry" soon after `signal` aborts. */
  attempt(signal: AbortSignal): Promise<Delivered>;
}

/** Tries an event at a sink as `tryInPass` does. */
export function deliverInPass(
  world: PassWorld,
  sink: Sink,
  { event, signal, earlier }: { event: ReadEvent; signal: AbortSignal; earlier?: number },
): Promise<Delivered> {
  const { retryCount, timeoutMs } = sink;
  const attempt = (signal: AbortSignal) => sink.deliver(event, signal, earlier);
  return tryInPass(world, { retryCount, timeoutMs, signal, attempt });
}

/**
 * Tries until the receiver has it, refuses it or is gone, at most `retryCount` times more,
 * and never beyond `timeoutMs` in all. Between tries it waits as long as the receiver asks,
 * or by chance up to a limit that doubles. A wait that would end after the time is over is
 * left out: the outcome then says how long it is.
 */
export function tryInPass(world: PassWorld, trial: Trial): Promise<Delivered> {
  const deadline = world.clock.deadline(trial.timeoutMs);
  return withAnySignal([trial.signal, deadline], (signal) => tryUntil(world, trial, signal));
}

/** Tries as `tryInPass` says; no longer once `signal` aborts. */
async function tryUntil(
  { clock, uuid }: PassWorld,
  trial: Trial,
  signal: AbortSignal,
): Promise<Delivered> {
  const begun = clock.elapsed();
  for (let retry = 0;; retry++) {
    const outcome = await trial.attempt(signal);
    if (outcome.kind !== "retry" || retry >= trial.retryCount || signal.aborted) return outcome;
    const pause = outcome.afterMs ?? backOffMs(retry, chance(uuid()));
    if (clock.elapsed() - begun + pause >= trial.timeoutMs) return outcome;
    await clock.sleep(pause, signal);
    if (signal.aborted) return outcome;
  }
}

/**
 * Exponential back-off with full jitter: a pause between 0 and a limit that doubles.
 *
 * @param retry Tries before this pause, less one.
 * @param chance Between 0 and 1.
 */
export function backOffMs(retry: number, chance: number): number {
  return Math.floor(chance * Math.min(firstPauseMs * 2 ** retry, longestPauseMs));
}

/** A number from 0 to 1, made of the random digits of a UUID. */
export function chance(uuid: string): number {
  return Number.parseInt(uuid.slice(0, 8), 16) / 2 ** 32;
}
