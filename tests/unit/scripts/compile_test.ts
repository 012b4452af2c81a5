import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { isStale } from "../../../scripts/compile.ts";
import { stampBundle } from "../../../scripts/lib/bundle_program.ts";

Deno.test("isStale() compares the executable with what it is made of", () => {
  const folder = Deno.makeTempDirSync();
  const file = (name: string, second: number) => {
    const path = join(folder, name);
    Deno.writeTextFileSync(path, "");
    Deno.utimeSync(path, second, second);
    return path;
  };
  try {
    const [older, made, newer] = [file("older", 1000), file("made", 2000), file("newer", 3000)];
    assertEquals(isStale(made, [older]), false);
    assertEquals(isStale(made, [older, newer]), true);
    assertEquals(isStale(join(folder, "missing"), [older]), true);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("stampBundle() puts facts in the place of their placeholders, and leaves others", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const path = join(folder, "chunk.js");
    Deno.writeTextFileSync(path, 'x = { commit: "@macp:commit@", other: "@macp:none@" };');
    stampBundle(folder, { commit: "abc" });
    assertEquals(Deno.readTextFileSync(path), 'x = { commit: "abc", other: "@macp:none@" };');
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
