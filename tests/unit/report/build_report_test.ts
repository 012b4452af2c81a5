import { assert, assertEquals } from "@std/assert";
import type { TaskResult } from "../../../src/protocol/generated/types.ts";
import { resolveSettings } from "../../../src/protocol/settings.ts";
import { buildReport, type ReportSources } from "../../../src/report/build_report.ts";
import { EventFold } from "../../../src/report/fold_events.ts";
import { TextBudget } from "../../../src/report/text_budget.ts";
import { Queue } from "../../../src/store/queue.ts";

const start = Date.UTC(2026, 10, 20, 8);
const at = (second: number) => new Date(start + second * 1000).toISOString();

type Line = [id: string, second: number, event_type: string, metadata?: Record<string, unknown>];

/** A report of these tasks at second 1000. */
function report(
  tasks: readonly Record<string, unknown>[],
  { lines = [], results = {}, ...more }:
    & { lines?: readonly Line[]; results?: Record<string, TaskResult[]> }
    & Partial<ReportSources> = {},
) {
  const fold = new EventFold();
  for (const [task_id, second, event_type, metadata = {}] of lines) {
    fold.push({
      event_id: "",
      event_type,
      task_id,
      status: /completed|failed|escalated/.exec(event_type)?.[0] ?? "running",
      timestamp: at(second),
      source: "controller",
      message: "It happened",
      metadata: { dispatch: "yolo", runtime: "codex", ...metadata },
    });
  }
  const { settings } = resolveSettings([]);
  return buildReport({
    version: "1.2.3",
    repository: "shop",
    since: null,
    plan: {
      queue: Queue.parse(JSON.stringify({ tasks }), "tasks.json"),
      holds: {},
      settings,
      now: start + 1_000_000,
    },
    histories: fold.tasks,
    inbox: [],
    recordsOf: (id) => ({ results: results[id] ?? [], running: null, logOf: () => null }),
    budget: new TextBudget(10_000),
    unreadableLines: 0,
    ...more,
  });
}

const task = (id: string, status: string, more: Record<string, unknown> = {}) => ({
  id,
  title: `Title of ${id}`,
  status,
  dispatch: "yolo",
  ...more,
});

function result(id: string, metadata: NonNullable<TaskResult["metadata"]>): TaskResult {
  return { task_id: id, status: "completed", completed_at: at(90), metadata };
}

Deno.test("buildReport() leaves unknown what nothing tells, and never says 0 for it", () => {
  const { summary, from, to } = report([task("A", "pending")]);
  assertEquals(summary.phases, {
    preparing: null,
    working: null,
    gates: null,
    pausing: null,
    person: null,
  });
  assertEquals([from, to], [null, null]);
  const ran = report([task("A", "completed")], {
    lines: [["A", 0, "task.assigned"], ["A", 9, "task.completed"]],
    results: { A: [result("A", { started_at: at(0), usage: null })] },
  });
  assertEquals(ran.tasks[0]?.attempts[0]?.usage, null);
  assertEquals(ran.summary.usage, {
    input_tokens: null,
    output_tokens: null,
    cost_usd: null,
    reported: 0,
    unreported: 1,
  });
});

Deno.test("buildReport() adds up tokens where they are known and counts those that told none", () => {
  const lines: Line[] = ["A", "B"].flatMap((id): Line[] => [
    [id, 0, "task.assigned"],
    [id, 90, "task.completed"],
  ]);
  const usage = { input_tokens: 10, output_tokens: null, cost_usd: 0 };
  const { summary } = report([task("A", "completed"), task("B", "completed")], {
    lines,
    results: { A: [result("A", { started_at: at(0), usage })] },
  });
  const expected = {
    input_tokens: 10,
    output_tokens: null,
    cost_usd: 0,
    reported: 1,
    unreported: 1,
  };
  assertEquals(summary.usage, expected);
  assertEquals(summary.runtimes, [
    { runtime: "codex", attempts: 2, completed: 2, working: null, ...expected },
  ]);
});

