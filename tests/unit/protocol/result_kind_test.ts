import { assertEquals } from "@std/assert";
import { collectResult, nothingSeen } from "../../../src/dispatcher/collect_result.ts";
import type { Task } from "../../../src/protocol/generated/types.ts";
import { kindOfResult } from "../../../src/protocol/result_kind.ts";

const task = { id: "a", title: "t", status: "pending" } as Task;

function result(outcome: "completed" | "cancelled" | "invalid_task", facts: object = {}) {
  return collectResult(task, {
    ...{ serial: 1, attempts: 1, maxAttempts: 1, runtime: "", startedAt: 0, ...nothingSeen },
    ...facts,
  }, { outcome, status: "failed", error: null, endedAt: 0 });
}

Deno.test("kindOfResult() tells attempts of workers from acceptances and from ends without either", () => {
  const seen = { logPath: "logs/a/1.log", durationMs: 1 };
  assertEquals(kindOfResult(result("completed", seen)), "worker");
  assertEquals(kindOfResult(result("cancelled", seen)), "worker");
  assertEquals(kindOfResult(result("cancelled")), "none");
  assertEquals(kindOfResult(result("invalid_task")), "none");
  const { metadata } = result("completed", seen);
  assertEquals(kindOfResult({ metadata: { ...metadata, accepted_from: null } }), "acceptance");
  assertEquals(kindOfResult({}), "worker");
});
