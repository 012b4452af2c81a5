import { assertEquals } from "@std/assert";
import { changesOf, planSync, type SyncPlan } from "../../../src/sync/sync.ts";
import { readRows, type TaskRow } from "../../../src/sync/task_rows.ts";
import { findTasksTable } from "../../../src/sync/tasks_table.ts";
import { emptyState } from "../../../src/store/ledger.ts";
import { Queue } from "../../../src/store/queue.ts";

function rowsOf(columns: string, ...rows: string[]): TaskRow[] {
  const marks = columns.split("|").map(() => "--").join("|");
  const { table } = findTasksTable([columns, marks, ...rows].join("\n"));
  return table ? readRows(table).rows : [];
}

function queueOf(...tasks: object[]): Queue {
  return Queue.parse(JSON.stringify({ tasks }), "tasks.json");
}

function plan(queue: Queue, columns: string, ...rows: string[]): SyncPlan {
  return planSync(rowsOf(columns, ...rows), { queue, state: emptyState() }, "docs/TASKS.md");
}

const empty = queueOf();

Deno.test("planSync() adds legacy tasks when the table has no column dispatch or its cell is empty", () => {
  const { added } = plan(
    empty,
    "id|status|dispatch|command",
    "a|not-started|",
    "b|in-progress|exec|true",
  );
  const source = { metadata: { source: "docs/TASKS.md" } };
  assertEquals(added.map(({ task }) => task), [
    { id: "a", title: "a", status: "pending", ...source },
    { id: "b", title: "b", status: "pending", dispatch: "exec", command: "true", ...source },
  ]);
  const [legacy] = plan(empty, "id|status", "a|done").added;
  assertEquals(legacy?.task, { id: "a", title: "a", status: "completed", ...source });
});

Deno.test("planSync() skips new rows that people keep, and what stands behind them", () => {
  const { added, skipped } = plan(
    empty,
    "id|status|depends_on",
    "a|blocked|",
    "c|not-started|b",
    "b|not-started|a",
    "d|needs-qa|",
    "e|failed|",
    "f|done|",
  );
  assertEquals(added.map(({ id }) => id), ["f"]);
  assertEquals(skipped.map(({ id, line, reason }) => `${id} ${line} ${reason}`), [
    "a 3 blocked in the table, not in the queue",
    "c 4 depends on b, which is skipped",
    "b 5 depends on a, which is skipped",
    "d 6 needs-qa in the table, not in the queue",
    "e 7 failed in the table, not in the queue",
  ]);
});

Deno.test("planSync() changes only fields that the table has columns for", () => {
  const task = { id: "a", title: "old", status: "pending", dispatch: "exec", command: "x", n: 1 };
  const { changed } = plan(
    queueOf(task),
    "id|status|title|depends_on",
    "a|not-started|new|b",
    "b|done||",
  );
  assertEquals(changed, [{
    id: "a",
    line: 3,
    changes: [
      { field: "title", old: "old", new: "new" },
      { field: "depends_on", old: null, new: ["b"] },
    ],
  }]);
});

Deno.test("planSync() lets an empty cell take a field away, and sees no change in empty ones", () => {
  const queue = queueOf(
    { id: "a", title: "a", status: "pending", issue: "#1", depends_on: ["b"] },
    { id: "b", title: "b", status: "pending", issue: null, depends_on: [], description: "" },
  );
  const { changed, unchanged } = plan(
    queue,
    "id|status|issue|depends_on|description",
    "a|not-started|||",
    "b|not-started|—||",
  );
  assertEquals(unchanged, ["b"]);
  assertEquals(changed[0]?.changes, [
    { field: "issue", old: "#1", new: null },
    { field: "depends_on", old: ["b"], new: null },
  ]);
});

Deno.test("planSync() keeps the command of a task whose cell is empty, and says so", () => {
  const queue = queueOf({ id: "a", title: "a", status: "pending", command: "true", issue: "#1" });
  const planned = plan(queue, "id|status|dispatch|command|issue", "a|not-started|exec||");
  assertEquals(planned.faults, []);
  assertEquals(planned.changed[0]?.changes.map(({ field }) => field), ["dispatch", "issue"]);
  const line = 3;
  const reason = "command: the cell is empty, that of the queue stays";
  assertEquals(planned.skipped, [{ id: "a", line, reason }]);
  assertEquals(plan(queue, "id|status|command|issue", "a|not-started||#1").unchanged, []);
});

Deno.test("planSync() refuses rows of dispatch exec that no command runs", () => {
  const queue = queueOf(
    { id: "a", title: "a", status: "pending", dispatch: "exec" },
    { id: "b", title: "b", status: "pending" },
  );
  const faultsOf = (columns: string, ...rows: string[]) =>
    plan(queue, columns, ...rows).faults.map(({ line, column, field }) => [line, column, field]);
  const columns = "id|status|dispatch|command";
  assertEquals(faultsOf(columns, "new|not-started|exec|"), [[3, 17, "command"]]);
  assertEquals(faultsOf("id|status|dispatch", "new|not-started|exec"), [[3, 17, "command"]]);
  assertEquals(faultsOf(columns, "b|not-started|exec|"), [[3, 15, "command"]]);
  assertEquals(faultsOf(columns, "new|done|exec|", "a|not-started|exec|", "x|blocked|exec|"), []);
});

