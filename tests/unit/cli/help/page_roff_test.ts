import { assertEquals } from "@std/assert";
import { code, rows } from "../../../../src/cli/help/page.ts";
import { roffBlocks, roffText, roffWord } from "../../../../src/cli/help/page_roff.ts";

Deno.test("roffText() never makes a request of a text", () => {
  assertEquals(roffText(".SH evil"), "\\&.SH evil");
  assertEquals(roffText("'br"), "\\&\\(aqbr");
  assertEquals(roffText("a\\fB b-c"), "a\\efB b\\-c");
  const long = `${"x ".repeat(40)}.so /etc/passwd`;
  assertEquals(roffText(long).split("\n").filter((line) => /^[.']/.test(line)), []);
});

Deno.test("roffWord() keeps a word with quotes one word", () => {
  assertEquals(roffWord('say "x"'), '"say \\(dqx\\(dq"');
});

Deno.test("roffBlocks() keeps lines of a listing, and breaks long ones unseen", () => {
  const long = `${"word ".repeat(20)}end`;
  const lines = roffBlocks([code("  .indented", long)]);
  assertEquals(lines.slice(0, 3), [".RS 4", ".EX", "\\&  .indented"]);
  assertEquals(lines[3]?.replaceAll("\\\n", ""), long);
  assertEquals(lines[3]?.split("\n").every((line) => line.length <= 80), true);
});

Deno.test("roffBlocks() makes a term and what is said of it", () => {
  assertEquals(roffBlocks([rows([["    --all", "all of it"]])]), [
    ".TP",
    '.B "\\-\\-all"',
    "all of it",
  ]);
});
