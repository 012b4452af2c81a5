import { assertEquals } from "@std/assert";
import {
  findCycle,
  nextStep,
  type Plan,
  standingOf,
  type Step,
  stuckTasks,
} from "../../../src/controller/schedule.ts";
import type { RawTask } from "../../../src/protocol/task.ts";
import { resolveSettings } from "../../../src/protocol/settings.ts";
import { Queue } from "../../../src/store/queue.ts";

const now = Date.UTC(2026, 0, 1);
const { settings } = resolveSettings([]);

function planOf(queue: Queue, at = now, holds: Plan["holds"] = {}): Plan {
  return { queue, holds, settings, now: at };
}

function stepOf(
  queue: Queue,
  { at = now, running = [] as string[], holds = {} as Plan["holds"], inCheckout = false } = {},
): Step {
  return nextStep(planOf(queue, at, holds), { ids: new Set(running), inCheckout });
}

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
  assertEquals(stepOf(queue), { kind: "claim", id: "c" });
  assertEquals(stepOf(queue, { running: ["c"] }), { kind: "claim", id: "d" });
});

Deno.test("nextStep() passes over a task in back-off while another can run, then waits", () => {
  const later = new Date(now + 5000).toISOString();
  assertEquals(stepOf(queueOf({ id: "a", not_before: later }, { id: "b" })), {
    kind: "claim",
    id: "b",
  });
  assertEquals(stepOf(queueOf({ id: "a", not_before: later })), {
    kind: "wait",
    until: now + 5000,
    held: false,
  });
  assertEquals(stepOf(queueOf({ id: "a", not_before: later }), { at: now + 5000 }).kind, "claim");
});

Deno.test("nextStep() refuses an invalid task with every fault, and only when its turn comes", () => {
  const step = stepOf(queueOf({ id: "a", max_attempts: 0, dispatch: "fly" }, { id: "b" }));
  assertEquals(step.kind, "refuse");
  const reason = step.kind === "refuse" ? step.reason : "";
  assertEquals([reason.includes("/max_attempts"), reason.includes("/dispatch")], [true, true]);
});

Deno.test("nextStep() refuses a dependency that is unknown, and a cycle", () => {
  assertEquals(stepOf(queueOf({ id: "a", depends_on: ["zz"] })), {
    kind: "refuse",
    id: "a",
    reason: "depends_on names unknown tasks: zz",
  });
  const cycle = queueOf({ id: "a", depends_on: ["b"] }, { id: "b", depends_on: ["a"] });
  assertEquals(stepOf(cycle), {
    kind: "refuse",
    id: "a",
    reason: "depends_on forms a cycle: a → b → a",
  });
});

Deno.test("nextStep() refuses a task whose result would replace that of another", () => {
  const refused = (...tasks: object[]) => {
    const step = stepOf(queueOf(...tasks));
    return step.kind === "refuse" ? [step.id, /of task (\w+):/.exec(step.reason)?.[1]] : step.kind;
  };
  const done = { id: "a", status: "completed" };
  assertEquals(refused(done, { id: "b", result_path: "results/a.json" }), ["b", "a"]);
  assertEquals(refused(done, { id: "b", result_path: "./results/x/../A.json" }), ["b", "a"]);
  assertEquals(refused({ ...done, result_path: "results/b.json" }, { id: "b" }), ["b", "a"]);
  const [x, y] = [{ id: "x", result_path: "r.json" }, { id: "y", result_path: "r.json" }];
  assertEquals(refused(x, y), "claim");
  assertEquals(refused(x, { ...y, status: "failed" }), ["x", "y"]);
  assertEquals(refused({ ...x, status: "running" }, y), ["y", "x"]);
  assertEquals(refused(done, { id: "b", result_path: "../a.json" }), "claim");
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
  assertEquals(stepOf(queue), { kind: "idle" });
  assertEquals(standingOf(planOf(queue), queue.find("b")), {
    kind: "blocked",
    by: "a",
    status: "failed",
  });
});

