/**
 * The tries of one event at one sink, within one pass.
 *
 * @module
 */
import type { ReadEvent } from "../protocol/events.ts";
import type { World } from "../sys/world.ts";
import type { Delivered, Sink } from "./sink.ts";

/** Longest pause before the first further try, in milliseconds; doubled for each one more. */
const firstPauseMs = 1000;
/** Longest pause before any try, unless the receiver asks for a longer one. */
const longestPauseMs = 60_000;

/** Where tries take their time from. */
export type PassWorld = Pick<World, "clock" | "uuid">;

/**
 * Tries until the receiver has the event, refuses it or is gone, at most
 * `sink.retryCount` times more, and never beyond `sink.timeoutMs` in all. Between tries it
 * waits as long as the receiver asks, or by chance up to a limit that doubles. A wait that
 * would end after the time is over is left out: the outcome then says how long it is.
 *
 * Never rejects. Ends with "retry" soon after `signal` aborts.
 */
export async function deliverInPass(
  world: PassWorld,
  sink: Sink,
  about: { event: ReadEvent; signal: AbortSignal },
): Promise<Delivered> {
  const { clock } = world;
  const begun = clock.elapsed();
  const signal = AbortSignal.any([about.signal, clock.deadline(sink.timeoutMs)]);
  for (let retry = 0;; retry++) {
    const outcome = await sink.deliver(about.event, signal);
    if (outcome.kind !== "retry" || retry >= sink.retryCount || signal.aborted) return outcome;
    const pause = outcome.afterMs ?? backOffMs(retry, chance(world.uuid()));
    if (clock.elapsed() - begun + pause >= sink.timeoutMs) return outcome;
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
