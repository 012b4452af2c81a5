import { assertEquals } from "@std/assert";
import { countQueue } from "../../../../src/cli/live/queue_counts.ts";
import { countWaiting } from "../../../../src/people/inbox.ts";
import { resolveSettings } from "../../../../src/protocol/settings.ts";
import { Queue } from "../../../../src/store/queue.ts";

Deno.test("countQueue() counts who needs a person as the inbox does, and each task once", () => {
  const tasks = [
    { id: "asks", status: "escalated" },
    { id: "lost", status: "failed" },
    { id: "alone", status: "failed" },
    { id: "after", status: "pending", depends_on: ["lost"] },
    { id: "further", status: "pending", depends_on: ["after"] },
    { id: "done", status: "completed" },
    { id: "ready", status: "pending", depends_on: ["done"] },
    { id: "next", status: "pending", depends_on: ["ready"] },
    { id: "later", status: "pending", not_before: "2026-01-01T00:01:00Z" },
    { id: "runs", status: "running" },
    { status: "pending" },
  ].map((task) => ({ title: "t", dispatch: "exec", command: "true", ...task }));
  const plan = {
    queue: Queue.parse(JSON.stringify({ tasks }), "tasks.json"),
    holds: {},
    settings: resolveSettings([]).settings,
    now: Date.UTC(2026, 0, 1),
  };
  const counts = countQueue(plan);
  assertEquals(counts, {
    needsPerson: 3,
    failed: 1,
    blocked: 2,
    completed: 1,
    ready: 1,
    waiting: 2,
    wakeMs: 60_000,
  });
  assertEquals(counts.needsPerson, countWaiting(plan));
});
