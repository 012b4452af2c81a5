import { assertEquals } from "@std/assert";
import { findTasksTable } from "../../../src/sync/tasks_table.ts";

/** Texts of the cells of the columns, row by row. */
function cellsOf(text: string, ...columns: string[]): (string | undefined)[][] {
  const rows = findTasksTable(text).table?.rows ?? [];
  return rows.map(({ cells }) => columns.map((name) => cells[name]?.text));
}

const head = "| id | status | title |\n|---|---|---|\n";

Deno.test("findTasksTable() takes the first table with id and status, whatever their case", () => {
  const text = [
    "| name | who |",
    "|---|---|",
    "| a | b |",
    "",
    "| Depends On | STATUS | `ID` |",
    "| :--- | :---: | ---: |",
    "| x | done | one |",
    "",
    "| id | status |",
    "|--|--|",
    "| other | done |",
  ].join("\n");
  assertEquals(cellsOf(text, "id", "status", "depends_on"), [["one", "done", "x"]]);
  assertEquals(findTasksTable(text).further, [9]);
});

Deno.test("findTasksTable() finds nothing when there is no such table", () => {
  const none = ["", "text", "| id | status |", "| id | status |\n| a | done |", head.slice(2)];
  const tables = none.slice(0, 4).map((text) => findTasksTable(text).table);
  assertEquals(tables, [null, null, null, null]);
});

Deno.test("findTasksTable() passes over code fences, comments and indented code", () => {
  for (
    const hidden of [
      `\`\`\`md\n${head}| a | done | t |\n\`\`\`\n`,
      `~~~~\n${head}| a | done | t |\n~~~\n~~~~~\n`,
      `<!--\n${head}| a | done | t |\n-->\n`,
      `    ${head.replaceAll("\n", "\n    ")}| a | done | t |\n\n`,
      `> ${head.replaceAll("\n", "\n> ")}| a | done | t |\n\n`,
    ]
  ) {
    assertEquals(cellsOf(hidden + head + "| b | done | t |\n", "id"), [["b"]], hidden);
    assertEquals(cellsOf(hidden, "id"), [], hidden);
  }
  assertEquals(cellsOf("```\nunclosed\n" + head + "| b | done | t |", "id"), []);
});

Deno.test("findTasksTable() reads escaped bars, also in code spans, and optional outer bars", () => {
  const text = "id | status | title\n--|--|--\n" +
    "a | done | Escape `x \\| y` \\| z\n" +
    "|b | done | plain|\n";
  assertEquals(cellsOf(text, "id", "title"), [["a", "Escape `x | y` | z"], ["b", "plain"]]);
});

Deno.test("findTasksTable() keeps bars in code spans only where the row has too many cells", () => {
  assertEquals(cellsOf(head + "| a | done | `x | y` |\n", "title"), [["`x | y`"]]);
  assertEquals(cellsOf(head + "| a | `do | ne` |\n", "status", "title"), [["`do", "ne`"]]);
  const { table } = findTasksTable(head + "| a | done | x | y |\n");
  assertEquals(table?.overfull.map(({ line, column, text }) => [line, column, text]), [[
    3,
    18,
    "y",
  ]]);
});

Deno.test("findTasksTable() takes dashes and blanks for empty cells, and misses missing ones", () => {
  assertEquals(cellsOf(head + "| a | — | - |\n| b |  ||\n| c |\n", "status", "title"), [
    ["", ""],
    ["", ""],
    [undefined, undefined],
  ]);
});

Deno.test("findTasksTable() ends a table at an empty line, text, or another block", () => {
  for (const end of ["\n| b | done | t |", "text", "# a | b", "> | b | c |", "```\n| b |\n```"]) {
    assertEquals(cellsOf(`${head}| a | done | t |\n${end}\n`, "id"), [["a"]], end);
  }
});

Deno.test("findTasksTable() gives places that hold with a byte order mark and CRLF", () => {
  const text = `\ufeff# Tasks\r\n\r\n${head.replaceAll("\n", "\r\n")}| a |  done | t |\r\n`;
  const status = findTasksTable(text).table?.rows[0]?.cells.status;
  assertEquals(text.slice(status?.start, status?.end), "  done ");
  assertEquals([status?.line, status?.column], [5, 8]);
});
