import { assertEquals } from "@std/assert";
import { findResetTime, MAX_RESET_MS } from "../../../src/runtimes/reset_time.ts";
import { randomNumbers } from "./random.ts";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** What `findResetTime` gives, as ISO text. */
function found(text: string, now: string, zone = "Europe/Berlin"): string | null {
  const time = findResetTime(text, { now: Date.parse(now), zone });
  return time === null ? null : new Date(time).toISOString();
}

/** A clock of a zone, which shows for example `3:10am`, or `15:10`. */
function clockOf(zone: string, hour12: boolean): (instant: number) => string {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hour: "numeric",
    minute: "2-digit",
    ...(hour12 ? { hour12 } : { hourCycle: "h23" as const }),
  });
  return (instant) => format.format(instant).replace(/\s(?=[AP]M)/, "").toLowerCase();
}

const now = "2025-10-07T12:00:00Z";

Deno.test("findResetTime() reads each form of a moment", () => {
  const forms: [string, string | null][] = [
    ["resets 3:10am (Asia/Seoul)", "2025-10-07T18:10:00.000Z"],
    ["Your limit will reset at 3pm (America/New_York).", "2025-10-07T19:00:00.000Z"],
    ["resets 12am", "2025-10-07T22:00:00.000Z"],
    ["resets 12pm (UTC)", null],
    ["resets 12:30 p.m. UTC", "2025-10-07T12:30:00.000Z"],
    ["resets at 17:30", "2025-10-07T15:30:00.000Z"],
    ["resets 22:00 (GMT+9)", "2025-10-07T13:00:00.000Z"],
    ["resets 17:45 GMT+5:30", "2025-10-07T12:15:00.000Z"],
    ["resets 5pm PST", "2025-10-08T01:00:00.000Z"],
    ["resets 9am KST", "2025-10-08T00:00:00.000Z"],
    ["resets 5am (Etc/GMT-9)", "2025-10-07T20:00:00.000Z"],
    ["resets Oct 9, 5pm", "2025-10-09T15:00:00.000Z"],
    ["resets Oct 9 at 5pm (Europe/Berlin)", "2025-10-09T15:00:00.000Z"],
    ["resets October 9th, 2025 5:15 PM", "2025-10-09T15:15:00.000Z"],
    ["resets 9 Oct 2025, 17:15", "2025-10-09T15:15:00.000Z"],
    ["resets on Oct 9", "2025-10-08T22:00:00.000Z"],
    ["resets Friday 9am", "2025-10-10T07:00:00.000Z"],
    ["resets Tue, 9pm", "2025-10-07T19:00:00.000Z"],
    ["resets tomorrow at noon", "2025-10-08T10:00:00.000Z"],
    ["resets today at 11:59 PM", "2025-10-07T21:59:00.000Z"],
    ["resets at midnight", "2025-10-07T22:00:00.000Z"],
    ["Try again at 9:31 PM.", "2025-10-07T19:31:00.000Z"],
    ["or try again at Oct 8th, 2025 3:05 PM.", "2025-10-08T13:05:00.000Z"],
    ["try again in 3 days 4 hours 12 minutes.", "2025-10-10T16:12:00.000Z"],
    ["try again in less than a minute.", "2025-10-07T12:01:00.000Z"],
    ["try again in an hour", "2025-10-07T13:00:00.000Z"],
    ["Please try again in 7m12.5s. Visit", "2025-10-07T12:07:12.500Z"],
    ["Please try again in 836ms", "2025-10-07T12:00:00.836Z"],
    ["retry after 30 seconds", "2025-10-07T12:00:30.000Z"],
    ["Retry-After: 45", "2025-10-07T12:00:45.000Z"],
    ["resets in 2h 15m", "2025-10-07T14:15:00.000Z"],
    ["resets in 1 day, 2 hours and 5 minutes", "2025-10-08T14:05:00.000Z"],
    ["quota will reset after 3h20m", "2025-10-07T15:20:00.000Z"],
    ["resets 2025-10-08T01:00:00+02:00", "2025-10-07T23:00:00.000Z"],
    ["resets at 2025-10-08T01:00:00.123Z", "2025-10-08T01:00:00.000Z"],
    ["resets 2025-10-08 01:00 UTC", "2025-10-08T01:00:00.000Z"],
    ["resets 2025-10-08 01:00", "2025-10-07T23:00:00.000Z"],
    ['"resets_at":1760000000,', "2025-10-09T08:53:20.000Z"],
    ['"resets_in_seconds":13872}', "2025-10-07T15:51:12.000Z"],
    ["resets 1760000000000", "2025-10-09T08:53:20.000Z"],
  ];
  for (const [text, expected] of forms) assertEquals(found(text, now), expected, text);
});

