import { assertEquals } from "@std/assert";
import { readScreen } from "../../../src/runtimes/screen.ts";

const read = (text: string, rows = 5, columns = 20) => readScreen(text, { rows, columns });

Deno.test("readScreen() gives the lines that stand there", () => {
  assertEquals(read("one\r\n\r\n\x1b[31mthree\x1b[0m  \r\n"), ["one", "", "three"]);
  assertEquals(read(""), []);
  assertEquals(read("1\n2\n3\n4\n5\n6\n7"), ["3", "4", "5", "6", "7"]);
});

Deno.test("readScreen() follows the cursor", () => {
  assertEquals(read("Do\x1b[1Cyou\x1b[1Ctrust"), ["Do you trust"]);
  assertEquals(read("10%\r20%\r\n\tx\b\by"), ["20%", "       yx"]);
  assertEquals(read("a\nb\nc\x1b[2A\rA\x1b[1Bx\x1b[3;4Hy\x1b[1Gz"), ["A", "bx", "z  y"]);
  assertEquals(read("abc\x1b7\x1b[4;1Hlow\x1b8d\x1b[2dE"), ["abcd", "    E", "", "low"]);
});

Deno.test("readScreen() erases", () => {
  assertEquals(read("old text\r\x1b[Knew"), ["new"]);
  assertEquals(read("one\ntwo\x1b[2J\x1b[Hthree"), ["three"]);
  assertEquals(read("one\ntwo\nthree\x1b[2;2H\x1b[J"), ["one", "t"]);
  assertEquals(read("abcdef\x1b[3G\x1b[1K"), ["   def"]);
  assertEquals(read("abcdef\x1b[3G\x1b[2P\x1b[1@x"), ["abxef"]);
  assertEquals(read("shell\n\x1b[?1049hdialog\x1b[?25l"), ["dialog"]);
});

Deno.test("readScreen() moves lines", () => {
  assertEquals(read("a\nb\nc\x1b[1;1H\x1b[Lnew"), ["new", "a", "b", "c"]);
  assertEquals(read("a\nb\nc\x1b[1;1H\x1b[M"), ["b", "c"]);
  assertEquals(read("a\nb\x1b[H\x1bMtop"), ["top", "a", "b"]);
});

Deno.test("readScreen() joins what was broken at the right edge", () => {
  assertEquals(read("0123456789abcdefghijKLM\nnext"), ["0123456789abcdefghijKLM", "next"]);
});

Deno.test("readScreen() passes over titles, links and what is cut off", () => {
  assertEquals(read("\x1b]0;title\x07a\x1b]8;;http://x\x1b\\link\x1b[12"), ["alink12"]);
  assertEquals(read("\x1b]0;never ends"), []);
  assertEquals(read("\x1b[99999999B\x1b[99999999Cx\x1b[999999999S"), []);
});