Deno.test("nextStep() lets a legacy task have any id, and a MACP task only a valid one", () => {
  assertEquals(stepOf(queueOf({ id: "../x" })).kind, "claim");
  assertEquals(stepOf(queueOf({ id: "../x", dispatch: "exec" })).kind, "refuse");
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

Deno.test("nextStep() passes over tasks whose runtime is held, and says when only holds are left", () => {
  const until = new Date(now + 60_000).toISOString();
  const holds = { claude: { until, reason: "limit", task_id: "a", since: until } };
  const claude = { id: "a", dispatch: "yolo", runtime: "claude" };
  const codex = { id: "b", dispatch: "yolo", runtime: "codex" };
  assertEquals(stepOf(queueOf(claude, codex), { holds }), { kind: "claim", id: "b" });
  assertEquals(stepOf(queueOf(claude), { holds }), {
    kind: "wait",
    until: now + 60_000,
    held: true,
  });
  assertEquals(stepOf(queueOf(claude), { holds, at: now + 60_000 }).kind, "claim");
  const backOff = { id: "c", not_before: new Date(now + 90_000).toISOString() };
  assertEquals(stepOf(queueOf(claude, backOff), { holds }), {
    kind: "wait",
    until: now + 60_000,
    held: false,
  });
});

Deno.test("nextStep() holds a command only when its task names the runtime", () => {
  const until = new Date(now + 60_000).toISOString();
  const holds = { codex: { until, reason: "limit", task_id: "a", since: until } };
  const plain = { id: "a", dispatch: "exec", command: "true" };
  assertEquals(stepOf(queueOf(plain), { holds }).kind, "claim");
  assertEquals(stepOf(queueOf({ ...plain, runtime: "codex" }), { holds }).kind, "wait");
  assertEquals(stepOf(queueOf({ id: "a", runtime: "codex" }), { holds }).kind, "claim");
});

Deno.test("nextStep() lets one task at a time work in the main checkout", () => {
  const here = { id: "a", dispatch: "exec", command: "true", worktree: "." };
  const own = { id: "c", dispatch: "exec", command: "true" };
  assertEquals(stepOf(queueOf(here, { id: "b" }, own), { inCheckout: true }), {
    kind: "claim",
    id: "c",
  });
  assertEquals(stepOf(queueOf(here), { inCheckout: true }).kind, "wait");
  assertEquals(stepOf(queueOf(here)), { kind: "claim", id: "a" });
});

Deno.test("nextStep() passes over a task that would meet an attempt under way, and asks only then", () => {
  const queue = queueOf(
    { id: "a", dispatch: "exec", command: "true", worktree: "/w/shared" },
    { id: "b", dispatch: "exec", command: "true" },
  );
  const asked: string[] = [];
  const busy = (...ids: string[]) => ({
    ids: new Set(ids),
    inCheckout: false,
    meets: ({ id, worktree }: { id: string; worktree?: string }) => {
      asked.push(id);
      return worktree !== undefined;
    },
  });
  assertEquals(nextStep(planOf(queue), busy()), { kind: "claim", id: "a" });
  assertEquals(asked, []);
  assertEquals(nextStep(planOf(queue), busy("x")), { kind: "claim", id: "b" });
  assertEquals(nextStep(planOf(queue), busy("x", "b")).kind, "wait");
  assertEquals(asked, ["a", "b", "a"]);
});

const standingAt = (ms: number, fields: Record<string, unknown>) => {
  const queue = queueOf({ id: "a", not_before: new Date(now + ms).toISOString(), ...fields });
  return standingOf(planOf(queue), queue.find("a") as RawTask).kind;
};

Deno.test("standingOf() takes a pause longer than there is for one by another clock", () => {
  const paused = { outcome: "worker_failed" };
  assertEquals(standingAt(300_000, paused), "waiting");
  assertEquals(standingAt(300_001, paused), "ready");
  assertEquals(standingAt(86_400_000, paused), "ready");
});

Deno.test("standingOf() waits for the time that a person set, however far it is", () => {
  assertEquals(standingAt(300_001, {}), "waiting");
  assertEquals(standingAt(30 * 86_400_000, { attempts: 2 }), "waiting");
  assertEquals(standingAt(-1, {}), "ready");
});
