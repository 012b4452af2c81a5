import { assert, assertEquals } from "@std/assert";
import type { BoardAttempt, BoardCounts } from "../../../../src/cli/live/board.ts";
import { marksFor } from "../../../../src/cli/live/marks.ts";
import { renderBoard, shareOf } from "../../../../src/cli/live/render_board.ts";
import { widthOf } from "../../../../src/cli/live/text_width.ts";

const none: BoardCounts = {
  ready: 0,
  waiting: 0,
  blocked: 0,
  needsPerson: 0,
  failed: 0,
  completed: 0,
  wakeMs: null,
};

function attempt(id: string, fields: Partial<BoardAttempt> = {}): BoardAttempt {
  return {
    key: id,
    id,
    title: `Title of ${id}`,
    phase: "working",
    attempt: 1,
    maxAttempts: 3,
    elapsedMs: 64_000,
    gates: [],
    said: null,
    ...fields,
  };
}

function render(
  attempts: BoardAttempt[],
  size: { columns?: number; rows?: number; env?: Record<string, string> } = {},
  counts: Partial<BoardCounts> = {},
  remarks: string[] = [],
): string[] {
  const { columns = 60, rows = 20, env = {} } = size;
  const paint = (_: string, text: string) => text;
  const canvas = { columns, rows, marks: marksFor(env), paint };
  return renderBoard({ attempts, counts: { ...none, ...counts }, remarks }, canvas);
}

const rich = (id: string) =>
  attempt(id, {
    phase: "gates",
    gates: [
      { command: "npm run lint", state: "passed" },
      { command: "npm test", state: "failed" },
      { command: "npm run build", state: "running" },
      { command: "npm run e2e", state: "ahead" },
    ],
    said: "設定を読んでいます ".repeat(20),
  });

Deno.test("renderBoard() shows phase, attempt and time at the right, gates and words below", () => {
  assertEquals(render([{ ...rich("a"), said: "hello" }], { columns: 81 }, { waiting: 2 }), [
    `▸ a  Title of a${" ".repeat(33)}gates 2/4 · attempt 1/3 · 1m 04s`,
    "  ✓ npm run lint  ✗ npm test  ● npm run build  ○ npm run e2e",
    "  │ hello",
    "",
    "1 running · 2 waiting",
  ]);
});

Deno.test("renderBoard() is never wider nor higher than it may be", () => {
  const many = Array.from({ length: 9 }, (_, i) => rich(`設定-${i}`));
  for (const columns of [12, 20, 40, 59, 60, 80, 200]) {
    for (let rows = 1; rows < 50; rows++) {
      const lines = render(many, { columns, rows }, { waiting: 1000 }, ["→ slack: up to date"]);
      assert(lines.length <= rows, `${columns} × ${rows}: ${lines.length} lines`);
      for (const line of lines) assert(widthOf(line) < columns, `${columns}: ${line}`);
    }
  }
});

Deno.test("renderBoard() gives up words, then gates, then attempts, and says how many", () => {
  const two = [rich("a"), rich("b")];
  assertEquals(render(two, { columns: 80, rows: 6 }).map((line) => line.slice(0, 3)), [
    "▸ a",
    "  ✓",
    "▸ b",
    "  ✓",
    "",
    "2 r",
  ]);
  const three = [...two, rich("c")];
  assertEquals(render(three, { columns: 80, rows: 4 }).map((line) => line.slice(0, 3)), [
    "▸ a",
    "▸ b",
    "▸ c",
    "3 r",
  ]);
  assertEquals(render(three, { columns: 80, rows: 3 }).slice(1), [
    "… and 2 more running",
    "3 running",
  ]);
});

Deno.test("renderBoard() keeps red gates and the one that runs where there are many", () => {
  const gates = [
    ...Array.from({ length: 10 }, (_, i) => ({ command: `green ${i}`, state: "passed" as const })),
    { command: "red", state: "failed" as const },
    { command: "now", state: "running" as const },
  ];
  const [, line = ""] = render([attempt("a", { gates, phase: "gates" })], { columns: 61 });
  assert(line.includes("✗ red") && line.includes("● now"), line);
});

Deno.test("renderBoard() says when nothing runs, and when something will", () => {
  assertEquals(render([], {}, { waiting: 1, wakeMs: 5000 }), [
    "nothing runs · 1 waiting · next in 5s",
  ]);
});

Deno.test("Where the locale knows no UTF-8, marks are typed; each state has a mark of its own", () => {
  const lines = render([rich("a")], { env: { LC_ALL: "C" } });
  assert(lines[0]?.startsWith("> a") && lines[1]?.includes("x npm test"), lines.join("\n"));
  for (const env of [{}, { LANG: "C" }]) {
    const marks = Object.values(marksFor(env as Record<string, string>));
    assert(new Set(marks).size >= marks.length - 1);
  }
});

Deno.test("shareOf() gives short texts what they need and long ones equal shares", () => {
  assertEquals(shareOf([3, 50, 50], 43), [3, 20, 20]);
  assertEquals(shareOf([3, 4], 100), [3, 4]);
  assertEquals(shareOf([5, 5], 0), [0, 0]);
});
