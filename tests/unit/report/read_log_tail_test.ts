import { assert, assertEquals } from "@std/assert";
import { createRedactor } from "../../../src/redaction/redactor.ts";
import { readLogTail } from "../../../src/report/read_log_tail.ts";
import { shownText, TextBudget } from "../../../src/report/text_budget.ts";
import { MemoryFiles } from "../memory_files.ts";

const secret = "s3cret-Mark3r-4711";
const redactor = createRedactor([{ name: "TOKEN", value: secret }]);

function tail(text: string, budget = new TextBudget(100_000)) {
  const files = new MemoryFiles();
  const file = files.open("/log", { write: true, create: true });
  file.write(new TextEncoder().encode(text));
  file.close();
  return readLogTail(files, "/log", { shown: "logs/1.log", redactor, budget });
}

Deno.test("readLogTail() gives a short log whole", () => {
  assertEquals(tail("one\ntwo\n"), { path: "logs/1.log", tail: "one\ntwo", cut: false });
  assertEquals(tail(""), { path: "logs/1.log", tail: "", cut: false });
});

Deno.test("readLogTail() gives the end of a long log and says that it is cut", () => {
  const lines = Array.from({ length: 5000 }, (_, i) => `line ${i} of ümläuts`).join("\n");
  const { tail: text, cut } = tail(`${lines}\n`) ?? { tail: null, cut: false };
  assertEquals(cut, true);
  assert(text?.endsWith("line 4999 of ümläuts"));
  assert((text?.length ?? 0) <= 6000 && text?.startsWith("line "));
});

Deno.test("readLogTail() shows no part of a secret wherever the log is cut", () => {
  for (let before = 5950; before < 6050; before++) {
    const text = tail(`${"y".repeat(30_000)}${secret}${"x".repeat(before)}`)?.tail;
    for (let length = 4; length <= secret.length; length++) {
      assert(!text?.includes(secret.slice(-length)), text?.slice(0, 40));
    }
  }
});

Deno.test("readLogTail() gives null when no file is there", () => {
  const files = new MemoryFiles();
  files.makeFolder("/folder.log");
  const budget = new TextBudget(100);
  for (const path of ["/none.log", "/folder.log"]) {
    assertEquals(readLogTail(files, path, { shown: path, redactor, budget }), null);
  }
});

Deno.test("readLogTail() reads nothing when the report is full", () => {
  assertEquals(tail("one", new TextBudget(0)), { path: "logs/1.log", tail: null, cut: false });
});

Deno.test("shownText() shows control characters and marks of direction for what they are", () => {
  assertEquals(shownText("a\tb\r\nc\x1b[1m\u202ed\0", 100), "a\tb\nc\u{fffd}[1m\u{fffd}d\u{fffd}");
  assertEquals(
    shownText("first line\nsecond line is longer than the first", 38),
    "second line is longer than the first",
  );
});
