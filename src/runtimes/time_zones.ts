/**
 * Local times of time zones as instants.
 *
 * @module
 */

/** An IANA name, or minutes east of Greenwich. */
export type Zone = string | number;

/** A date and time of day as a clock on a wall shows it; months count from 1. */
export interface LocalTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/**
 * Abbreviations that one zone of the world's larger ones has, in minutes east of
 * Greenwich. Those with several meanings (CST, IST, BST, AST) are left out on purpose.
 */
const abbreviations: ReadonlyMap<string, Zone> = new Map<string, Zone>([
  ["UTC", 0],
  ["GMT", 0],
  ["WET", 0],
  ["WEST", 60],
  ["CET", 60],
  ["WAT", 60],
  ["CEST", 120],
  ["EET", 120],
  ["CAT", 120],
  ["SAST", 120],
  ["EEST", 180],
  ["EAT", 180],
  ["MSK", 180],
  ["PKT", 300],
  ["ICT", 420],
  ["WIB", 420],
  ["AWST", 480],
  ["HKT", 480],
  ["SGT", 480],
  ["JST", 540],
  ["KST", 540],
  ["ACST", 570],
  ["AEST", 600],
  ["ACDT", 630],
  ["AEDT", 660],
  ["NZST", 720],
  ["NZDT", 780],
  ["BRT", -180],
  ["ART", -180],
  ["EDT", -240],
  ["EST", -300],
  ["CDT", -300],
  ["MDT", -360],
  ["MST", -420],
  ["PDT", -420],
  ["PST", -480],
  ["AKDT", -480],
  ["AKST", -540],
  ["HST", -600],
  ["ET", "America/New_York"],
  ["PT", "America/Los_Angeles"],
]);

/** Abbreviations that mean one thing here and another there. */
const ambiguous: ReadonlySet<string> = new Set(["CST", "IST", "BST", "AST", "GST", "CT", "MT"]);

/** Whether a word is an abbreviation of a zone, one with several meanings included. */
export function isZoneAbbreviation(word: string): boolean {
  return abbreviations.has(word) || ambiguous.has(word);
}

/**
 * The zone of that name: an IANA name, `UTC` or `GMT` with or without an offset
 * (`UTC+5:30`), an offset alone, `Z`, or an abbreviation with one meaning; else null.
 */
export function zoneOf(name: string): Zone | null {
  if (/^z$/i.test(name)) return 0;
  const offset = /^(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?(\d{2}))?$/i.exec(name);
  if (offset) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3] ?? 0);
    return minutes > 14 * 60 ? null : offset[1] === "-" ? -minutes : minutes;
  }
  const known = abbreviations.get(name.toUpperCase());
  if (known !== undefined) return known;
  return name.includes("/") && isIanaName(name) ? name : null;
}

/**
 * The zone that a setting names, by whose clocks people live: any name that the platform
 * knows, with its summer time (`Europe/Berlin`, `UTC`, `CET`, `EST5EDT`), or what `zoneOf`
 * takes; else null. Abbreviations with several meanings are none.
 */
export function zoneOfSetting(name: string): Zone | null {
  if (ambiguous.has(name.toUpperCase())) return null;
  const fixed = /^(?:UTC|GMT|[^A-Z])/i.test(name) ? zoneOf(name) : null;
  return fixed ?? (isIanaName(name) ? name : zoneOf(name));
}

/** Whether the platform knows a time zone of that name. */
export function isIanaName(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: name }) !== null;
  } catch {
    return false;
  }
}

/** What clocks of a zone show at an instant. */
export function localTimeAt(instant: number, zone: Zone): LocalTime {
  const shown = new Date(instant + offsetAt(instant, zone));
  return {
    year: shown.getUTCFullYear(),
    month: shown.getUTCMonth() + 1,
    day: shown.getUTCDate(),
    hour: shown.getUTCHours(),
    minute: shown.getUTCMinutes(),
    second: shown.getUTCSeconds(),
  };
}

/**
 * The instants at which clocks of a zone show that time, in order: two when they are put
 * back over it, and when they are put forward over it the one at which they show as
 * much more. None for a date or time that does not exist.
 */
export function instantsOf(time: LocalTime, zone: Zone): number[] {
  const { year, month, day, hour, minute, second } = time;
  const shown = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(shown);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return [];
  if (hour > 23 || minute > 59 || second > 59) return [];
  const offsets = new Set([offsetAt(shown - dayMs, zone), offsetAt(shown + dayMs, zone)]);
  const candidates = [...offsets].map((offset) => shown - offset).sort((a, b) => a - b);
  const real = candidates.filter((instant) => instant + offsetAt(instant, zone) === shown);
  return real.length > 0 ? real : candidates.slice(-1);
}

/** Milliseconds that clocks of a zone are ahead of UTC at an instant. */
function offsetAt(instant: number, zone: Zone): number {
  if (typeof zone === "number") return zone * minuteMs;
  const parts = formatOf(zone).formatToParts(instant);
  const read = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((part) => part.type === type)?.value);
  const shown = Date.UTC(
    read("year"),
    read("month") - 1,
    read("day"),
    read("hour"),
    read("minute"),
    read("second"),
  );
  return shown - Math.floor(instant / 1000) * 1000;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(timeZone, format);
  return format;
}
