import { assertEquals } from "@std/assert";
import { formatDuration, parseDuration } from "../../../src/cli/duration.ts";

Deno.test("formatDuration() gives the two units that matter", () => {
  const cases: [number, string][] = [
    [-5, "0s"],
    [999, "0s"],
    [59_999, "59s"],
    [64_000, "1m 04s"],
    [3_600_000, "1h 00m"],
    [7_500_000, "2h 05m"],
    [100 * 3_600_000, "4d 04h"],
  ];
  for (const [ms, text] of cases) assertEquals(formatDuration(ms), text);
});

Deno.test("parseDuration() reads one unit, and nothing else", () => {
  const cases: [string, number | null][] = [
    ["90s", 90_000],
    ["1.5m", 90_000],
    ["24h", 86_400_000],
    ["2w", 1_209_600_000],
    ["90", null],
    ["1h30m", null],
    ["-1h", null],
    ["", null],
  ];
  for (const [text, ms] of cases) assertEquals(parseDuration(text), ms, text);
});
