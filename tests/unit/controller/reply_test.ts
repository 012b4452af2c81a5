import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { maxReply, planReply } from "../../../src/people/interventions.ts";
import { MacpError } from "../../../src/protocol/errors.ts";
import { emptyState } from "../../../src/store/ledger.ts";
import { Queue } from "../../../src/store/queue.ts";

const now = Date.UTC(2026, 0, 1);
const about = { now, isLive: () => true };

function viewOf(task: object) {
  const tasks = [{ id: "a", title: "t", dispatch: "exec", command: "true", ...task }];
  return { queue: Queue.parse(JSON.stringify({ tasks }), "tasks.json"), state: emptyState() };
}

function refusalOf(task: object, text = "yes"): MacpError {
  return assertThrows(() => planReply(viewOf(task), "a", { ...about, text }), MacpError);
}

Deno.test("planReply() queues an escalated task again, its attempts counted anew", () => {
  const task = { status: "escalated", attempts: 3, outcome: "needs_input", reason: "Go on?" };
  const { change, result } = planReply(viewOf(task), "a", { ...about, text: " yes\n" });
  const fields = change?.patches?.[0]?.fields ?? {};
  assertEquals([fields.status, fields.attempts, result.status], ["pending", 0, "pending"]);
  assertEquals(["outcome" in fields, fields.outcome, fields.reason], [true, undefined, undefined]);
  assertEquals(fields.replies, [
    { at: "2026-01-01T00:00:00.000Z", question: "Go on?", text: " yes\n" },
  ]);
  const [event] = change?.events ?? [];
  assertEquals([event?.event_type, event?.message], [
    "task.retry.scheduled",
    "Answered by a person",
  ]);
});

Deno.test("planReply() adds to the answers before, and knows no question where none was asked", () => {
  const before = { at: "2025-01-01T00:00:00.000Z", question: "?", text: "x", by: "me" };
  const view = viewOf({ status: "escalated", replies: [before] });
  const replies = planReply(view, "a", { ...about, text: "y" }).change?.patches?.[0]?.fields
    .replies;
  assertEquals(replies, [before, { at: "2026-01-01T00:00:00.000Z", question: null, text: "y" }]);
});

Deno.test("planReply() takes no red gate for a question", () => {
  const asked = (task: object) => {
    const view = viewOf({ status: "escalated", reason: "Why", ...task });
    const replies = planReply(view, "a", { ...about, text: "y" }).change?.patches?.[0]?.fields
      .replies;
    return Array.isArray(replies) ? replies[0].question : undefined;
  };
  assertEquals(asked({ outcome: "gate_failed" }), null);
  assertEquals(asked({ outcome: "worker_escalated" }), "Why");
  assertEquals(asked({}), "Why");
});

Deno.test("planReply() refuses each other status with its way out", () => {
  const cases: [object, string][] = [
    [{ status: "failed" }, "macp retry a"],
    [{ status: "pending" }, "macp drain"],
    [{ status: "completed" }, "new work"],
    [{ status: "running" }, "macp cancel a"],
    [{ status: "gated" }, "macp cancel a"],
    [{ status: "someday" }, "macp validate"],
    [{ status: "escalated", outcome: "handed_over" }, "macp accept a"],
    [{ status: "escalated", outcome: "invalid_task" }, "macp retry a"],
  ];
  for (const [task, hint] of cases) {
    const error = refusalOf(task);
    assertEquals([error.kind, error.code], ["usage", "cannot_reply"]);
    assertStringIncludes(error.hints.join("\n"), hint);
  }
});

Deno.test("planReply() refuses an answer that is empty or longer than a brief can bear", () => {
  const task = { status: "escalated" };
  assertStringIncludes(refusalOf(task, " \n\t").message, "empty");
  assertStringIncludes(refusalOf(task, "x".repeat(maxReply + 1)).message, "longer");
  planReply(viewOf(task), "a", { ...about, text: "x".repeat(maxReply) });
});
