import { assertEquals, assertStringIncludes } from "@std/assert";
import { drawTerminal, piecesOf } from "../../../scripts/lib/draw_terminal.ts";
import { plain, screenRows } from "../../../scripts/lib/terminal_screen.ts";

function pieces(text: string, column = 0): [number, string][] {
  return piecesOf({ column, text, look: plain }).map(({ column, text }) => [column, text]);
}

Deno.test("piecesOf() breaks at two blanks or more, and leaves single ones", () => {
  assertEquals(pieces("ID     STATUS two words  x"), [[0, "ID"], [7, "STATUS two words"], [
    25,
    "x",
  ]]);
  assertEquals(pieces("   a ", 4), [[7, "a"]]);
  assertEquals(pieces("    "), []);
});

Deno.test("piecesOf() places characters of other fonts on their own, in columns", () => {
  assertEquals(pieces("a ✓ b😀c é"), [[0, "a"], [2, "✓"], [4, "b"], [5, "😀"], [6, "c é"]]);
});

Deno.test("drawTerminal() escapes what was printed, and names the colour", () => {
  const svg = drawTerminal({
    blocks: [screenRows('\x1b[31m<script>&"\x1b[39m', 80)],
    columns: 80,
    title: "a <b>",
    about: "c & d",
  });
  assertStringIncludes(
    svg,
    '<tspan x="18" textLength="84" class="red">&lt;script&gt;&amp;&quot;</tspan>',
  );
  assertStringIncludes(svg, '<title id="title">a &lt;b&gt;</title>');
  assertStringIncludes(svg, "c &amp; d");
});

Deno.test("drawTerminal() grows by a row for each line, and by a gap between blocks", () => {
  const about = { columns: 10, title: "", about: "" };
  const heightOf = (blocks: string[]) => {
    const svg = drawTerminal({ ...about, blocks: blocks.map((text) => screenRows(text, 10)) });
    return Number(svg.match(/ height="(\d+)"/)?.[1]);
  };
  assertEquals(heightOf(["a\r\nb\r\nc"]) - heightOf(["a\r\nb"]), 19);
  assertEquals(heightOf(["a", "b"]) - heightOf(["a\r\nb"]), 8);
});
