/**
 * Moments as people read them.
 *
 * @module
 */
import { formatDuration } from "./duration.ts";

/**
 * `2026-11-21T08:00:00Z (2m 04s ago)`, or `(in 4m 10s)` of what is to come. What is no time
 * stays as it is.
 *
 * @param now Milliseconds since the epoch.
 */
export function tellTime(time: string, now: number): string {
  const at = Date.parse(time);
  if (Number.isNaN(at)) return time;
  const short = `${new Date(at).toISOString().slice(0, 19)}Z`;
  return at > now
    ? `${short} (in ${formatDuration(at - now)})`
    : `${short} (${formatDuration(now - at)} ago)`;
}
