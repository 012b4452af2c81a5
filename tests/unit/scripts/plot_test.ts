import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Figure } from "../../../scripts/bench/figures.ts";
import { plotFigures } from "../../../scripts/bench/plot.ts";

const figure: Figure = {
  name: "a <b> & c",
  value: 1,
  unit: "×",
  most: 2,
  note: "",
  commands: [],
};

Deno.test("plotFigures() draws a bar for each figure with a mark, as long as it takes of it", () => {
  const svg = plotFigures([
    figure,
    { ...figure, name: "over", value: 3 },
    { ...figure, name: "no mark", most: null },
    { ...figure, name: "not measured", value: null },
  ]);
  assertStringIncludes(svg, "a &lt;b&gt; &amp; c");
  assertEquals(svg.match(/class="bar"/g)?.length, 1);
  assertEquals(svg.match(/class="over"/g)?.length, 1);
  assertStringIncludes(svg, 'class="bar" x="430" y="38" width="120.0"');
  assert(!svg.includes("no mark") && !svg.includes("not measured"));
});