Deno.test("findResetTime() gives nothing when no time is stated or it cannot be", () => {
  const forms = [
    "Limits reset every 5h and every week.",
    "Try again later.",
    "resets soon",
    "resets 3",
    "resets 13pm",
    "resets 25:00",
    "resets Feb 30, 5pm",
    "resets 5pm CST",
    "resets 5pm (Mars/Olympus)",
    "resets 5pm (XYZ)",
    "resets Apr 23 at 4pm",
    "resets Oct 6, 5pm",
    "resets 2025-10-06T01:00:00Z",
    "resets in 40 days",
    "resets in 0 seconds",
    "resets 1500000000",
    "retry 3",
    "",
  ];
  for (const text of forms) assertEquals(found(text, now), null, text);
});

Deno.test("findResetTime() takes a time of day that has just passed for no time", () => {
  assertEquals(found("resets 2pm", "2025-10-07T12:00:20Z"), null);
  assertEquals(found("resets 2pm", "2025-10-07T12:09:59Z"), null);
  assertEquals(found("resets 2pm", "2025-10-07T12:10:01Z"), "2025-10-08T12:00:00.000Z");
});

Deno.test("findResetTime() takes the year of a date that lies ahead", () => {
  assertEquals(found("resets Jan 2, 1am", "2025-12-30T12:00:00Z"), "2026-01-02T00:00:00.000Z");
});

Deno.test("findResetTime() gives the next time that a clock shows, in every zone, around every change of clocks", () => {
  const random = randomNumbers(7);
  const zones = [
    "UTC",
    "Asia/Seoul",
    "America/New_York",
    "Europe/Berlin",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Africa/Casablanca",
  ];
  const changes = [
    "2025-03-09",
    "2025-03-30",
    "2025-04-06",
    "2025-10-05",
    "2025-10-26",
    "2025-11-02",
  ]
    .map((date) => Date.parse(date));
  for (let n = 0; n < 300; n++) {
    const zone = zones[n % zones.length] ?? "UTC";
    const start = (changes[random(changes.length)] ?? 0) - dayMs + random(2 * 24 * 60) * minuteMs;
    const ahead = (11 + random(24 * 60 - 30)) * minuteMs;
    const clock = clockOf(zone, random(2) === 0);
    const shown = clock(start + ahead);
    const justPassed = Array.from({ length: 10 }, (_, m) => clock(start - m * minuteMs));
    if (justPassed.includes(shown)) continue;
    let expected = start + minuteMs;
    while (clock(expected) !== shown) expected += minuteMs;
    const text = `resets ${shown} (${zone})`;
    const time = findResetTime(text, { now: start, zone: "UTC" });
    assertEquals(time, expected, `${text} from ${new Date(start).toISOString()}`);
  }
});

Deno.test("findResetTime() gives back every duration up to the limit", () => {
  const random = randomNumbers(3);
  const start = Date.parse(now);
  for (let n = 0; n < 300; n++) {
    const [days, hours, minutes] = [random(35), random(24), 1 + random(59)];
    const expected = start + days * dayMs + (hours * 60 + minutes) * minuteMs;
    for (
      const text of [
        `try again in ${days} days ${hours} hours ${minutes} minutes.`,
        `resets in ${days}d ${hours}h ${minutes}m`,
        `reset after ${days}d${hours}h${minutes}m`,
      ]
    ) {
      assertEquals(findResetTime(text, { now: start, zone: "UTC" }), expected, text);
    }
  }
});

Deno.test("findResetTime() does not believe a reset further away than the limit", () => {
  const context = { now: Date.parse(now), zone: "UTC" };
  const seconds = MAX_RESET_MS / 1000;
  assertEquals(findResetTime(`retry after ${seconds} s`, context), context.now + MAX_RESET_MS);
  assertEquals(findResetTime(`retry after ${seconds + 1} s`, context), null);
});
