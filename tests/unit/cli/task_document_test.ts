import { assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { readTaskDocument, writeTaskDocument } from "../../../src/cli/task_document.ts";
import { realWorld } from "../../../src/host/world.ts";
import { MacpError } from "../../../src/protocol/errors.ts";

const world = realWorld();
const text = "| id | status |\n|--|--|\n| a | done |\n";

Deno.test("writeTaskDocument() refuses a file that changed since it was read, also of the same size", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const path = join(folder, "T.md");
    for (const other of [`${text}more\n`, text.replace("| a", "| b")]) {
      Deno.writeTextFileSync(path, text);
      const document = readTaskDocument(world, folder, "T.md");
      Deno.writeTextFileSync(path, other);
      // Even when the clock is too coarse to tell.
      if (document.stat) Deno.utimeSync(path, 1, document.stat.mtimeMs / 1000);
      assertThrows(
        () => writeTaskDocument(world, folder, document, "written"),
        MacpError,
        "changed meanwhile",
      );
      assertEquals(Deno.readTextFileSync(path), other);
    }
    writeTaskDocument(world, folder, readTaskDocument(world, folder, "T.md"), "written");
    assertEquals(Deno.readTextFileSync(path), "written");
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["T.md"]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
