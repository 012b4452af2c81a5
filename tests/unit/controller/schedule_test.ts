import { assertEquals } from "@std/assert";
import { findCycle, nextStep, standingOf, stuckTasks } from "../../../src/controller/schedule.ts";
import { Queue } from "../../../src/store/queue.ts";

const now = Date.UTC(2026, 0, 1);
const none: ReadonlySet<string> = new Set();

function queueOf(...tasks: object[]): Queue {
  const whole = tasks.map((task) => ({ title: "t", status: "pending", ...task }));
  return Queue.parse(JSON.stringify({ tasks: whole }), "tasks.json");
}

Deno.test("nextStep() claims the first task in file order whose dependencies are completed", () => {
  const queue = queueOf(
    { id: "a", depends_on: ["c"] },
    { id: "b", status: "completed" },
    { id: "c" },
    { id: "d" },
  );
  assertEquals(nextStep(queue, now, none), { kind: "claim", id: "c" });
  assertEquals(nextStep(queue, now, new Set(["c"])), { kind: "claim", id: "d" });
});

Deno.test("nextStep() passes over a task in back-off while another can run, then waits", () => {
  const later = new Date(now + 5000).toISOString();
  assertEquals(nextStep(queueOf({ id: "a", not_before: later }, { id: "b" }), now, none), {
    kind: "claim",
    id: "b",
  });
  assertEquals(nextStep(queueOf({ id: "a", not_before: later }), now, none), {
    kind: "wait",
    until: now + 5000,
  });
  assertEquals(nextStep(queueOf({ id: "a", not_before: later }), now + 5000, none).kind, "claim");
});

Deno.test("nextStep() refuses an invalid task with every fault, and only when its turn comes", () => {
  const step = nextStep(
    queueOf({ id: "a", max_attempts: 0, dispatch: "fly" }, { id: "b" }),
    now,
    none,
  );
  assertEquals(step.kind, "refuse");
  const reason = step.kind === "refuse" ? step.reason : "";
  assertEquals([reason.includes("/max_attempts"), reason.includes("/dispatch")], [true, true]);
});

Deno.test("nextStep() refuses a dependency that is unknown, and a cycle", () => {
  assertEquals(nextStep(queueOf({ id: "a", depends_on: ["zz"] }), now, none), {
    kind: "refuse",
    id: "a",
    reason: "depends_on names unknown tasks: zz",
  });
  const cycle = queueOf({ id: "a", depends_on: ["b"] }, { id: "b", depends_on: ["a"] });
  assertEquals(nextStep(cycle, now, none), {
    kind: "refuse",
    id: "a",
    reason: "depends_on forms a cycle: a → b → a",
  });
});

Deno.test("stuckTasks() names who waits for a failure, directly or not, and nobody else", () => {
  const queue = queueOf(
    { id: "c", depends_on: ["b"] },
    { id: "a", status: "escalated" },
    { id: "b", depends_on: ["x", "a"] },
    { id: "x" },
    { id: "y", depends_on: ["x"] },
  );
  assertEquals(stuckTasks(queue), ["c", "b"]);
});

Deno.test("nextStep() is idle behind a dependency that failed", () => {
  const queue = queueOf({ id: "a", status: "failed" }, { id: "b", depends_on: ["a"] });
  assertEquals(nextStep(queue, now, none), { kind: "idle" });
  assertEquals(standingOf(queue, queue.find("b"), now), {
    kind: "blocked",
    by: "a",
    status: "failed",
  });
});

Deno.test("nextStep() lets a legacy task have any id, and a MACP task only a valid one", () => {
  assertEquals(nextStep(queueOf({ id: "../x" }), now, none).kind, "claim");
  assertEquals(nextStep(queueOf({ id: "../x", dispatch: "exec" }), now, none).kind, "refuse");
});

Deno.test("findCycle() walks a chain of 20,000 tasks", () => {
  const chain = Array.from(
    { length: 20_000 },
    (_, i) => ({ id: `t${i}`, depends_on: [`t${i + 1}`] }),
  );
  assertEquals(findCycle(queueOf(...chain, { id: "t20000" })), null);
  assertEquals(findCycle(queueOf(...chain, { id: "t20000", depends_on: ["t19999"] })), [
    "t19999",
    "t20000",
  ]);
});
