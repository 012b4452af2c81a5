/**
 * Reads when a usage limit is over, from the many forms in which runtimes say it.
 *
 * @module
 */
import {
  instantsOf,
  isZoneAbbreviation,
  type LocalTime,
  localTimeAt,
  type Zone,
  zoneOf,
} from "./time_zones.ts";

/** What a text of a time is read against. */
export interface TimeContext {
  /** Milliseconds since the epoch. */
  now: number;
  /** Zone of times that name none. */
  zone: Zone;
}

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A reset further away is not believed: the longest period of a limit is a month. */
export const MAX_RESET_MS = 35 * dayMs;
/** A time of day that was just now is that one, not tomorrow's. */
const JUST_PASSED_MS = 10 * minuteMs;

/** Words behind which the time stands. */
const introduction =
  /(?:\bresets?(?:_at|_in_seconds)?|\btry(?:ing)? again|\bretry(?:ing)?|\b(?:available|back) again|\brenews?|\brefresh(?:es)?|\buntil|\bwait)\b["']?/gi;
const between =
  /^(?:[\s:=]+|\|)?(?:(?:at|on|by|in|after|for|about|approximately|around)\b[\s:=]*|~)*/i;

/**
 * The time that a text states behind words such as "resets" and "try again at", in
 * milliseconds since the epoch; null when it states none that can be.
 */
export function findResetTime(text: string, context: TimeContext): number | null {
  for (const found of text.matchAll(introduction)) {
    const rest = text.slice(found.index + found[0].length);
    const unit = found[0].includes("_in_") || /^retry[- ]?after\b/i.test(found[0] + rest);
    const time = readResetTime(rest.replace(/^[- ]?after\b/i, ""), context, unit);
    if (time !== null) return time;
  }
  return null;
}

/**
 * The time that a text begins with, in milliseconds since the epoch; null when there is
 * none, when it is over, or when it is further away than `MAX_RESET_MS`.
 *
 * @param seconds Whether a number alone is one of seconds from now on.
 */
export function readResetTime(
  text: string,
  context: TimeContext,
  seconds = false,
): number | null {
  const rest = text.replace(between, "").slice(0, 200);
  const time = readEpoch(rest) ?? readIso(rest, context) ?? readDuration(rest, context) ??
    (seconds ? readSeconds(rest, context) : null) ?? readCalendar(rest, context);
  const { now } = context;
  return time !== null && time > now && time <= now + MAX_RESET_MS ? time : null;
}

function readEpoch(text: string): number | null {
  const digits = /^(\d{10}|\d{13})(?![\w.:-])/.exec(text)?.[1];
  if (digits === undefined) return null;
  return Number(digits) * (digits.length === 10 ? secondMs : 1);
}

function readSeconds(text: string, { now }: TimeContext): number | null {
  const digits = /^(\d{1,8}(?:\.\d{1,6})?)(?![\w:/-])/.exec(text)?.[1];
  return digits === undefined ? null : now + Math.ceil(Number(digits) * secondMs);
}

function readIso(text: string, context: TimeContext): number | null {
  const found =
    /^["']?(\d{4})-(\d\d)-(\d\d)(?:[T ]|,? at )(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?/i
      .exec(text);
  if (!found) return null;
  const [all, year, month, day, hour, minute, second, offset] = found;
  const zone = offset === undefined ? readZone(text.slice(all.length), context) : zoneOf(offset);
  if (zone === null) return null;
  const time = {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second ?? 0),
  };
  return firstAfter(instantsOf(time, zone), context.now);
}

const units: readonly (readonly [RegExp, number])[] = [
  [/^(?:ms|msecs?|milliseconds?)$/i, 1],
  [/^(?:s|secs?|seconds?)$/i, secondMs],
  [/^(?:m|mins?|minutes?)$/i, minuteMs],
  [/^(?:h|hrs?|hours?)$/i, hourMs],
  [/^(?:d|days?)$/i, dayMs],
  [/^(?:w|wks?|weeks?)$/i, 7 * dayMs],
];

/** Amounts with units in a row, as "3 days 4 hours", "2h15m", "1.2s", "less than a minute". */
function readDuration(text: string, { now }: TimeContext): number | null {
  if (/^less than a minute\b/i.test(text)) return now + minuteMs;
  const amount = /(\d{1,6}(?:\.\d{1,6})?|\ban?\b)\s*([a-z]+?)(?=$|[^a-z])(?:,?\s+(?:and\s+)?)?/giy;
  let total = 0;
  for (let found = amount.exec(text); found; found = amount.exec(text)) {
    const unit = units.find(([words]) => words.test(found?.[2] ?? ""))?.[1];
    if (unit === undefined) break;
    const count = /^a/i.test(found[1] ?? "") ? 1 : Number(found[1]);
    total += count * unit;
  }
  return total > 0 ? now + Math.ceil(total) : null;
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const monthWord = `(?<month>${months.join("|")})[a-z]{0,6}\\.?`;
const dayNumber = "(?<day>\\d{1,2})(?:st|nd|rd|th)?";
const year = "(?:,?\\s+(?<year>\\d{4}))?(?!\\d|:)";
const gap = "(?:\\s*,)?(?:\\s+at\\b)?\\s*";

const monthFirst = new RegExp(`^${monthWord}\\s+${dayNumber}${year}${gap}`, "i");
const dayFirst = new RegExp(`^${dayNumber}\\s+(?:of\\s+)?${monthWord}${year}${gap}`, "i");
const weekday = new RegExp(`^(?<weekday>${weekdays.join("|")})(?:[a-z]{0,6})\\.?${gap}`, "i");
const relative = new RegExp(`^(?<relative>today|tomorrow)\\b${gap}`, "i");
const halfDay =
  /^(?<hour>\d{1,2})(?:[:.](?<minute>\d\d))?(?::(?<second>\d\d))?\s*(?<half>[ap])\.?m\b\.?/i;
const wholeDay = /^(?<hour>\d{1,2}):(?<minute>\d\d)(?::(?<second>\d\d))?(?!\d)/;
const named = /^(?<name>noon|midnight)\b/i;

/** A day, as far as a text names one. */
interface Day {
  weekday?: number;
  month?: number;
  day?: number;
  year?: number;
  /** Days from today on. */
  from?: number;
}

/** A time of day, a date, or both, in the zone that is named behind them. */
function readCalendar(text: string, context: TimeContext): number | null {
  const { day, rest } = readDay(text);
  const clock = readClock(rest);
  const hasDate = day.month !== undefined;
  if (clock === null && !hasDate) return null;
  const zone = readZone(clock?.rest ?? rest, context);
  if (zone === null) return null;
  const time = clock ?? { hour: 0, minute: 0, second: 0 };
  const today = localTimeAt(context.now, zone);
  const at = (date: Pick<LocalTime, "year" | "month" | "day">) =>
    instantsOf({ ...date, hour: time.hour, minute: time.minute, second: time.second }, zone);
  if (day.month !== undefined && day.day !== undefined) {
    const { month, day: number } = day;
    const years = day.year === undefined ? [today.year, today.year + 1] : [day.year];
    return firstAfter(years.flatMap((year) => at({ year, month, day: number })), context.now);
  }
  const days = daysFrom(today).filter((date, n) =>
    (day.from === undefined || n === day.from + 1) &&
    (day.weekday === undefined || weekdayOf(date) === day.weekday)
  );
  const instants = days.flatMap(at);
  const passed = context.now - JUST_PASSED_MS;
  const justPassed = instants.some((instant) => instant > passed && instant <= context.now);
  return justPassed ? null : firstAfter(instants, context.now);
}

/** Yesterday, today and the eight days behind it. */
function daysFrom({ year, month, day }: LocalTime): Pick<LocalTime, "year" | "month" | "day">[] {
  return Array.from({ length: 10 }, (_, n) => {
    const date = new Date(Date.UTC(year, month - 1, day + n - 1));
    return {
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
    };
  });
}

function weekdayOf({ year, month, day }: Pick<LocalTime, "year" | "month" | "day">): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay();
}

function readDay(text: string): { day: Day; rest: string } {
  const day: Day = {};
  let rest = text;
  const read = (pattern: RegExp): Record<string, string | undefined> | undefined => {
    const found = pattern.exec(rest);
    if (!found) return undefined;
    rest = rest.slice(found[0].length);
    return found.groups;
  };
  const name = read(weekday)?.weekday;
  if (name !== undefined) day.weekday = weekdays.indexOf(name.toLowerCase());
  const date = read(monthFirst) ?? read(dayFirst);
  if (date) {
    day.month = months.indexOf(date.month?.toLowerCase() ?? "") + 1;
    day.day = Number(date.day);
    if (date.year !== undefined) day.year = Number(date.year);
  } else {
    const word = read(relative)?.relative?.toLowerCase();
    if (word !== undefined) day.from = word === "today" ? 0 : 1;
  }
  return { day, rest };
}

/** A time of day, and the text behind it. */
interface Clock {
  hour: number;
  minute: number;
  second: number;
  rest: string;
}

function readClock(text: string): Clock | null {
  const found = halfDay.exec(text) ?? wholeDay.exec(text) ?? named.exec(text);
  if (!found?.groups) return null;
  const { hour, minute, second, half, name } = found.groups;
  const rest = text.slice(found[0].length);
  if (name !== undefined) {
    return { hour: name.toLowerCase() === "noon" ? 12 : 0, minute: 0, second: 0, rest };
  }
  const shown = Number(hour);
  if (half !== undefined && (shown < 1 || shown > 12)) return null;
  const start = half === undefined ? shown : shown % 12 + (half.toLowerCase() === "p" ? 12 : 0);
  return { hour: start, minute: Number(minute ?? 0), second: Number(second ?? 0), rest };
}

/** The zone that a text begins with, else the one of the context; null for an unknown one. */
function readZone(text: string, { zone }: TimeContext): Zone | null {
  const enclosed = /^\s*[(\[]([^)\]]{1,60})[)\]]/.exec(text)?.[1]?.trim();
  if (enclosed !== undefined && /^(?:[A-Z]{1,5}|.*\/.*|(?:UTC|GMT)\b.*|[+-]\d.*)$/.test(enclosed)) {
    return zoneOf(enclosed);
  }
  const bare =
    /^\s*((?:UTC|GMT)\s?[+-]\d{1,2}(?::?\d\d)?|[A-Z][A-Za-z_]+\/[A-Za-z0-9_+\/-]*[A-Za-z0-9_]|[A-Z]{2,5}|[+-]\d\d:?\d\d)\b/
      .exec(text)?.[1];
  if (bare === undefined) return zone;
  if (/^[A-Z]+$/.test(bare) && !isZoneAbbreviation(bare)) return zone;
  return zoneOf(bare);
}

function firstAfter(instants: readonly number[], now: number): number | null {
  return instants.toSorted((a, b) => a - b).find((instant) => instant > now) ?? null;
}
