/**
 * Hours in which people are left alone.
 *
 * @module
 */
import { MacpError } from "../protocol/errors.ts";
import {
  instantsOf,
  type LocalTime,
  localTimeAt,
  type Zone,
  zoneOfSetting,
} from "../runtimes/time_zones.ts";

/** Quiet hours, every day, by the clocks of a time zone. */
export interface QuietHours {
  /** Minutes after midnight at which they begin. */
  from: number;
  /** Minutes after midnight at which they end; less than `from` when that is the next day. */
  to: number;
  zone: Zone;
}

/** Quiet hours as the configuration states them. */
export interface QuietSettings {
  /** For example `22:00`. */
  from: string;
  /** For example `07:00`. */
  to: string;
  /** For example `Europe/Berlin` or `UTC`; that of the machine when null or left out. */
  time_zone?: string | null;
}

/**
 * Reads quiet hours. Throws `MacpError` of kind usage for what is no time of day, for times
 * that are the same, and for an unknown time zone.
 *
 * @param localTimeZone Time zone of the machine, as `localZone` tells it.
 */
export function readQuietHours(settings: QuietSettings, localTimeZone: Zone): QuietHours {
  const [from, to] = [minutesOf(settings.from), minutesOf(settings.to)];
  if (from === to) {
    throw wrong("they end when they begin", `${settings.from} to ${settings.to}`);
  }
  const named = settings.time_zone ?? null;
  const zone = named === null ? localTimeZone : zoneOfSetting(named);
  if (zone === null) throw wrong("the time zone is unknown", String(named));
  return { from, to, zone };
}

function minutesOf(text: string): number {
  const [, hour, minute] = /^(\d{1,2}):([0-5]\d)$/.exec(text.trim()) ?? [];
  const minutes = Number(hour) * 60 + Number(minute);
  if (!(minutes <= 24 * 60)) throw wrong("that is no time of day", text);
  return minutes % (24 * 60);
}

function wrong(why: string, value: string): MacpError {
  return new MacpError("usage", `Cannot keep quiet hours as ${why}: ${value}`, {
    code: "quiet_hours",
    hints: ["Give times as 22:00 and 07:00, and a time zone as Europe/Berlin or UTC"],
  });
}

/**
 * When the quiet hours that hold at `now` end, or null outside of them.
 *
 * @param now Milliseconds since the epoch, as the outcome.
 */
export function quietUntil(now: number, quiet: QuietHours): number | null {
  if (!isQuiet(now, quiet)) return null;
  // Of two ends in a day, where clocks are put back over it, each may be the next one.
  const end = [0, 1].flatMap((days) => endsOn(now, days, quiet)).find((end) => end > now);
  // Clocks that are put forward over the end make it earlier than that.
  return end === undefined ? null : firstLoud(now, end, quiet);
}

/** When quiet hours end on the day of `now`, or some days later. */
function endsOn(now: number, days: number, { to, zone }: QuietHours): number[] {
  const local = localTimeAt(now, zone);
  const day = new Date(Date.UTC(local.year, local.month - 1, local.day + days));
  return instantsOf({
    year: day.getUTCFullYear(),
    month: day.getUTCMonth() + 1,
    day: day.getUTCDate(),
    hour: Math.floor(to / 60),
    minute: to % 60,
    second: 0,
  }, zone);
}

/** The first instant without quiet, to the second, between a quiet and a loud one. */
function firstLoud(quietAt: number, loudAt: number, quiet: QuietHours): number {
  if (isQuiet(loudAt - 1000, quiet)) return loudAt;
  let [before, after] = [Math.floor(quietAt / 1000), Math.ceil(loudAt / 1000)];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (isQuiet(middle * 1000, quiet)) before = middle;
    else after = middle;
  }
  return after * 1000;
}

function isQuiet(now: number, { from, to, zone }: QuietHours): boolean {
  const minute = minuteOf(localTimeAt(now, zone));
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}

function minuteOf({ hour, minute }: LocalTime): number {
  return hour * 60 + minute;
}
