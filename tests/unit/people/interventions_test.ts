import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { planCancel, planRetry } from "../../../src/people/interventions.ts";
import { MacpError } from "../../../src/protocol/errors.ts";
import { resolveSettings } from "../../../src/protocol/settings.ts";
import { emptyState } from "../../../src/store/ledger.ts";
import { Queue } from "../../../src/store/queue.ts";

const now = Date.UTC(2026, 0, 1);
const about = { now, settings: resolveSettings([]).settings, isLive: () => true };

function viewOf(task: object) {
  const tasks = [{ id: "a", title: "t", dispatch: "exec", command: "true", ...task }];
  return { queue: Queue.parse(JSON.stringify({ tasks }), "tasks.json"), state: emptyState() };
}

Deno.test("planRetry() puts a task that failed or escalated back, its attempts counted anew", () => {
  for (const status of ["failed", "escalated"]) {
    const { change, result } = planRetry(viewOf({ status, attempts: 3 }), "a", about);
    const [patch] = change?.patches ?? [];
    assertEquals([patch?.fields.status, patch?.fields.attempts, result.status], [
      "pending",
      0,
      "pending",
    ]);
    assertEquals(change?.events?.map(({ event_type }) => event_type), ["task.retry.scheduled"]);
  }
});

Deno.test("planRetry() ends a back-off and keeps the attempts that were spent", () => {
  const view = viewOf({ status: "pending", attempts: 1, not_before: "2026-01-01T01:00:00Z" });
  const fields = planRetry(view, "a", about).change?.patches?.[0]?.fields ?? {};
  assertEquals(["attempts" in fields, "not_before" in fields, fields.not_before], [
    false,
    true,
    undefined,
  ]);
});

Deno.test("planRetry() lifts the hold of the runtime that a pending task waits for", () => {
  const view = viewOf({ status: "pending", dispatch: "yolo", runtime: "claude" });
  const until = new Date(now + 60_000).toISOString();
  const hold = { until, reason: "limit", task_id: "a", since: until };
  view.state.holds = { claude: hold, codex: hold };
  const { change, result } = planRetry(view, "a", about);
  assertEquals(Object.keys(change?.state?.holds ?? {}), ["codex"]);
  assertEquals(result.message, "claude is not held any more; a can run");
});

Deno.test("planRetry() refuses what runs or is completed", () => {
  for (const status of ["running", "gated", "completed"]) {
    const error = assertThrows(
      () => planRetry(viewOf({ status }), "a", about),
      MacpError,
      "task a",
    );
    assertEquals(error.kind, "usage");
  }
});

Deno.test("planCancel() ends a pending task with a result and an event", () => {
  const { change, result } = planCancel(viewOf({ status: "pending" }), "a", about);
  assertEquals(change?.patches?.[0]?.fields.status, "failed");
  assertEquals(change?.events?.map(({ event_type }) => event_type), ["task.failed"]);
  assertEquals([result.ended?.status, result.ended?.metadata?.outcome], ["failed", "cancelled"]);
});

Deno.test("planCancel() asks the controller to end a running task", () => {
  for (const status of ["running", "gated"]) {
    const view = viewOf({ status });
    view.state.controller = { pid: 2, start_time: "1" };
    const { change, result } = planCancel(view, "a", about);
    assertEquals(change?.patches, [{ id: "a", fields: { cancel_requested: true } }]);
    assertEquals([result.ended, result.message], [null, "a will be ended"]);
    const lost = planCancel(view, "a", { ...about, isLive: () => false });
    assertEquals(lost.change, change);
    assertStringIncludes(lost.result.message, "a will be ended by the next macp run or drain");
  }
});

Deno.test("planCancel() does nothing twice, and refuses what ended otherwise", () => {
  assertEquals(
    planCancel(viewOf({ status: "failed", outcome: "cancelled" }), "a", about).change,
    null,
  );
  assertThrows(
    () => planCancel(viewOf({ status: "completed" }), "a", about),
    MacpError,
    "completed already",
  );
});

Deno.test("planCancel() and planRetry() go by the ledger where an older queue was put in place", () => {
  for (const task of [{ status: "pending" }, { status: "failed" }, { id: "other" }]) {
    const view = viewOf(task);
    view.state.controller = { pid: 2, start_time: "1" };
    view.state.running.a = {
      attempt_id: "x",
      serial: 1,
      attempts_before: 0,
      phase: "running",
      started_at: "2026-01-01T00:00:00.000Z",
      legacy: false,
      worktree: null,
      branch: null,
      base_commit: null,
      worker: null,
      verdict: null,
    };
    assertThrows(() => planRetry(view, "a", about), MacpError, "it is running");
    const { change, result } = planCancel(view, "a", about);
    assertEquals(change?.state?.running.a?.cancel_requested, true);
    assertEquals([result.ended, result.message], [null, "a will be ended"]);
  }
});
