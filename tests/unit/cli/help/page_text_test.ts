import { assertEquals } from "@std/assert";
import { code, rows, text } from "../../../../src/cli/help/page.ts";
import { pageText, wrap } from "../../../../src/cli/help/page_text.ts";

const page = {
  opening: "What it is about, in a sentence.",
  sections: [
    { title: "Usage", blocks: [code("macp do  --it"), text("one two three four five six")] },
    { title: "Options", blocks: [rows([["--a", "first thing said of it"], ["--long X", "b"]])] },
  ],
};
const heading = (title: string) => `[${title}]`;

Deno.test("pageText() puts what is said of terms into a column, and keeps code as it is", () => {
  assertEquals(
    pageText(page, { width: 60, heading }),
    [
      "What it is about, in a sentence.",
      "",
      "[Usage:]",
      "  macp do  --it",
      "",
      "  one two three four five six",
      "",
      "[Options:]",
      "  --a       first thing said of it",
      "  --long X  b",
    ].join("\n"),
  );
});

Deno.test("pageText() has no columns in a narrow terminal", () => {
  const lines = pageText(page, { width: 24, heading }).split("\n");
  assertEquals(lines.slice(-5), [
    "  --a",
    "      first thing said",
    "      of it",
    "  --long X",
    "      b",
  ]);
  assertEquals(lines.filter((line) => line.length > 24), []);
});

Deno.test("pageText() sets what is said of options apart in a narrow terminal", () => {
  const options = rows([["    --all", "all of it"], ["-q, --quiet", "less of it"]]);
  const narrow = { opening: "O", sections: [{ title: "Options", blocks: [options] }] };
  assertEquals(pageText(narrow, { width: 40, heading }).split("\n").slice(3), [
    "      --all",
    "          all of it",
    "  -q, --quiet",
    "          less of it",
  ]);
});

Deno.test("wrap() breaks between words only", () => {
  assertEquals(wrap("aa bb a-very-long-word cc", 6), ["aa bb", "a-very-long-word", "cc"]);
  assertEquals(wrap("", 6), [""]);
});
