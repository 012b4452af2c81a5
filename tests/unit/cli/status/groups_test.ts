import { assertEquals } from "@std/assert";
import { countQueue } from "../../../../src/cli/live/queue_counts.ts";
import { type GroupName, groupTasks } from "../../../../src/cli/status/groups.ts";
import { countWaiting } from "../../../../src/people/inbox.ts";
import { idOf } from "../../../../src/protocol/task.ts";
import { resolveSettings } from "../../../../src/protocol/settings.ts";
import { Queue } from "../../../../src/store/queue.ts";

const now = Date.UTC(2026, 0, 1);
const { settings } = resolveSettings([]);

function planOf(tasks: object[]) {
  const whole = tasks.map((task) => ({ title: "t", status: "pending", ...task }));
  const queue = Queue.parse(JSON.stringify({ tasks: whole }), "tasks.json");
  return { queue, holds: {}, settings, now };
}

const mixed = [
  { id: "runs", status: "running" },
  { id: "gated", status: "gated" },
  { id: "asks", status: "escalated" },
  { id: "broke", status: "failed" },
  { id: "lone", status: "failed" },
  { id: "behind", depends_on: ["broke"] },
  { id: "later", not_before: "2026-01-01T00:01:00.000Z" },
  { id: "soon", depends_on: ["ready"] },
  { id: "ready" },
  { id: "odd", status: "strange" },
  { id: "wrong", depends_on: ["nobody"] },
  { status: "pending" },
  { id: "done", status: "completed" },
];

Deno.test("groupTasks() tells what runs, needs a person, waits, can run, and ended", () => {
  const plan = planOf(mixed);
  const groups = groupTasks(plan, plan.queue.tasks);
  const ids = (name: GroupName) => groups[name].shown.map(({ raw }) => idOf(raw));
  assertEquals(ids("running"), ["runs", "gated"]);
  assertEquals(ids("person"), ["asks", "broke", "odd", "wrong", null]);
  assertEquals(ids("waiting"), ["behind", "later", "soon"]);
  assertEquals(ids("ready"), ["ready"]);
  assertEquals(ids("ended"), ["lone", "done"]);
});

Deno.test("groupTasks() takes a task whose attempt is under way for one that runs, whatever its status", () => {
  const plan = planOf([{ id: "a" }, { id: "b", status: "failed" }, { id: "c", status: "odd" }]);
  const groups = groupTasks(plan, plan.queue.tasks, new Set(["a", "b", "c"]));
  assertEquals(groups.running.shown.map(({ raw }) => idOf(raw)), ["a", "b", "c"]);
  for (const name of ["person", "waiting", "ready", "ended"] as const) {
    assertEquals(groups[name].shown, []);
  }
});

Deno.test("groupTasks() shows the first of each group of a long queue and counts the rest", () => {
  const plan = planOf([
    ...Array.from({ length: 2000 }, (_, i) => ({ id: `p${i}` })),
    ...Array.from({ length: 30 }, (_, i) => ({ id: `e${i}`, status: "escalated" })),
    ...Array.from({ length: 30 }, (_, i) => ({ id: `d${i}`, status: "completed" })),
  ]);
  const groups = groupTasks(plan, plan.queue.tasks);
  const { ready, person, ended, unlooked } = groups;
  assertEquals([ready.shown.length, ready.more, unlooked], [15, 485, 1500]);
  assertEquals([person.shown.length, person.more], [10, 20]);
  assertEquals([idOf(ended.shown[0]?.raw), ended.shown.length, ended.more], ["d20", 10, 20]);
});

Deno.test("countQueue() counts each task once, but for those that run, and as the inbox does", () => {
  const plan = planOf(mixed);
  const counts = countQueue(plan);
  assertEquals(counts.needsPerson, countWaiting(plan));
  assertEquals(counts.needsPerson, groupTasks(plan, plan.queue.tasks).person.shown.length);
  assertEquals(counts, {
    ready: 1,
    waiting: 2,
    blocked: 1,
    needsPerson: 5,
    failed: 1,
    completed: 1,
    wakeMs: 60_000,
  });
});
