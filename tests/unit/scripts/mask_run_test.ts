import { assertEquals } from "@std/assert";
import { maskRun } from "../../../scripts/lib/mask_run.ts";

Deno.test("maskRun() tells times from ten o'clock on, in steps of ten seconds, over all texts", () => {
  assertEquals(
    maskRun([
      "\x1b[2m23:59:55  A\x1b[22m",
      "Retry at 2026-11-21T00:00:06.370Z: B, 00:00:04",
    ]),
    ["\x1b[2m10:00:00  A\x1b[22m", "Retry at 2026-01-05T10:00:10.000Z: B, 10:00:00"],
  );
});

Deno.test("maskRun() makes durations the same, also right behind a colour", () => {
  assertEquals(
    maskRun([
      "\x1b[33mattempt 1/2, again in 9s\x1b[39m completed in 3s, 4s ago",
      "\x1b[1m0.079 s\x1b[22m",
    ]),
    ["\x1b[33mattempt 1/2, again in 10s\x1b[39m completed in 1s, 1s ago", "\x1b[1m0.1 s\x1b[22m"],
  );
});

Deno.test("maskRun() makes hashes the same, and leaves words, numbers and paths alone", () => {
  assertEquals(
    maskRun(["\x1b[33m1a2b3c4d\x1b[39m 0123abc", "defaced 12345678 feat/1a2b3c4 v1a2b3c4"]),
    ["\x1b[33mc0ffee5c\x1b[39m c0ffee5", "defaced 12345678 feat/1a2b3c4 v1a2b3c4"],
  );
});
