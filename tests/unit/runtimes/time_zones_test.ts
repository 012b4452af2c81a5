import { assertEquals } from "@std/assert";
import {
  instantsOf,
  localTimeAt,
  zoneOf,
  zoneOfSetting,
} from "../../../src/runtimes/time_zones.ts";
import { randomNumbers } from "./random.ts";

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
  "America/Sao_Paulo",
  "Pacific/Kiritimati",
];

function utc(...instants: number[]): string[] {
  return instants.map((instant) => new Date(instant).toISOString());
}

Deno.test("instantsOf() gives the instant that localTimeAt() came from", () => {
  const random = randomNumbers(1);
  for (let n = 0; n < 2000; n++) {
    const zone = zones[random(zones.length)] ?? "UTC";
    const instant = Date.UTC(2024, 0, 1) + random(3 * 365 * 24 * 3600) * 1000;
    const found = instantsOf(localTimeAt(instant, zone), zone);
    assertEquals(found.includes(instant), true, `${zone} ${utc(instant)} ${utc(...found)}`);
  }
});

Deno.test("instantsOf() gives two instants when clocks are put back", () => {
  const time = { year: 2025, month: 11, day: 2, hour: 1, minute: 30, second: 0 };
  assertEquals(utc(...instantsOf(time, "America/New_York")), [
    "2025-11-02T05:30:00.000Z",
    "2025-11-02T06:30:00.000Z",
  ]);
});

Deno.test("instantsOf() gives the later instant when clocks are put forward", () => {
  const time = { year: 2026, month: 3, day: 8, hour: 2, minute: 30, second: 0 };
  assertEquals(utc(...instantsOf(time, "America/New_York")), ["2026-03-08T07:30:00.000Z"]);
});

Deno.test("instantsOf() gives none when the date does not exist", () => {
  const time = { year: 2025, month: 2, day: 29, hour: 1, minute: 0, second: 0 };
  assertEquals(instantsOf(time, "UTC"), []);
  assertEquals(instantsOf({ ...time, day: 28, hour: 24 }, "UTC"), []);
  assertEquals(instantsOf({ ...time, day: 28, month: 13 }, 60), []);
});

Deno.test("zoneOf() reads names, offsets and abbreviations with one meaning", () => {
  const expected: [string, string | number | null][] = [
    ["Asia/Seoul", "Asia/Seoul"],
    ["Etc/GMT-9", "Etc/GMT-9"],
    ["UTC", 0],
    ["Z", 0],
    ["UTC+9", 540],
    ["GMT-3:30", -210],
    ["+05:30", 330],
    ["-0800", -480],
    ["PST", -480],
    ["KST", 540],
    ["IST", null],
    ["CST", null],
    ["Mars/Olympus", null],
    ["UTC+15", null],
    ["", null],
  ];
  for (const [name, zone] of expected) assertEquals(zoneOf(name), zone, name);
});

Deno.test("zoneOfSetting() takes all names that the platform knows, but none of several meanings", () => {
  const names = ["UTC", "gmt", "GMT0", "UTC+5:30", "CET", "EST5EDT", "Japan", "Europe/Berlin"];
  assertEquals(names.map(zoneOfSetting), [
    0,
    0,
    "GMT0",
    330,
    "CET",
    "EST5EDT",
    "Japan",
    "Europe/Berlin",
  ]);
  assertEquals(["BST", "ist", "CST", "", "Berlin"].map(zoneOfSetting), Array(5).fill(null));
});
