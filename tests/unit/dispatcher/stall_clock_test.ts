import { assertEquals } from "@std/assert";
import { StallClock, type WorktreeLook } from "../../../src/dispatcher/stall_clock.ts";

/** A clock of 100 s with a worktree that can be set, and time that can be passed. */
function setup() {
  const state = { ms: 0, looks: 0, worktree: null as WorktreeLook | null };
  const wall = 1_700_000_000_000;
  const clock = {
    now: () => wall + state.ms,
    elapsed: () => state.ms,
    sleep: () => Promise.resolve(),
    deadline: () => new AbortController().signal,
  };
  const look = () => {
    state.looks++;
    return Promise.resolve(state.worktree);
  };
  const stall = new StallClock({ clock, limitMs: 100_000, look });
  const at = async (seconds: number) => {
    state.ms = seconds * 1000;
    return (await stall.check()).kind;
  };
  const changes = (fingerprint: string, seconds: number | null) => {
    state.worktree = { fingerprint, newestMs: seconds === null ? null : wall + seconds * 1000 };
  };
  return { state, stall, at, changes };
}

Deno.test("StallClock warns once at half and says stalled at the end", async () => {
  const { at, stall } = setup();
  assertEquals([await at(49), stall.dueIn()], ["fine", 1000]);
  assertEquals([await at(50), await at(51), await at(99)], ["warning", "fine", "fine"]);
  assertEquals([await at(100), await at(101)], ["stalled", "stalled"]);
});

Deno.test("StallClock begins anew when something new is said", async () => {
  const { at, stall } = setup();
  assertEquals(await at(60), "warning");
  stall.feed();
  assertEquals([await at(109), await at(110), await at(159)], ["fine", "warning", "fine"]);
  assertEquals(await at(160), "stalled");
});

Deno.test("StallClock looks at the worktree at half and at the end only", async () => {
  const { at, state } = setup();
  for (const seconds of [0, 10, 49, 50, 51, 99, 100]) await at(seconds);
  assertEquals(state.looks, 2);
});

Deno.test("StallClock counts from the newest change of a file", async () => {
  const { at, changes } = setup();
  changes("a", 30);
  assertEquals([await at(50), await at(79), await at(80)], ["fine", "fine", "warning"]);
  assertEquals([await at(129), await at(130)], ["fine", "stalled"]);
});

Deno.test("StallClock takes any difference between two looks for work", async () => {
  const { at, changes } = setup();
  changes("a", -10);
  assertEquals(await at(50), "warning");
  changes("b", null);
  assertEquals([await at(100), await at(149), await at(150)], ["fine", "fine", "warning"]);
  assertEquals(await at(200), "stalled");
});

Deno.test("StallClock is not kept going by files from before or dated into the future", async () => {
  const { at, changes } = setup();
  changes("a", 1_000_000);
  assertEquals([await at(50), await at(100)], ["warning", "stalled"]);
  const other = setup();
  other.changes("a", -1);
  assertEquals([await other.at(50), await other.at(100)], ["warning", "stalled"]);
});

Deno.test("StallClock counts what was said while it looked", async () => {
  const { state, stall, changes } = setup();
  changes("a", null);
  state.ms = 100_000;
  const checked = stall.check();
  stall.feed();
  assertEquals((await checked).kind, "fine");
});
