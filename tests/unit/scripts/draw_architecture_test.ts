import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Place } from "../../../scripts/lib/architecture.ts";
import { drawArchitecture } from "../../../scripts/lib/draw_architecture.ts";

function place(name: string, imports: Record<string, number> = {}): Place {
  return {
    name,
    purpose: `all of ${name} & <more>`,
    files: 3,
    imports: new Map(Object.entries(imports)),
  };
}

/** Places of the texts that say exactly `content`, from the top. */
function placesOf(svg: string, content: string): { x: number; y: number }[] {
  return [...svg.matchAll(/<text class="[^"]*" x="([\d.]+)" y="([\d.]+)">([^<]*)</g)]
    .filter(([, , , text]) => text === content)
    .map(([, x, y]) => ({ x: Number(x), y: Number(y) }));
}

const svg = drawArchitecture([[place("top", { left: 7, low: 123 })], [
  place("left"),
  place("right"),
], [
  place("low"),
]]);

Deno.test("drawArchitecture() draws a box for each layer, and names from the top to the bottom", () => {
  assertEquals(svg.match(/class="layer"/g)?.length, 3);
  const heights = ["top", "left", "right", "low"].map((name) => placesOf(svg, name)[0]?.y ?? 0);
  assertEquals(heights, heights.toSorted((one, other) => one - other));
  assertEquals(new Set(heights).size, 4);
  assertEquals(svg.match(/class="own"/g)?.length, 1);
});

Deno.test("drawArchitecture() puts a count in the row of who imports and the column of what", () => {
  const [seven] = placesOf(svg, "7");
  const [many] = placesOf(svg, "123");
  const columns = [...svg.matchAll(/class="column" transform="translate\(([\d.]+) /g)]
    .map(([, x]) => Number(x));
  const row = placesOf(svg, "top")[0]?.y ?? 0;
  assert(seven && Math.abs(seven.y - row) < 2 && Math.abs(seven.x - (columns[1] ?? 0)) < 6);
  assert(many && Math.abs(many.y - row) < 2 && Math.abs(many.x - (columns[3] ?? 0)) < 6);
  assertEquals(svg.match(/<text class="count/g)?.length, 2);
});

Deno.test("drawArchitecture() escapes purposes and says the layers in words", () => {
  assertStringIncludes(svg, "all of top &amp; &lt;more&gt;");
  assertStringIncludes(svg, "top → left, right → low");
});

Deno.test("drawArchitecture() has colours for light and dark, and nothing from elsewhere", () => {
  assertStringIncludes(svg, "@media (prefers-color-scheme: dark)");
  assert(!/href|url\(|@import/.test(svg));
});
