import { assertEquals } from "@std/assert";
import { activeHolds, holdOf, placeHold } from "../../../src/controller/holds.ts";
import { emptyState } from "../../../src/store/ledger.ts";

const now = Date.UTC(2026, 0, 1);
const at = (ms: number) => new Date(now + ms).toISOString();
const place = (state: ReturnType<typeof emptyState>, runtime: string, ms: number, when = now) =>
  placeHold(state, { runtime, until: at(ms), reason: "limit" }, { taskId: "a", now: when });

Deno.test("placeHold() keeps the later of two ends, and drops what is over", () => {
  const state = emptyState();
  place(state, "claude", 60_000);
  place(state, "claude", 30_000);
  assertEquals(activeHolds(state.holds ?? {}, now).map(({ until }) => until), [now + 60_000]);
  place(state, "codex", 200_000, now + 100_000);
  assertEquals(Object.keys(state.holds ?? {}), ["codex"]);
});

Deno.test("holdOf() is null when the hold is over, and for names of every object", () => {
  const state = emptyState();
  place(state, "claude", 60_000);
  const holds = state.holds ?? {};
  assertEquals(holdOf(holds, "claude", now)?.until, now + 60_000);
  assertEquals(holdOf(holds, "claude", now + 60_000), null);
  assertEquals(holdOf(holds, "constructor", now), null);
  assertEquals(holdOf(holds, null, now), null);
});

Deno.test("activeHolds() puts the hold first that ends first", () => {
  const state = emptyState();
  place(state, "claude", 60_000);
  place(state, "codex", 30_000);
  assertEquals(activeHolds(state.holds ?? {}, now).map(({ runtime }) => runtime), [
    "codex",
    "claude",
  ]);
});
