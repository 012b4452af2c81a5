import { assertEquals } from "@std/assert";
import { judgePlace, type PlaceFacts } from "../../../src/upkeep/judge_place.ts";

const owned = {
  task_id: "t",
  branch: "feat/t",
  phase: "ready" as const,
  created_at: "2026-01-01T00:00:00.000Z",
  base_commit: "b",
};
const entry = {
  path: "/w/t",
  bare: false,
  head: "1",
  branch: "feat/t",
  locked: false,
  lockReason: null,
  prunable: false,
};
const ended: PlaceFacts = {
  found: "folder",
  inBase: true,
  baseExists: true,
  owned,
  scratch: null,
  entry,
  ownBranch: true,
  ownFolder: true,
  foreign: null,
  status: "failed",
  busy: null,
  pids: [],
};

/** Step of what is an ended task's worktree but for `facts`. */
const stepOf = (facts: Partial<PlaceFacts>, all = false) =>
  judgePlace({ ...ended, ...facts }, all).step;

Deno.test("judgePlace() clears worktrees of tasks that have ended, and of no others", () => {
  assertEquals(stepOf({}), "clear");
  assertEquals(stepOf({ status: "completed" }), "clear");
  assertEquals(stepOf({ status: undefined }), "clear");
  for (const status of ["pending", "running", "gated", null] as const) {
    assertEquals([status, stepOf({ status }, true)], [status, "keep"]);
  }
  assertEquals(stepOf({ busy: "it is running" }, true), "keep");
  assertEquals(stepOf({ pids: [12] }, true), "keep");
});

Deno.test("judgePlace() keeps what waits for a person unless it is asked for all", () => {
  const restored = { ...owned, restored_at: "2026-01-02T00:00:00.000Z" };
  assertEquals([stepOf({ status: "escalated" }), stepOf({ status: "escalated" }, true)], [
    "keep",
    "clear",
  ]);
  assertEquals([stepOf({ owned: restored }), stepOf({ owned: restored }, true)], ["keep", "clear"]);
});

Deno.test("judgePlace() keeps what stands in the place of a worktree", () => {
  for (const found of ["link", "elsewhere", "file"] as const) {
    for (const phase of ["adding", "ready", "removing"] as const) {
      assertEquals(stepOf({ found, owned: { ...owned, phase } }, true), "keep");
    }
  }
  assertEquals(stepOf({ inBase: false }, true), "keep");
  assertEquals(stepOf({ entry: null }, true), "keep");
  assertEquals(stepOf({ entry: { ...entry, locked: true } }, true), "keep");
});

Deno.test("judgePlace() ends what was cut short, and forgets what is gone", () => {
  const adding = { ...owned, phase: "adding" as const };
  const locked = { ...entry, locked: true };
  assertEquals(stepOf({ owned: { ...owned, phase: "removing" } }), "finish");
  assertEquals(stepOf({ owned: adding, entry: locked }), "finish");
  assertEquals(stepOf({ owned: adding, ownFolder: false }), "keep");
  assertEquals(stepOf({ found: "nothing", entry: null }), "forget");
  assertEquals(stepOf({ found: "nothing", baseExists: false }), "keep");
});

Deno.test("judgePlace() keeps all that the ledger does not own", () => {
  const foreign = { owned: null, status: undefined };
  for (const found of ["folder", "link", "elsewhere", "file"] as const) {
    assertEquals(stepOf({ ...foreign, found }, true), "keep");
    assertEquals(stepOf({ ...foreign, found, entry: null }, true), "keep");
  }
  assertEquals(stepOf({ ...foreign, found: "nothing" }), "forget");
  assertEquals(stepOf({ ...foreign, found: "nothing", ownBranch: false }, true), "keep");
  assertEquals(stepOf({ ...foreign, found: "nothing", inBase: false }, true), "keep");
  assertEquals(stepOf({ ...foreign, found: "nothing", entry: { ...entry, locked: true } }), "keep");
});

Deno.test("judgePlace() removes scratch worktrees of processes that have ended", () => {
  const foreign = { owned: null, status: undefined };
  assertEquals(stepOf({ ...foreign, scratch: { pid: 7, live: true } }, true), "keep");
  assertEquals(stepOf({ ...foreign, scratch: { pid: 7, live: false } }), "scratch");
});