Deno.test("buildReport() counts completed tasks alike at the top and by runtime", () => {
  const { summary } = report([
    task("A", "completed"),
    task("B", "completed"),
    task("C", "escalated"),
    task("D", "completed"),
  ], {
    lines: [
      ["A", 0, "task.assigned"],
      ["A", 10, "task.completed", { outcome: "completed" }],
      ["B", 0, "task.assigned"],
      ["B", 10, "task.escalated", { outcome: "gate_failed" }],
      ["B", 50, "task.gated"],
      ["B", 60, "task.completed", { outcome: "completed" }],
      ["C", 0, "task.assigned", { runtime: "claude" }],
      ["C", 10, "task.completed", { outcome: "completed" }],
      ["C", 20, "task.assigned", { runtime: "claude" }],
      ["C", 30, "task.escalated", { outcome: "gate_failed" }],
      ["D", 0, "task.assigned"],
      ["D", 10, "task.retry.scheduled", { outcome: "gate_failed" }],
      ["D", 20, "task.assigned"],
      ["D", 30, "task.completed", { outcome: "completed" }],
    ],
  });
  assertEquals(summary.by_status.completed, 3);
  assertEquals(
    summary.runtimes.map(({ runtime, attempts, completed }) => [runtime, attempts, completed]),
    [["codex", 4, 3], ["claude", 2, 0]],
  );
});

Deno.test("buildReport() puts each result to the events of its attempt, and keeps one without events", () => {
  const { tasks, summary } = report([task("A", "completed")], {
    lines: [
      ["A", 50, "task.assigned"],
      ["A", 55, "task.started"],
      ["A", 70, "task.gated"],
      ["A", 90, "task.completed", { outcome: "completed" }],
    ],
    results: {
      A: [
        result("A", {
          started_at: at(0),
          attempt_serial: 1,
          outcome: "gate_failed",
          duration_seconds: 20,
          gates: [{
            command: "npm test",
            type: "mechanical",
            outcome: "failed",
            exit_code: 1,
            duration_seconds: 4,
            output_tail: "one\u001b[31m failed\r\n",
          }],
        }),
        result("A", { started_at: at(50), attempt_serial: 2, outcome: "completed" }),
      ],
    },
  });
  const attempts = tasks[0]?.attempts ?? [];
  assertEquals(attempts.map(({ serial, outcome }) => [serial, outcome]), [
    [1, "gate_failed"],
    [2, "completed"],
  ]);
  assertEquals(attempts.map(({ phases }) => phases), [
    { preparing: null, working: null, gates: 4 },
    { preparing: 5, working: 15, gates: 20 },
  ]);
  assertEquals(tasks[0]?.details.attempts[0]?.gates[0]?.tail, "one\u{fffd}[31m failed");
  assertEquals([summary.attempts, summary.retries, summary.red_gates], [2, 1, 1]);
  assertEquals([summary.phases.gates, summary.phases.preparing], [24, 5]);
});

Deno.test("buildReport() adds up pauses and the time that a person took", () => {
  const { summary } = report([task("A", "escalated"), task("B", "completed")], {
    lines: [
      ["A", 0, "task.assigned"],
      ["A", 10, "task.retry.scheduled", { outcome: "gate_failed" }],
      ["A", 40, "task.assigned"],
      ["A", 60, "task.escalated", { outcome: "gate_failed" }],
      ["B", 0, "task.assigned"],
      ["B", 10, "task.escalated", { outcome: "needs_input" }],
      ["B", 15, "task.retry.scheduled"],
      ["B", 100, "task.assigned"],
      ["B", 110, "task.completed", { outcome: "completed" }],
    ],
  });
  assertEquals([summary.phases.pausing, summary.phases.person], [30, 940 + 5]);
});

