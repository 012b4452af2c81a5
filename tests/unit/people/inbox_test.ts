import { assertEquals } from "@std/assert";
import {
  countWaiting,
  describeInbox,
  findWaiting,
  type WaitingRecords,
} from "../../../src/people/inbox.ts";
import type { TaskResult } from "../../../src/protocol/generated/types.ts";
import { resolveSettings } from "../../../src/protocol/settings.ts";
import { Queue } from "../../../src/store/queue.ts";

function planOf(...tasks: object[]) {
  const whole = tasks.map((task) => ({ title: "t", dispatch: "exec", command: "true", ...task }));
  return {
    queue: Queue.parse(JSON.stringify({ tasks: whole }), "tasks.json"),
    holds: {},
    settings: resolveSettings([]).settings,
    now: Date.UTC(2026, 0, 1),
  };
}

const nothing: WaitingRecords = {
  result: null,
  resultPath: null,
  logPath: null,
  worktree: null,
  endedAt: null,
};

function endedAt(time: string, more: Partial<TaskResult> = {}): WaitingRecords {
  const result = { task_id: "x", status: "failed", completed_at: time, ...more } as TaskResult;
  return { ...nothing, result, resultPath: "/results/x.json" };
}

Deno.test("findWaiting() finds what a person must look at, and nothing that runs by itself", () => {
  const plan = planOf(
    { id: "done", status: "completed" },
    { id: "escalated", status: "escalated" },
    { id: "failed", status: "failed" },
    { id: "alone", status: "failed" },
    { id: "ready", status: "pending", depends_on: ["done"] },
    { id: "waits", status: "pending", depends_on: ["ready"] },
    { id: "behind", status: "pending", depends_on: ["done", "failed"] },
    { id: "running", status: "running" },
    { id: "gated", status: "gated" },
    { id: "later", status: "pending", not_before: "2027-01-01T00:00:00Z" },
    { status: "pending" },
    { id: "odd", status: "later" },
    { id: "unknown", status: "pending", depends_on: ["nobody"] },
  );
  const found = findWaiting(plan, (id) => id === "gated");
  assertEquals(found.map(({ id, kind }) => [id, kind]), [
    ["escalated", "escalated"],
    ["failed", "failed"],
    ["behind", "blocked"],
    ["gated", "interrupted"],
    [null, "invalid"],
    ["odd", "invalid"],
    ["unknown", "invalid"],
  ]);
  assertEquals(found[1]?.blocks, ["behind"]);
  assertEquals(found[2]?.blockedBy, "failed");
  assertEquals(countWaiting(plan), 5);
});

Deno.test("describeInbox() sorts by age, blocked tasks with what blocks them, unknown ages last", () => {
  const plan = planOf(
    { status: "pending" },
    { id: "new", status: "escalated" },
    { id: "old", status: "failed" },
    { id: "behind", status: "pending", depends_on: ["old"] },
    { id: "further", status: "pending", depends_on: ["behind"] },
    { id: "told", status: "escalated" },
  );
  const records: Record<string, WaitingRecords> = {
    new: endedAt("2026-03-01T00:00:00.000Z"),
    old: endedAt("2026-01-01T00:00:00.000Z"),
    told: { ...nothing, endedAt: "2026-02-01T00:00:00.000Z" },
  };
  const items = describeInbox(
    plan.queue,
    findWaiting(plan),
    ({ id }) => records[id ?? ""] ?? nothing,
  );
  assertEquals(items.map(({ id, since }) => [id, since?.slice(0, 7) ?? null]), [
    ["old", "2026-01"],
    ["behind", "2026-01"],
    ["further", "2026-01"],
    ["told", "2026-02"],
    ["new", "2026-03"],
    [null, null],
  ]);
});

Deno.test("describeInbox() tells the reason on one line, and the first gate that is not green", () => {
  const plan = planOf({
    id: "a",
    status: "escalated",
    outcome: "gate_failed",
    reason: "x\n\x1b[2Jy",
  });
  const gate = {
    command: "c",
    type: "mechanical",
    reason: null,
    output_tail: "",
    duration_seconds: 0,
  };
  const records = endedAt("2026-01-01T00:00:00.000Z", {
    metadata: {
      snapshot_ref: "refs/macp/snapshots/a/1",
      gates: [
        { ...gate, command: "first", outcome: "passed", exit_code: 0 },
        { ...gate, command: "second", outcome: "broken", exit_code: 127 },
      ],
    },
  } as Partial<TaskResult>);
  const [item] = describeInbox(plan.queue, findWaiting(plan), () => records);
  assertEquals(item?.reason, "x [2Jy");
  assertEquals(item?.evidence.gate, { command: "second", outcome: "broken", exit_code: 127 });
  assertEquals(item?.evidence.snapshot_ref, "refs/macp/snapshots/a/1");
});

Deno.test("findWaiting() ends where tasks block each other in a circle", () => {
  const plan = planOf(
    { id: "a", status: "pending", depends_on: ["b", "f"] },
    { id: "b", status: "pending", depends_on: ["a"] },
    { id: "f", status: "failed" },
  );
  const items = describeInbox(plan.queue, findWaiting(plan), () => nothing);
  assertEquals(items.map(({ id, kind }) => [id, kind]), [
    ["a", "blocked"],
    ["b", "blocked"],
    ["f", "failed"],
  ]);
});
