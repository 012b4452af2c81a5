/**
 * Recognises that a runtime's usage limit was reached, by the runtime's own words.
 *
 * @module
 */

/** A usage limit. */
export interface UsageLimit {
  /** When it is over, in milliseconds since the epoch; null when no time is stated. */
  until: number | null;
  /** The words that say so. */
  reason: string;
}

/** What is needed to understand the words. */
export interface LimitContext {
  /** `limits` of the runtime. */
  patterns: readonly RegExp[];
  /** Milliseconds since the epoch. */
  now: number;
  /** Time zone of times that name none: an IANA name. */
  localTimeZone: string;
}

/** The usage limit that a text speaks of, or null. */
export function findUsageLimit(text: string, about: LimitContext): UsageLimit | null {
  const line = text.split("\n").find((line) => about.patterns.some((one) => one.test(line)));
  return line === undefined ? null : { until: null, reason: line };
}
