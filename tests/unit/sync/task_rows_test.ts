import { assertEquals } from "@std/assert";
import { readRows } from "../../../src/sync/task_rows.ts";
import { findTasksTable } from "../../../src/sync/tasks_table.ts";

/** The rows of a table with these columns; every row is `a | b | c`. */
function read(columns: string, ...rows: string[]) {
  const marks = columns.split("|").map(() => "--").join("|");
  const { table } = findTasksTable([columns, marks, ...rows].join("\n"));
  if (!table) throw new Error(`Cannot find a table: ${columns}`);
  return readRows(table);
}

function faultsOf(columns: string, ...rows: string[]): string[] {
  return read(columns, ...rows).faults
    .map(({ line, column, field, value, problem }) =>
      `${line}:${column} ${field} ${value} ${problem}`
    );
}

Deno.test("readRows() sets only what the table has columns for", () => {
  assertEquals(read("id|status", "a|done").rows[0]?.fields, {});
  assertEquals(
    read("id|status|branch|Dispatch|type|depends_on|pr", "a|done|—|`EXEC`|coding|b, `c`,|#7")
      .rows.map(({ fields, pr }) => [fields, pr]),
    [[{ branch: undefined, dispatch: "exec", type: "coding", depends_on: ["b", "c"] }, "#7"]],
  );
});

Deno.test("readRows() takes the title, else the description, else the id", () => {
  const titles = read("id|status|title|description", "a|done|t|d", "b|done||d", "c|done||").rows
    .map(({ fields }) => fields.title);
  assertEquals(titles, ["t", "d", "c"]);
  assertEquals(read("id|status|description", "a|done|d").rows[0]?.fields.title, "d");
});

Deno.test("readRows() knows each status in any case and with any dash", () => {
  const words = ["Not Started", "in_progress", "DONE", "**blocked**", "`failed`", "needs-QA"];
  assertEquals(
    read("id|status", ...words.map((word, i) => `t${i}|${word}`)).rows.map(({ status }) => status),
    ["not-started", "in-progress", "done", "blocked", "failed", "needs-qa"],
  );
});

Deno.test("readRows() names line, column and value of each fault", () => {
  const list = "not-started, in-progress, done, blocked, failed, needs-qa";
  assertEquals(faultsOf("id|status", "a|wip", "b|", "|c||"), [
    `3:3 status wip is none of ${list}`,
    `4:1 status  is none of ${list}`,
    `5:4 status  is none of ${list}`,
  ]);
  assertEquals(faultsOf("id|status|dispatch|type|branch", "a|done|ssh|joke|a..b"), [
    "3:8 dispatch ssh is none of yolo, acp, exec",
    "3:12 type joke is none of coding, deploy, research, review, documentation, infrastructure",
    "3:17 branch a..b is no name that git takes for a branch",
  ]);
});

Deno.test("readRows() refuses ids that do not match, double ones, and twins in another case", () => {
  assertEquals(faultsOf("id|status", "../a|done", "b|done", "b|done", "B|done"), [
    "3:1 id ../a does not match ^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$",
    "5:1 id b is the id of line 4 too",
    "6:1 id B differs in letter case only from b in line 4 too",
  ]);
});

Deno.test("readRows() refuses two columns of one name when it reads them, and too many cells", () => {
  assertEquals(faultsOf("id|status|Status|x|x", "a|done|done|1|2"), [
    "1:11 status Status is the name of several columns",
  ]);
  assertEquals(faultsOf("id|status", "a|done|more"), [
    "3:8 — more stands behind the last column; a bar inside a cell is written \\|",
  ]);
});

Deno.test("readRows() passes over rows without text and tells of those without an id", () => {
  const { rows, nameless } = read("id|status|title", "a|done|x", "—||", "||Phase 2", "b|done|y");
  assertEquals(rows.map(({ id, line }) => [id, line]), [["a", 3], ["b", 6]]);
  assertEquals(nameless, [5]);
});
