import { assertEquals } from "@std/assert";
import { paintDiff } from "../../../src/cli/paint_diff.ts";

const paint = (color: string, text: string) => `<${color}>${text}</>`;

Deno.test("paintDiff() paints what was added, removed, and what heads it", () => {
  const diff = [
    "diff --git a/x b/x",
    "index 1..2 100644",
    "--- a/x",
    "+++ b/x",
    "@@ -1,2 +1,2 @@",
    " same",
    "-old",
    "--- gone",
    "+new",
    "diff --git a/y b/y",
    "--- a/y",
    "",
  ].join("\n");
  assertEquals(paintDiff(diff, paint).split("\n"), [
    "<bold>diff --git a/x b/x</>",
    "index 1..2 100644",
    "<bold>--- a/x</>",
    "<bold>+++ b/x</>",
    "<dim>@@ -1,2 +1,2 @@</>",
    " same",
    "<red>-old</>",
    "<red>--- gone</>",
    "<green>+new</>",
    "<bold>diff --git a/y b/y</>",
    "<bold>--- a/y</>",
    "",
  ]);
});

Deno.test("paintDiff() paints the graph of a summary, and leaves all as it is without colours", () => {
  const stat = " a | b.txt | 3 ++-\n c.txt | 1 +\n 2 files changed\n";
  assertEquals(
    paintDiff(stat, paint),
    " a | b.txt | 3 <green>++</><red>-</>\n c.txt | 1 <green>+</>\n 2 files changed\n",
  );
  assertEquals(paintDiff(stat, (_, text) => text), stat);
});
