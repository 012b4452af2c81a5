import { assertEquals } from "@std/assert";
import { configFaults } from "../../../src/store/config_faults.ts";

function faultsWith(quiet: unknown, more: Record<string, unknown> = {}): string[] {
  return configFaults({ macp: { slack: { quiet_hours: quiet, ...more } } })
    .map(({ path, value, expected }) => `${path} ${value}: ${expected}`);
}

const at = "/macp/slack/quiet_hours";

Deno.test("configFaults() takes quiet hours, over midnight and without a time zone too", () => {
  assertEquals(faultsWith({ from: "22:00", to: "07:00" }), []);
  assertEquals(faultsWith({ from: "1:00", to: "07:30", time_zone: null }), []);
  assertEquals(faultsWith({ from: "22:00", to: "7:00", time_zone: "Europe/Berlin" }), []);
  assertEquals(faultsWith({ from: "22:00", to: "7:00", time_zone: "UTC" }), []);
  assertEquals(faultsWith(null, { collapse_seconds: 90.5 }), []);
});

Deno.test("configFaults() takes time zones without a slash, and refuses what is none or several", () => {
  const zones = ["UTC", "utc", "GMT", "CET", "EST5EDT", "PST8PDT", "EST", "Japan", "Zulu", "Z"];
  for (const time_zone of [...zones, "Etc/GMT+5", "+05:30", "UTC-3"]) {
    assertEquals(faultsWith({ from: "22:00", to: "7:00", time_zone }), [], time_zone);
  }
  for (const time_zone of ["", " ", "localtime", "Berlin", "BST", "IST", "CST", "+25:00"]) {
    assertEquals(faultsWith({ from: "22:00", to: "7:00", time_zone }), [
      `${at}/time_zone "${time_zone}": a time zone such as Europe/Berlin or UTC`,
    ]);
  }
});

Deno.test("configFaults() names the field of quiet hours that is wrong", () => {
  assertEquals(faultsWith({ from: "25:00", to: "07:00" }), [
    `${at}/from "25:00": a time of day such as 22:00`,
  ]);
  assertEquals(faultsWith({ from: "22:00", to: "7am" }), [
    `${at}/to "7am": a time of day such as 22:00`,
  ]);
  assertEquals(faultsWith({ from: "7:00", to: "07:00" }), [
    `${at}/to "07:00": another time than "7:00"`,
  ]);
  assertEquals(faultsWith({ from: "22:00", to: "07:00", time_zone: "Mars/Phobos" }), [
    `${at}/time_zone "Mars/Phobos": a time zone such as Europe/Berlin or UTC`,
  ]);
  assertEquals(faultsWith({ from: "22:00" }), [`${at}/to nothing: a value, as it is required`]);
  assertEquals(faultsWith("22:00-07:00"), [`${at} "22:00-07:00": object or null`]);
  assertEquals(faultsWith({ from: "22:00", to: "07:00", timezone: "UTC" }).length, 1);
});

Deno.test("configFaults() names collapse_seconds that cannot be", () => {
  const fault = (value: unknown) => faultsWith(null, { collapse_seconds: value });
  assertEquals(fault(-1), ["/macp/slack/collapse_seconds -1: a number >= 0"]);
  assertEquals(fault("30"), ['/macp/slack/collapse_seconds "30": number']);
});

Deno.test("configFaults() gives the faults of something that is no configuration", () => {
  assertEquals(configFaults(3).length, 1);
  assertEquals(configFaults({ macp: 3 }).length, 1);
});
