import { assertEquals } from "@std/assert";
import { walkSource } from "../source_files.ts";
import { failPoints } from "../../../src/sys/fail_points.ts";

Deno.test("Each place of failPoints is reached somewhere in the program, and no other is", () => {
  const reached = new Set<string>();
  for (const text of walkSource()) {
    for (const [, point = ""] of text.matchAll(/\breach\(\s*"([a-z.]+)"/g)) reached.add(point);
  }
  assertEquals([...reached].sort(), Object.keys(failPoints).sort());
});
