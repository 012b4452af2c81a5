/**
 * What follows from a usage limit.
 *
 * @module
 */
import type { VerdictHold } from "../protocol/generated/types.ts";
import type { Failure } from "../protocol/outcomes.ts";
import { oneLine } from "../protocol/text.ts";
import type { UsageLimit } from "../runtimes/usage_limit.ts";

/** Milliseconds after the stated time until the runtime is used again. */
const marginMs = 30_000;
/** Shortest hold: a time that has passed already must not make a busy loop. */
const leastMs = 30_000;
/** Hold when no time is stated. */
const unknownMs = 15 * 60_000;

/** The failure of an attempt that met a usage limit, and the hold of its runtime. */
export function holdFor(
  runtime: string,
  limit: UsageLimit,
  now: number,
): { failure: Failure; hold: VerdictHold } {
  const until = limit.until === null
    ? now + unknownMs
    : Math.max(limit.until + marginMs, now + leastMs);
  const reason = oneLine(limit.reason);
  return {
    failure: { outcome: "rate_limited", error: `Usage limit of ${runtime}: ${reason}` },
    hold: { runtime, until: new Date(until).toISOString(), reason },
  };
}
