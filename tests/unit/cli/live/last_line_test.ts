import { assertEquals } from "@std/assert";
import { lastLine } from "../../../../src/cli/live/last_line.ts";

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
