import { assertEquals, assertThrows } from "@std/assert";
import { withSection } from "../../../scripts/lib/readme_section.ts";

Deno.test("withSection() replaces what stands between the marks, and nothing else", () => {
  const text = "a\n<!-- x:begin -->\nold\n<!-- x:end -->\nb\n";
  const expected = "a\n<!-- x:begin -->\n\nnew\n\n<!-- x:end -->\nb\n";
  assertEquals(withSection(text, "x", "new\n"), expected);
  assertEquals(withSection(expected, "x", "new"), expected);
});

Deno.test("withSection() throws when there is no such part", () => {
  assertThrows(() => withSection("a", "x", "new"), Error, "x:begin");
});
