import { assertEquals, assertThrows } from "@std/assert";
import { checkRunId, handoffPaths, newRunId } from "../../../src/delegation/run_id.ts";
import { realWorld } from "../../../src/host/world.ts";
import { MacpError } from "../../../src/protocol/errors.ts";

Deno.test("newRunId() tells the second and is an id that checkRunId() takes", () => {
  const { clock } = realWorld();
  const world = {
    clock: { ...clock, now: () => 1_700_000_000_999 },
    uuid: () => "0a1b2c3d-4e5f-4000-8000-000000000000",
  };
  const id = newRunId(world);
  assertEquals(id, "orch-1700000000-0a1b2c3d");
  checkRunId(id);
});

Deno.test("checkRunId() takes ids of tasks", () => {
  for (const id of ["a", "0", "Run_1.2-x", "a.previous", "a.prev.1", "x.lock-1", "a".repeat(128)]) {
    checkRunId(id);
  }
});

Deno.test("checkRunId() refuses what leaves the folder or names another run's file", () => {
  const ids = [
    ...["", ".", "..", "../a", "a/b", "/etc/passwd", "a\0b", "a b", "a\n", "ä", "-a", ".a", "_a"],
    ...["a".repeat(129), "a.prev", "a.PREV", "a.request", "a.Request", "a.lock", "a.b.lock"],
  ];
  for (const id of ids) {
    const error = assertThrows(() => checkRunId(id), MacpError);
    assertEquals([error.kind, error.code], ["usage", "invalid_run_id"], id);
  }
});

Deno.test("handoffPaths() names each file of a run in the folder", () => {
  assertEquals(handoffPaths("/h", "run.1"), {
    answer: "/h/run.1.json",
    previous: "/h/run.1.prev.json",
    request: "/h/run.1.request.json",
    lock: "/h/run.1.lock",
  });
});
