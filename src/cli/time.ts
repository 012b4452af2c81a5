/**
 * Times as people type them.
 *
 * @module
 */
import { parseDuration } from "./duration.ts";
import { usageError } from "./parse_arguments.ts";

/**
 * A time given as a duration before now (`90s`, `30m`, `24h`, `7d`, `2w`) or in RFC
 * 3339.
 *
 * @returns Milliseconds since the epoch. Throws `MacpError` of kind usage.
 */
export function parseSince(text: string, now: number): number {
  const duration = parseDuration(text);
  if (duration !== null) return now - duration;
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(time)) return time;
  throw usageError(`Cannot use --since as it is neither a duration nor a time: ${text}`, [
    "Give 30m, 24h, 7d or a time as 2026-11-21T08:00:00Z",
  ]);
}