Deno.test("planSync() keeps status, attempts and pr of a task once it began", () => {
  const began = [
    { id: "a", title: "a", status: "completed", attempts: 1 },
    { id: "b", title: "b", status: "pending", attempts: 0, last_attempt: 2 },
    { id: "c", title: "c", status: "failed", outcome: "cancelled" },
    { id: "d", title: "d", status: "running", attempts: 1, pr: "#1" },
  ];
  const { changed, unchanged } = plan(
    queueOf(...began),
    "id|status|pr",
    "a|not-started|",
    "b|done|#9",
    "c|in-progress|",
    "d|done|#2",
  );
  assertEquals([changed, unchanged], [[], ["a", "b", "c", "d"]]);
});

Deno.test("planSync() completes a task that was never begun when its row is done, and tells so", () => {
  const queue = queueOf({ id: "a", title: "T", status: "pending", attempts: 0 });
  const planned = plan(queue, "id|status", "a|done");
  assertEquals(planned.changed[0]?.changes, [{
    field: "status",
    old: "pending",
    new: "completed",
  }]);
  const { patches, events } = changesOf(planned, queue, { source: "docs/TASKS.md", now: 0 });
  assertEquals(patches, [{ id: "a", fields: { status: "completed" } }]);
  assertEquals(events.map(({ event_type, status, message }) => [event_type, status, message]), [
    ["task.completed", "completed", "Marked as done in docs/TASKS.md"],
  ]);
});

Deno.test("planSync() leaves a row alone as it is in the queue when people keep it", () => {
  const queue = queueOf(
    { id: "a", title: "a", status: "pending" },
    { id: "b", title: "b", status: "escalated" },
  );
  const { changed, skipped, unchanged } = plan(
    queue,
    "id|status|title",
    "a|blocked|other",
    "b|needs-qa|other",
  );
  assertEquals([changed, unchanged], [[], ["b"]]);
  assertEquals(skipped.map(({ reason }) => reason), [
    "blocked in the table, pending in the queue",
  ]);
});

Deno.test("planSync() keeps how a running task runs and the branch of one that began", () => {
  const queue = queueOf(
    { id: "a", title: "a", status: "running", dispatch: "exec", branch: "feat/a" },
    { id: "b", title: "b", status: "failed", dispatch: "exec", branch: "feat/b", attempts: 1 },
  );
  const { changed, skipped } = plan(
    queue,
    "id|status|title|dispatch|branch",
    "a|in-progress|new|yolo|—",
    "b|failed|b||x",
    "b2|done||exec|x",
  );
  assertEquals(changed.map(({ id, changes }) => [id, changes.map(({ field }) => field)]), [
    ["a", ["title"]],
  ]);
  assertEquals(skipped.map(({ id, reason }) => [id, reason]), [
    ["a", "dispatch: the task is running"],
  ]);
});

Deno.test("planSync() refuses unknown dependencies, cycles and twins in the queue", () => {
  const faults = (queue: Queue, ...rows: string[]) =>
    plan(queue, "id|status|depends_on", ...rows).faults
      .map(({ line, column, value, problem }) => `${line}:${column} ${value} ${problem}`);
  assertEquals(faults(queueOf({ id: "q" }), "a|done|q, zz"), [
    "3:8 q, zz names no task of the table or the queue: zz",
  ]);
  assertEquals(faults(empty, "a|done|b", "b|done|c", "c|done|a"), [
    "3:8 b forms a cycle: a → b → c → a",
  ]);
  assertEquals(faults(empty, "a|not-started|a"), ["3:15 a forms a cycle: a → a"]);
  assertEquals(
    faults(queueOf({ id: "q", title: "q", status: "pending", depends_on: ["a"] }), "a|done|q"),
    ["3:8 q forms a cycle: a → q → a"],
  );
  assertEquals(faults(queueOf({ id: "Task" }), "task|done|"), [
    "3:1 task differs in letter case only from Task of the queue",
  ]);
});

Deno.test("planSync() walks a chain of thousands of tasks", () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => `t${i}|done|${i > 0 ? `t${i - 1}` : ""}`);
  const { added, faults } = plan(empty, "id|status|depends_on", ...rows);
  assertEquals([added.length, faults.length], [20_000, 0]);
});

Deno.test("planSync() plans nothing more when its plan was carried out", () => {
  const columns = "id|status|title|depends_on|dispatch|branch|issue";
  const rows = ["a|done|x||exec|b/a|#1", "b|not-started|y|a||—|", "c|in-progress|z|a, b|yolo||"];
  const queue = queueOf({ id: "a", title: "old", status: "pending", dispatch: "acp" });
  const planned = plan(queue, columns, ...rows);
  const { patches, added } = changesOf(planned, queue, { source: "x", now: 0 });
  const after = queue.edit(patches, added, "tasks.json");
  const again = plan(after, columns, ...rows);
  assertEquals([again.added, again.changed], [[], []]);
  assertEquals(again.unchanged, ["a", "b", "c"]);
});
