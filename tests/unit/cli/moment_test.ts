import { assertEquals } from "@std/assert";
import { tellTime } from "../../../src/cli/moment.ts";

Deno.test("tellTime() gives a time without milliseconds, and how far away it is", () => {
  const now = Date.parse("2026-11-21T08:02:04.900Z");
  assertEquals(tellTime("2026-11-21T08:00:00.500Z", now), "2026-11-21T08:00:00Z (2m 04s ago)");
  assertEquals(tellTime("2026-11-21T08:06:15.000Z", now), "2026-11-21T08:06:15Z (in 4m 10s)");
  assertEquals(tellTime("2026-11-21T09:00:00+01:00", now), "2026-11-21T08:00:00Z (2m 04s ago)");
  assertEquals(tellTime("some day", now), "some day");
});
