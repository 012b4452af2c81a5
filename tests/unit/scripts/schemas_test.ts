import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { differing, withoutSchemaPaths } from "../../../scripts/schemas.ts";

Deno.test("differing() names files that differ or are missing", () => {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.writeTextFileSync(join(folder, "same"), "1");
    Deno.writeTextFileSync(join(folder, "other"), "1");
    const files = new Map([["same", "1"], ["other", "2"], ["missing", "3"]]);
    assertEquals(differing(files, folder), ["other", "missing"]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("withoutSchemaPaths() takes out the places in the schema, whatever is in their names", () => {
  const error = String.raw`{instancePath:a,schemaPath:"#/properties/a\"b/type",keyword:"type"}`;
  assertEquals(withoutSchemaPaths(error), '{instancePath:a,keyword:"type"}');
});
