import { assert, assertEquals } from "@std/assert";
import { cutTo, padTo, widthOf, wrapTo } from "../../../../src/cli/live/text_width.ts";

Deno.test("widthOf() counts columns: wide characters two, marks and colours none", () => {
  assertEquals(widthOf("abc"), 3);
  assertEquals(widthOf("設定"), 4);
  assertEquals(widthOf("cafe\u0301"), 4);
  assertEquals(widthOf("👩‍👩‍👧"), 2);
  assertEquals(widthOf("\x1b[31mred\x1b[39m"), 3);
  assertEquals(widthOf("✓ ● …"), 5);
});

Deno.test("cutTo() never takes more columns than there are, and cuts no character in two", () => {
  assertEquals(cutTo("abcdef", 6), "abcdef");
  assertEquals(cutTo("abcdef", 4), "abc…");
  assertEquals(cutTo("設定を読む", 6), "設定…");
  assertEquals(cutTo("設定", 4), "設定");
  assertEquals(cutTo("ae\u0301b", 2), "a…");
  assertEquals(cutTo("👩‍👩‍👧👩‍👩‍👧", 3), "👩‍👩‍👧…");
  assertEquals(cutTo("x", 0), "");
  for (let columns = 1; columns < 12; columns++) {
    assert(widthOf(cutTo("a設e\u0301👩‍👩‍👧bc設設設", columns)) <= columns, `${columns}`);
  }
});

Deno.test("cutTo() takes its time by the columns, not by the length of the text", () => {
  const start = performance.now();
  cutTo("設".repeat(5_000_000), 80);
  assert(performance.now() - start < 1000);
});

Deno.test("padTo() fills up by columns", () => {
  assertEquals(padTo("設", 4), "設  ");
  assertEquals(padTo("long", 2), "long");
});

Deno.test("wrapTo() breaks lines at blanks, and no word in two", () => {
  assertEquals(wrapTo("sh test.sh failed (exit code 1): no", 20), [
    "sh test.sh failed",
    "  (exit code 1): no",
  ]);
  assertEquals(wrapTo("✗ one  escalated", 20), ["✗ one  escalated"]);
  assertEquals(wrapTo("one  two", 4), ["one", "  two"]);
  assertEquals(wrapTo("設定を読む 設定を読む", 12), ["設定を読む", "  設定を読む"]);
  assertEquals(wrapTo("\x1b[31mfailed\x1b[39m now", 10), ["\x1b[31mfailed\x1b[39m now"]);
  assertEquals(wrapTo(`a ${"x".repeat(9)} b`, 5), ["a", `  ${"x".repeat(9)}`, "  b"]);
  assertEquals(wrapTo("", 5), [""]);
});
