import { assertEquals, assertThrows } from "@std/assert";
import { plain, screenRows } from "../../../scripts/lib/terminal_screen.ts";

/** Texts of the rows, each with the column it begins at. */
function texts(written: string, columns = 80): string[][] {
  return screenRows(written, columns).map((row) =>
    row.map(({ column, text }) => `${column}:${text}`)
  );
}

Deno.test("screenRows() splits a row where the look changes, and only there", () => {
  assertEquals(screenRows("a \x1b[32mok\x1b[39m\x1b[39m b\x1b[1;31mc\x1b[0m", 80), [[
    { column: 0, text: "a ", look: plain },
    { column: 2, text: "ok", look: { ...plain, color: "green" } },
    { column: 4, text: " b", look: plain },
    { column: 6, text: "c", look: { color: "red", bold: true, dim: false } },
  ]]);
});

Deno.test("screenRows() ends bold and dim together, and keeps the colour", () => {
  assertEquals(screenRows("\x1b[1m\x1b[2m\x1b[93mx\x1b[22my", 80)[0]?.map(({ look }) => look), [
    { color: "yellow", bold: true, dim: true },
    { color: "yellow", bold: false, dim: false },
  ]);
});

Deno.test("screenRows() shows what was drawn last when lines are drawn again", () => {
  const written = "top\r\nlive 1\r\nlive 2\r\n\x1b[2A\x1b[Jdone\r\nlive 3\x1b[K\r\x1b[Jend";
  assertEquals(texts(written), [["0:top"], ["0:done"], ["0:end"]]);
});

Deno.test("screenRows() wraps at the last column, and does not when that is switched off", () => {
  assertEquals(texts("abcdef", 4), [["0:abcd"], ["0:ef"]]);
  assertEquals(texts("\x1b[?7labcdef\x1b[?7h\r\nx", 4), [["0:abcf"], ["0:x"]]);
  assertEquals(texts("abcd\r\ne", 4), [["0:abcd"], ["0:e"]]);
});

Deno.test("screenRows() drops blanks at ends, keeps empty rows between, counts characters", () => {
  assertEquals(texts("✓ 😀a  \r\n\r\n  b\r\n\r\n \x1b[32m \x1b[39m\r\n"), [["0:✓ 😀a"], [], [
    "0:  b",
  ]]);
});

Deno.test("screenRows() fills what the cursor passed over", () => {
  assertEquals(texts("\x1b[3Cx\x1b[6Gy\x1b[2Dz"), [["0:   xzy"]]);
});

Deno.test("screenRows() leaves out titles and modes, and refuses what it does not know", () => {
  assertEquals(texts("\x1b]0;title\x07a\x1b[?25lb\x1b]8;;x\x1b\\c"), [["0:abc"]]);
  for (const sequence of ["\x1b[2J", "\x1b[1K", "\x1b[5S", "\x1b[7m", "\x1bM", "\x00"]) {
    assertThrows(() => screenRows(sequence, 80), Error, "Cannot show a control sequence");
  }
});
