import { assertEquals } from "@std/assert";
import {
  attemptName,
  capitalized,
  formatCost,
  formatCount,
  formatDuration,
  formatRange,
  formatTokens,
  markOf,
  plural,
  toneOf,
  withOwnTimes,
} from "../../../templates/report/format.js";
import { makeScale, mergeSpans, spanOf } from "../../../templates/report/timescale.js";
import { headline } from "../../../templates/report/headline.js";

Deno.test("formatDuration() gives two units at most, and unknown for null", () => {
  const shown = [null, 0, 0.04, 9.94, 9.96, 59.4, 59.6, 200, 3600, 7530, 90_000, 864_000]
    .map(formatDuration);
  assertEquals(shown, [
    "unknown",
    "0.0 s",
    "< 0.1 s",
    "9.9 s",
    "10 s",
    "59 s",
    "1 min",
    "3 min 20 s",
    "1 h",
    "2 h 5 min",
    "1 d 1 h",
    "10 d",
  ]);
});

Deno.test("formatTokens() and formatCost() keep unknown and nothing apart", () => {
  assertEquals([null, 0, 999, 1000, 99_499, 99_500, 999_499, 999_500].map(formatTokens), [
    "unknown",
    "0",
    "999",
    "1.0 k",
    "99.5 k",
    "100 k",
    "999 k",
    "1.0 M",
  ]);
  assertEquals([null, 0, 0.001, 0.999, 8.999, 12_345.6].map(formatCost), [
    "unknown",
    "$0.00",
    "< $0.01",
    "$1.00",
    "$9.00",
    "$12,345.60",
  ]);
});

Deno.test("formatCount() and plural() write numbers as people do", () => {
  assertEquals([0, 999, 1000, 1_234_567].map(formatCount), ["0", "999", "1,000", "1,234,567"]);
  assertEquals([0, 1, 2].map((count) => plural(count, "task")), ["0 tasks", "1 task", "2 tasks"]);
});

Deno.test("formatRange() and withOwnTimes() say no more than is needed", () => {
  const local = (hours: number, minutes: number, day = 21) =>
    new Date(2026, 10, day, hours, minutes).toISOString();
  const now = local(12, 0);
  assertEquals(formatRange(local(8, 5), local(8, 5), now), "21 Nov, 08:05");
  assertEquals(formatRange(local(8, 5), local(9, 30), now), "21 Nov, 08:05 to 09:30");
  assertEquals(formatRange(local(8, 5, 20), local(9, 0), now), "20 Nov, 08:05 to 21 Nov, 09:00");
  assertEquals(withOwnTimes(`at ${local(9, 30)} or so`, now), "at 21 Nov, 09:30 or so");
  const wrong = "at 2026-99-99T08:00:00Z";
  assertEquals(withOwnTimes(wrong, now), wrong);
});

Deno.test("markOf() and toneOf() tell every status, also one that is not known", () => {
  const names = ["completed", "failed", "escalated", "running", "pending", null];
  assertEquals(names.map(markOf), ["✓", "✗", "!", "▸", "·", "?"]);
  assertEquals(names.map(toneOf), ["good", "bad", "person", "busy", "idle", "person"]);
});

Deno.test("headline() puts first what needs a person", () => {
  const of = (tasks: number, waiting: number, by_status: Record<string, number>) =>
    headline({ tasks, waiting, by_status });
  assertEquals(of(0, 0, {}), "Nothing has happened yet.");
  assertEquals(of(3, 1, { completed: 2 }), "1 task needs you; 2 of 3 are completed.");
  assertEquals(of(2, 0, { completed: 2 }), "All 2 tasks are completed.");
  assertEquals(of(1, 0, { completed: 1 }), "The one task is completed.");
  assertEquals(
    of(9, 0, { completed: 2, running: 1, gated: 1, pending: 4, failed: 1 }),
    "2 of 9 tasks are completed, 2 running, 4 to come, 1 failed.",
  );
});

Deno.test("mergeSpans() joins what overlaps", () => {
  assertEquals(mergeSpans([[5, 9], [0, 3], [2, 4], [9, 10]]), [[0, 4], [5, 10]]);
});

Deno.test("makeScale() goes up with time, from 0 to 1, and cuts idle hours", () => {
  const hour = 3_600_000;
  const start = Date.UTC(2026, 10, 20, 8);
  const { at, gaps, ticks } = makeScale([
    [start, start + hour],
    [start + 20 * hour, start + 21 * hour],
  ]);
  const places = [0, 0.5, 1, 10, 20, 20.5, 21].map((hours) => at(start + hours * hour));
  assertEquals(places, [...places].sort((a, b) => a - b));
  assertEquals([places[0], places.at(-1)], [0, 1]);
  assertEquals(gaps.length, 1);
  assertEquals(at(start + 20 * hour) - at(start + hour) < 0.05, true);
  const times = ticks.map(({ time }: { time: number }) => time);
  assertEquals(times.includes(start) && times.includes(start + 20 * hour), true);
});

Deno.test("makeScale() stands an attempt that took no time, and none at all", () => {
  assertEquals(makeScale([]).at(5), 0);
  const { at } = makeScale([[7, 7]]);
  assertEquals([at(7), at(8)].every((place) => place >= 0 && place <= 1), true);
});

Deno.test("spanOf() ends an attempt that runs now, and gives null when nothing is known", () => {
  const now = "2026-11-20T08:01:00Z";
  const started_at = "2026-11-20T08:00:00Z";
  const [from, to] = [Date.parse(started_at), Date.parse(now)];
  assertEquals(spanOf({ started_at, ended_at: null, running: true }, now), [from, to]);
  assertEquals(spanOf({ started_at, ended_at: null, running: false }, now), [from, from]);
  assertEquals(spanOf({ started_at: null, ended_at: null, running: false }, now), null);
});

Deno.test("attemptName() tells an attempt of a worker from an acceptance, and attempts by serial", () => {
  const names = [
    { by: "controller", serial: 3, attempt: 1, of: 2 },
    { by: "controller", serial: null, attempt: 1, of: null },
    { by: "controller", serial: 1, attempt: null, of: null },
    { by: "person", serial: 2, attempt: null, of: null },
    { by: "person", serial: null, attempt: null, of: null },
  ].map(attemptName);
  assertEquals(names, [
    "worker attempt 1 of 2 (serial 3)",
    "worker attempt 1",
    "worker attempt (serial 1)",
    "acceptance (serial 2)",
    "acceptance",
  ]);
  assertEquals(capitalized("acceptance"), "Acceptance");
});