Deno.test("buildReport() keeps to the time that is asked for, and shows what may still happen", () => {
  const lines: Line[] = [
    ["OLD", 0, "task.assigned"],
    ["OLD", 10, "task.completed"],
    ["NEW", 0, "task.assigned"],
    ["NEW", 10, "task.retry.scheduled"],
    ["NEW", 600, "task.assigned"],
    ["NEW", 610, "task.completed"],
    ["GONE", 700, "task.assigned", { title: "Taken out" }],
    ["GONE", 710, "task.failed"],
  ];
  const queue = [task("OLD", "completed"), task("NEW", "completed"), task("NEXT", "pending")];
  const { tasks } = report(queue, { lines, since: start + 500_000 });
  assertEquals(tasks.map(({ id, attempts, queued }) => [id, attempts.length, queued]), [
    ["NEW", 1, true],
    ["NEXT", 0, true],
    ["GONE", 1, false],
  ]);
  assertEquals(tasks.at(-1)?.title, "Taken out");
  assertEquals(tasks.at(-1)?.status, "failed");
  assertEquals(report(queue, { lines }).tasks.length, 4);
});

Deno.test("buildReport() says what a pending task waits for, and when it could begin", () => {
  const { tasks } = report([
    task("A", "completed"),
    task("B", "pending", { depends_on: ["A"] }),
    task("C", "pending", { depends_on: ["B"] }),
  ], { lines: [["A", 0, "task.assigned"], ["A", 10, "task.completed"]] });
  assertEquals(tasks.map(({ waits, ready_at }) => [waits, ready_at]), [
    [null, null],
    [null, at(10)],
    ["for B, which is pending", null],
  ]);
});

Deno.test("buildReport() leaves out output when there is too much, first of what went well", () => {
  const gates = (text: string) => [{
    command: "npm test",
    type: "mechanical" as const,
    outcome: "passed" as const,
    exit_code: 0,
    duration_seconds: 1,
    output_tail: text,
  }];
  const { tasks } = report([task("GOOD", "completed"), task("BAD", "failed")], {
    lines: ["GOOD", "BAD"].flatMap((id): Line[] => [
      [id, 0, "task.assigned"],
      [id, 90, id === "GOOD" ? "task.completed" : "task.failed"],
    ]),
    results: {
      GOOD: [result("GOOD", { started_at: at(0), gates: gates("fine") })],
      BAD: [result("BAD", { started_at: at(0), gates: gates("what went wrong") })],
    },
    budget: new TextBudget(5),
  });
  const tails = tasks.map(({ id, details }) => [id, details.attempts[0]?.gates[0]?.tail]);
  assertEquals(tails, [["GOOD", null], ["BAD", "what went wrong"]]);
});

Deno.test("buildReport() takes no status, title or reply for granted", () => {
  const { tasks, summary } = report([
    { id: "A", title: "two\nlines\u202e", status: "__proto__", replies: ["no", { text: 7 }] },
  ]);
  assertEquals(tasks[0]?.title, "two lines");
  assertEquals(tasks[0]?.status, null);
  assertEquals(tasks[0]?.details.replies, [{ at: "", question: null, text: "" }]);
  assert(Object.hasOwn(summary.by_status, "invalid"));
});

Deno.test("buildReport() takes neither an acceptance nor the end of a waiting task for an attempt", () => {
  const unseen = { log_path: null, duration_seconds: null };
  const { tasks, summary } = report([task("A", "completed"), task("B", "failed")], {
    lines: [
      ["A", 0, "task.assigned", { attempt: 1, max_attempts: 1 }],
      ["A", 9, "task.escalated"],
      ["A", 90, "task.completed"],
      ["B", 50, "task.failed"],
    ],
    results: {
      A: [
        { ...result("A", { started_at: at(0), attempt_serial: 1 }), completed_at: at(9) },
        result("A", { started_at: at(80), attempt_serial: 2, accepted_from: "needs_input" }),
      ],
      B: [result("B", { ...unseen, started_at: at(50), attempt_serial: 0, outcome: "cancelled" })],
    },
  });
  const [a, b] = tasks;
  assertEquals(a?.attempts.map(({ by, serial, attempt, of }) => [by, serial, attempt, of]), [
    ["controller", 1, 1, 1],
    ["person", 2, null, null],
  ]);
  assertEquals([b?.attempts, b?.details.attempts], [[], []]);
  assertEquals(summary.attempts, 1);
});
