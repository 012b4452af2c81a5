import { assertEquals } from "@std/assert";
import { toReadEvent } from "../../../src/protocol/events.ts";
import { EventFold, secondsBetween, type TaskHistory } from "../../../src/report/fold_events.ts";

/** Time of a second of a morning. */
const at = (second: number) => new Date(Date.UTC(2026, 10, 20, 8, 0, second)).toISOString();

type Line = [second: number, event_type: string, metadata?: Record<string, unknown>];

function fold(lines: readonly Line[], id = "A"): TaskHistory | undefined {
  const fold = new EventFold();
  for (const [second, event_type, metadata = {}] of lines) {
    const event = toReadEvent({
      event_type,
      task_id: id,
      status: "running",
      timestamp: at(second),
      message: "It happened",
      metadata: { dispatch: "yolo", runtime: "codex", title: "Title", ...metadata },
    });
    if (event) fold.push(event);
  }
  return fold.tasks.get(id);
}

const gate = { gate: "npm test" };

Deno.test("EventFold tells the parts of an attempt when all of them are there", () => {
  const history = fold([
    [0, "task.assigned", { attempt: 1, max_attempts: 2 }],
    [2, "task.started"],
    [7, "task.progress"],
    [10, "task.gated"],
    [10, "rail.check.started", gate],
    [14, "rail.check.failed", { ...gate, gate_outcome: "broken" }],
    [15, "task.retry.scheduled", { outcome: "gate_broken" }],
    [20, "task.assigned"],
  ]);
  assertEquals(history?.title, "Title");
  assertEquals(history?.attempts, [{
    by: "controller",
    started_at: at(0),
    worker_started_at: at(2),
    gates_started_at: at(10),
    ended_at: at(15),
    outcome: "gate_broken",
    next: "pending",
    runtime: "codex",
    attempt: 1,
    of: 2,
    gates: [{
      command: "npm test",
      outcome: "broken",
      started_at: at(10),
      ended_at: at(14),
      seconds: 4,
    }],
  }, {
    by: "controller",
    started_at: at(20),
    worker_started_at: null,
    gates_started_at: null,
    ended_at: null,
    outcome: null,
    next: null,
    runtime: "codex",
    attempt: null,
    of: null,
    gates: [],
  }]);
});

Deno.test("EventFold takes gates without an attempt for an acceptance by a person", () => {
  const history = fold([
    [0, "task.escalated"],
    [60, "task.gated"],
    [60, "rail.check.started", gate],
    [64, "rail.check.passed", gate],
    [65, "task.completed"],
  ]);
  assertEquals(history?.moments.map(({ event_type }) => event_type), ["task.escalated"]);
  assertEquals(history?.attempts.map(({ by, outcome }) => [by, outcome]), [[
    "person",
    "completed",
  ]]);
  assertEquals(history?.completed_at, at(65));
});

Deno.test("EventFold knows no agent of a shell command", () => {
  assertEquals(fold([[0, "task.assigned", { dispatch: "exec" }]])?.attempts[0]?.runtime, null);
});

Deno.test("EventFold keeps tasks apart whatever their ids are, and passes over times that are none", () => {
  assertEquals(fold([[0, "task.assigned"]], "__proto__")?.attempts.length, 1);
  const empty = new EventFold();
  empty.push({
    event_id: "",
    event_type: "task.assigned",
    task_id: "A",
    status: "",
    timestamp: "some day",
    source: "",
    message: "",
    metadata: {},
  });
  assertEquals(empty.tasks.size, 0);
});

Deno.test("secondsBetween() gives null when a time is not known, and never less than 0", () => {
  assertEquals(secondsBetween(null, at(1)), null);
  assertEquals(secondsBetween(at(1), null), null);
  assertEquals(secondsBetween(at(1), "some day"), null);
  assertEquals(secondsBetween(at(5), at(1)), 0);
  assertEquals(secondsBetween(at(1), at(5)), 4);
});
