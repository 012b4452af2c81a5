import { assert, assertEquals } from "@std/assert";
import { tailOf, TextTail } from "../../../src/logs/text_tail.ts";

Deno.test("tailOf() gives the last lines without the line ends behind them", () => {
  assertEquals(tailOf("a\nb\nc\n\n", 2, 100), "b\nc");
  assertEquals(tailOf("a\nb", 5, 100), "a\nb");
  assertEquals(tailOf("\na", 5, 100), "\na");
  assertEquals(tailOf("\na\nb", 2, 100), "a\nb");
  assertEquals(tailOf("", 5, 100), "");
});

Deno.test("tailOf() gives at most that many bytes and cuts no character", () => {
  assertEquals(tailOf("abcdef", 5, 3), "def");
  assertEquals(tailOf("a€€", 5, 4), "€");
  assertEquals(tailOf("a😀b", 5, 4), "b");
});

Deno.test("TextTail keeps the end of a text and a bounded amount", () => {
  const tail = new TextTail(100);
  for (let n = 0; n < 1000; n++) tail.push(`${n} 😀\n`);
  const text = tail.text();
  assert(text.endsWith("998 😀\n999 😀\n"));
  assert(text.length >= 99 && text.length <= 200 && text.isWellFormed(), String(text.length));
  tail.clear();
  assertEquals(tail.text(), "");
});

Deno.test("tailOf() passes over many line ends in time that grows with their number", () => {
  const begun = performance.now();
  assertEquals(tailOf(`${"\n".repeat(300_000)}x${"\n".repeat(300_000)}`, 1, 100), "x");
  assertEquals(performance.now() - begun < 5000, true);
});
