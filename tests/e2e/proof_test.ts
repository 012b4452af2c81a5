import { assert, assertEquals } from "@std/assert";
import { proveGround } from "../proof/ground.ts";
import { proveHands } from "../proof/hands.ts";
import { proveKills } from "../proof/kills.ts";

/** Decides what is tried; `deno task prove` takes others. */
const seed = 20261121;

Deno.test("Killed 60 times at its places and at random moments, macp loses nothing and runs nothing twice", async () => {
  const report = await proveKills({ seed, kills: 60 });
  assertEquals(report.faults, []);
  assert(report.kills >= 60 && report.points.size >= 15, `${report.kills} ${report.points.size}`);
});

Deno.test("Sixteen processes that do everything at once on a repository lose and tear nothing", async () => {
  const report = await proveHands({ seed, hands: 16, seconds: 6 });
  assertEquals(report.faults, []);
  assert(report.submitted > 0, `${report.calls} calls, ${report.submitted} submitted`);
});

Deno.test("On bad ground macp loses nothing, says why it cannot go on, and goes on later", async () => {
  const report = await proveGround({ seed, part: 0.06 });
  assertEquals(report.faults, []);
  assert(report.cases.size >= 3, [...report.cases.keys()].join());
});
