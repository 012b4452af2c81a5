/**
 * Times as people type them.
 *
 * @module
 */
import { usageError } from "./parse_arguments.ts";

const unitMs: Record<string, number> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * A time given as a duration before now (`90s`, `30m`, `24h`, `7d`, `2w`) or in RFC
 * 3339.
 *
 * @returns Milliseconds since the epoch. Throws `MacpError` of kind usage.
 */
export function parseSince(text: string, now: number): number {
  const duration = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(text);
  if (duration) return now - Number(duration[1]) * (unitMs[duration[2] ?? ""] ?? 0);
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(time)) return time;
  throw usageError(`Cannot use --since as it is neither a duration nor a time: ${text}`, [
    "Give 30m, 24h, 7d or a time as 2026-11-21T08:00:00Z",
  ]);
}
