import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { taskOptions } from "../../../src/delegation/task_options.ts";
import { taskReport } from "../../../src/delegation/task_report.ts";
import { taskIdPattern } from "../../../src/protocol/names.ts";

Deno.test("taskOptions() turns metadata.delegate into options", async () => {
  const delegate = {
    ...{ agent: "webster", timeout_seconds: 60, retries: 2, caller: "manager", context: "a.md" },
    ...{ workflow_id: "flow", step_id: null, validate: false, deliver: true },
  };
  assertEquals(await taskOptions({ id: "TASK-1", metadata: { delegate } }, "3"), {
    agent: "webster",
    texts: {
      ...{ "run-id": "task-1-3", timeout: "60", retries: "2", caller: "manager" },
      ...{ context: "a.md", "workflow-id": "flow" },
    },
    flags: ["no-validate"],
    earlier: ["task-1-2", "task-1-1"],
  });
});

Deno.test("taskOptions() makes a run id of any task id", async () => {
  for (const id of ["a b", "ä", "_x", "-", "x".repeat(128), "Same", "..", "a.prev", "日本"]) {
    const { texts } = await taskOptions({ id, metadata: { delegate: { agent: "w" } } }, "12");
    assertMatch(texts["run-id"] ?? "", taskIdPattern);
    assertMatch(texts["run-id"] ?? "", /-12$/);
  }
});

Deno.test("taskOptions() says what is wrong", async () => {
  const wrong: [unknown, string][] = [
    [undefined, "metadata.delegate is missing"],
    [{}, "metadata.delegate.agent names no agent"],
    [{ agent: "w", timeout: 3 }, "metadata.delegate.timeout is not known"],
    [{ agent: "w", timeout_seconds: 0 }, "metadata.delegate.timeout_seconds is less than 1: 0"],
    [{ agent: "w", toString: 3 }, "metadata.delegate.toString is not known"],
    [{ agent: "w", deliver: "no" }, 'metadata.delegate.deliver is no boolean: "no"'],
  ];
  for (const [delegate, message] of wrong) {
    const task = { id: "T", metadata: { delegate } };
    await assertRejects(() => taskOptions(task, "1"), Error, message);
  }
});

Deno.test("taskReport() sums up an answer, and asks for a person when the agent is blocked", () => {
  const run = { runId: "r", agent: "w" };
  assertEquals(
    taskReport({ document: { status: "complete", result: "A\nB", ...run }, error: null }),
    {
      summary: "A B",
      metadata: { delegation: { run_id: "r", agent: "w", status: "complete", result: "A\nB" } },
    },
  );
  const blocked = { code: "agent_blocked", message: "Agent blocked: which?", hints: [] };
  assertEquals(taskReport({ document: { status: "blocked", ...run }, error: blocked }), {
    summary: "Agent blocked: which?",
    metadata: { delegation: { run_id: "r", agent: "w", status: "blocked", code: "agent_blocked" } },
    status: "escalated",
    escalation_reason: "Agent blocked: which?",
  });
});
