import { assertEquals } from "@std/assert";
import { collectResult, nothingSeen } from "../../../src/dispatcher/collect_result.ts";
import type { Task } from "../../../src/protocol/generated/types.ts";

const task: Task = { id: "t", title: "T", status: "running" };
const facts = { ...nothingSeen, serial: 1, attempts: 1, maxAttempts: 1, runtime: "codex" };
const verdict = { outcome: "completed", status: "completed", error: null } as const;

Deno.test("collectResult() tells how long it took also when the clock was set meanwhile", () => {
  const startedAt = Date.parse("2026-11-21T12:00:00Z");
  const endedAt = Date.parse("2026-11-20T12:00:00Z");
  const { metadata } = collectResult(
    task,
    { ...facts, startedAt, durationMs: 1500 },
    { ...verdict, endedAt },
  );
  assertEquals(metadata?.duration_seconds, 1.5);
});

Deno.test("collectResult() says nothing of how long it took where nobody saw it", () => {
  const { metadata } = collectResult(task, { ...facts, startedAt: 0 }, { ...verdict, endedAt: 9 });
  assertEquals(metadata?.duration_seconds, null);
});
