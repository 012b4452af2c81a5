import { assertEquals } from "@std/assert";
import { planSync } from "../../../src/sync/sync.ts";
import { applyEdits, planWriteBack } from "../../../src/sync/write_back.ts";
import { readRows } from "../../../src/sync/task_rows.ts";
import { findTasksTable } from "../../../src/sync/tasks_table.ts";
import { emptyState } from "../../../src/store/ledger.ts";
import { Queue } from "../../../src/store/queue.ts";

function writtenBack(text: string, tasks: object[]) {
  const { table } = findTasksTable(text);
  if (!table) throw new Error(`Cannot find a table: ${text}`);
  const { rows } = readRows(table);
  const queue = Queue.parse(JSON.stringify(tasks), "tasks.json");
  const redact = (value: string) => value.replaceAll("s3cret", "[redacted]");
  const plan = planWriteBack({ columns: table.columns, rows }, queue, redact);
  return { rows, queue, ...plan, text: applyEdits(text, plan.edits) };
}

const head = "| id | status | pr |\n|---|---|---|\n";

/** The table after writing back one task, and the row's line alone. */
function rowAfter(row: string, task: object): string {
  const { text } = writtenBack(`${head}${row}\n`, [{ id: "a", title: "a", ...task }]);
  return text.slice(head.length, -1);
}

Deno.test("planWriteBack() writes each status as a word that leaves the queue alone when read", () => {
  const words: [string, string][] = [
    ["running", "in-progress"],
    ["gated", "in-progress"],
    ["completed", "done"],
    ["failed", "failed"],
    ["escalated", "blocked"],
  ];
  for (const [status, word] of words) {
    const task = { id: "a", title: "a", status, attempts: 1 };
    const { rows, queue, text } = writtenBack(`${head}| a | not-started | |\n`, [task]);
    assertEquals(text, `${head}| a | ${word} | |\n`);
    const { changed, added } = planSync(rows, { queue, state: emptyState() }, "x");
    assertEquals([changed, added], [[], []]);
    assertEquals(writtenBack(text, [task]).edits, []);
  }
  const again = { status: "pending", last_attempt: 1 };
  assertEquals(rowAfter("| a | failed | |", again), "| a | not-started | |");
  assertEquals(rowAfter("| a | in-progress | |", again), "| a | in-progress | |");
});

Deno.test("planWriteBack() leaves a cell that means the same, and rows of tasks never begun", () => {
  const kept: [string, object][] = [
    ["| a | **DONE** | |", { status: "completed" }],
    ["| a | needs-qa | |", { status: "completed" }],
    ["| a | needs-qa | |", { status: "escalated" }],
    ["| a | done | |", { status: "pending", attempts: 0 }],
    ["| a | blocked | |", { status: "pending" }],
    ["| a | done | |", { status: "no such status" }],
    ["| a | failed | #1 |", { status: "failed", pr: null }],
  ];
  for (const [row, task] of kept) assertEquals(rowAfter(row, task), row);
});

Deno.test("planWriteBack() writes pr only where the table has the column, and within its cell", () => {
  const completed = { status: "completed", attempts: 1 };
  assertEquals(rowAfter("| a | done ||", { ...completed, pr: "#12" }), "| a | done | #12 |");
  assertEquals(
    rowAfter("| a | done | — |", { ...completed, pr: "x|y\\|z\n| b | done | <!-- s3cret\\" }),
    "| a | done | x\\|y\\|z \\| b \\| done \\| &lt;!-- [redacted] |",
  );
  assertEquals(rowAfter("| a | done | #1 |", { ...completed, pr: "—" }), "| a | done | #1 |");
  assertEquals(rowAfter("| a | done |", { ...completed, pr: "#12" }), "| a | done |");
  const without = "|id|status|\n|--|--|\n|a|failed|\n";
  const { text } = writtenBack(without, [{ id: "a", ...completed, pr: "#12" }]);
  assertEquals(text, without.replace("failed", "done"));
});

Deno.test("planWriteBack() tells of the cell that a row is too short for", () => {
  const { missing } = writtenBack(`${head}| a | done |\n`, [
    { id: "a", status: "completed", pr: "#12" },
  ]);
  assertEquals(missing, [{ id: "a", line: 3, field: "pr" }]);
});

Deno.test("planWriteBack() keeps columns lined up where they were, and other bytes as they are", () => {
  const text = "\ufeff# T\r\n| id |   status    | title  |\r\n| -- | :---------: | ------ |\r\n" +
    "| a  | not-started | x \\| y |\r\n| b  |        done | `c`\t|  \r\n\r\n| a | done |";
  const tasks = [
    { id: "a", status: "completed", attempts: 1 },
    { id: "b", status: "failed", attempts: 1 },
  ];
  const { text: after } = writtenBack(text, tasks);
  assertEquals(
    after,
    text.replace("| not-started |", "| done        |").replace(
      "|        done |",
      "|      failed |",
    ),
  );
  const tight = "id|status\n--|--\na|done\nb| running-late |x\n".replace(
    " running-late |x",
    "done",
  );
  assertEquals(writtenBack(tight, tasks).text, tight.replace("b|done", "b|failed"));
});

Deno.test("planWriteBack() reads back what it wrote when it writes a second time", () => {
  const tasks = [{ id: "a", title: "a", status: "escalated", pr: "a|b <c>" }];
  const { text } = writtenBack(`${head}| a | done | - |\n`, tasks);
  assertEquals(writtenBack(text, tasks).edits, []);
});
