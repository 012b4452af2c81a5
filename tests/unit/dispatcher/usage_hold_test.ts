import { assertEquals } from "@std/assert";
import { holdFor } from "../../../src/dispatcher/usage_hold.ts";

const now = Date.parse("2026-01-02T03:04:05.000Z");

function until(minutes: number | null): string {
  const at = minutes === null ? null : now + minutes * 60_000;
  return holdFor("claude", { until: at, reason: "You've hit\nyour limit" }, now).hold.until;
}

Deno.test("holdFor() holds the runtime until the stated time and 30 s more", () => {
  assertEquals(until(60), "2026-01-02T04:04:35.000Z");
  assertEquals(until(3 / 60), "2026-01-02T03:04:38.000Z");
});

Deno.test("holdFor() holds for 15 minutes when no time is stated, and never for less than 30 s", () => {
  assertEquals(until(null), "2026-01-02T03:19:05.000Z");
  assertEquals(until(-60), "2026-01-02T03:04:35.000Z");
  assertEquals(until(0), "2026-01-02T03:04:35.000Z");
});

Deno.test("holdFor() says whose limit it is", () => {
  const { failure, hold } = holdFor("claude", { until: null, reason: "You've hit\nit" }, now);
  assertEquals(failure.outcome, "rate_limited");
  assertEquals(failure.error, "Usage limit of claude: You've hit it");
  assertEquals([hold.runtime, hold.reason], ["claude", "You've hit it"]);
});
