import { assertEquals } from "@std/assert";
import { lastLine, lastWords } from "../../../src/events/last_line.ts";

Deno.test("lastLine() gives the last line with words in it", () => {
  assertEquals(lastLine("one\ntwo\n"), "two");
  assertEquals(lastLine("one\n\n  42 %\n===\n"), "one");
  assertEquals(lastLine("one\n│ ╭─ thinking │\n╰────╯\n"), "thinking");
  assertEquals(lastLine("設定を読む\n"), "設定を読む");
  assertEquals(lastLine(""), null);
});

Deno.test("lastLine() says nothing after a heading, and passes over what is for programs", () => {
  assertEquals(lastLine("said\n== gate: npm test\n"), null);
  assertEquals(lastLine('said\n{"type":"message"}\n["x"]\n'), "said");
});

Deno.test("lastLine() holds nothing that a terminal obeys", () => {
  assertEquals(lastLine("a\x1b[2Jb\x07 word\u202e\n"), "ab word");
});

Deno.test("lastWords() gives the last line that tells of a fault, else the last one", () => {
  assertEquals(
    lastWords("ok a\nFAIL test_a: expected 3, got 4\n"),
    "FAIL test_a: expected 3, got 4",
  );
  assertEquals(lastWords("sh: 1: ./agent.sh: not found\n"), "sh: 1: ./agent.sh: not found");
  assertEquals(
    lastWords("Tests: 1 failed, 2 passed\nTime: 0.5 s\nRan all test suites.\n"),
    "Tests: 1 failed, 2 passed",
  );
  assertEquals(lastWords("wanted: right\n"), "wanted: right");
  assertEquals(lastWords("2 tests passed\n0 failed\nToo few tests\n"), "Too few tests");
  assertEquals(lastWords("error\n" + "line\n".repeat(12)), "line");
  assertEquals(lastWords("fault: x\nnpm ERR! A complete log of this run is in /x\n"), "fault: x");
  assertEquals(lastWords("42\n\n"), null);
});

Deno.test("lastWords() gives one line of at most 160 characters", () => {
  assertEquals(lastWords(`error: ${"x".repeat(500)}\n`)?.length, 160);
});
