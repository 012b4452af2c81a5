import { assertEquals, assertThrows } from "@std/assert";
import { quietUntil, readQuietHours } from "../../../src/events/quiet_hours.ts";
import { MacpError } from "../../../src/protocol/errors.ts";
import { localTimeAt } from "../../../src/runtimes/time_zones.ts";

function until(now: string, from: string, to: string, zone = "UTC"): string | null {
  const end = quietUntil(Date.parse(now), readQuietHours({ from, to, time_zone: zone }, "UTC"));
  return end === null ? null : new Date(end).toISOString().replace(".000Z", "Z");
}

Deno.test("quietUntil() gives the end of quiet hours over midnight, and null outside", () => {
  const at = (now: string) => until(now, "22:00", "07:00");
  assertEquals(at("2026-11-20T21:59:59.999Z"), null);
  assertEquals(at("2026-11-20T22:00:00Z"), "2026-11-21T07:00:00Z");
  assertEquals(at("2026-11-30T23:30:00Z"), "2026-12-01T07:00:00Z");
  assertEquals(at("2026-11-21T00:00:00Z"), "2026-11-21T07:00:00Z");
  assertEquals(at("2026-11-21T06:59:59.999Z"), "2026-11-21T07:00:00Z");
  assertEquals(at("2026-11-21T07:00:00Z"), null);
});

Deno.test("quietUntil() knows quiet hours within a day and until midnight", () => {
  assertEquals(until("2026-11-20T12:30:00Z", "12:00", "13:15"), "2026-11-20T13:15:00Z");
  assertEquals(until("2026-11-20T13:15:00Z", "12:00", "13:15"), null);
  assertEquals(until("2026-11-20T23:00:00Z", "18:00", "24:00"), "2026-11-21T00:00:00Z");
  assertEquals(until("2026-11-20T05:00:00Z", "0:00", "7:00"), "2026-11-20T07:00:00Z");
});

Deno.test("quietUntil() goes by the clocks of the time zone", () => {
  assertEquals(
    until("2026-07-01T20:30:00Z", "22:00", "07:00", "Europe/Berlin"),
    "2026-07-02T05:00:00Z",
  );
  assertEquals(
    until("2026-12-01T21:30:00Z", "22:00", "07:00", "Europe/Berlin"),
    "2026-12-02T06:00:00Z",
  );
  assertEquals(until("2026-12-01T20:30:00Z", "22:00", "07:00", "Europe/Berlin"), null);
  assertEquals(until("2026-12-01T18:00:00Z", "22:00", "07:00", "+05:30"), "2026-12-02T01:30:00Z");
  assertEquals(until("2026-07-02T03:30:00Z", "22:00", "07:00", "EST5EDT"), "2026-07-02T11:00:00Z");
  // As a zone it has summer time.
  assertEquals(until("2026-07-01T20:30:00Z", "22:00", "07:00", "CET"), "2026-07-02T05:00:00Z");
});

Deno.test("quietUntil() ends with the quiet, never before and never after, also when clocks are changed", () => {
  const minute = 60_000;
  for (
    const [day, zone, from, to] of [
      ["2026-03-28", "Europe/Berlin", "22:00", "02:30"],
      ["2026-03-28", "Europe/Berlin", "02:15", "07:00"],
      ["2026-10-24", "Europe/Berlin", "22:00", "02:30"],
      ["2026-10-24", "Europe/Berlin", "02:30", "02:45"],
      ["2026-10-24", "Europe/Berlin", "02:45", "02:15"],
      ["2026-09-05", "America/Santiago", "22:00", "00:30"],
      ["2026-10-03", "Australia/Lord_Howe", "22:00", "02:15"],
    ] as const
  ) {
    const quiet = readQuietHours({ from, to, time_zone: zone }, "UTC");
    const isQuiet = (at: number) => {
      const { hour, minute } = localTimeAt(at, zone);
      const now = hour * 60 + minute;
      return quiet.from < quiet.to
        ? now >= quiet.from && now < quiet.to
        : now >= quiet.from || now < quiet.to;
    };
    let loudAt: number | null = null;
    const start = Date.parse(`${day}T00:00:00Z`);
    for (let now = start + 2 * 24 * 60 * minute; now >= start; now -= minute) {
      if (!isQuiet(now)) loudAt = now;
      if (loudAt === null) continue;
      const end = quietUntil(now, quiet);
      const said = `${zone} ${from}-${to} at ${new Date(now).toISOString()}`;
      assertEquals(end, isQuiet(now) ? loudAt : null, said);
    }
  }
});

Deno.test("readQuietHours() takes the time zone of the machine where none is named", () => {
  const times = { from: "22:00", to: "7:00" };
  const expected = { from: 1320, to: 420, zone: "Europe/Paris" };
  assertEquals(readQuietHours(times, "Europe/Paris"), expected);
  assertEquals(readQuietHours({ ...times, time_zone: null }, "Europe/Paris"), expected);
});

Deno.test("readQuietHours() refuses what is no time, no time zone or no span", () => {
  for (
    const [from, to, zone] of [
      ["25:00", "07:00", "UTC"],
      ["24:01", "07:00", "UTC"],
      ["22", "07:00", "UTC"],
      ["22:60", "07:00", "UTC"],
      ["", "07:00", "UTC"],
      ["07:00", "07:00", "UTC"],
      ["00:00", "24:00", "UTC"],
      ["22:00", "07:00", "Mars/Olympus"],
      ["22:00", "07:00", ""],
    ] as const
  ) {
    const error = assertThrows(
      () => readQuietHours({ from, to, time_zone: zone }, "UTC"),
      MacpError,
      "Cannot keep quiet hours as ",
    );
    assertEquals([error.kind, error.code], ["usage", "quiet_hours"]);
  }
});
