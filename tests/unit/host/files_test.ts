import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { realFiles } from "../../../src/host/files.ts";

Deno.test("files.watch() tells the name of what changes, until it is stopped", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    const stop = await new Promise<() => void>((resolve) => {
      const end = realFiles.watch(folder, (name) => {
        if (name === "a") resolve(end);
      });
      Deno.writeTextFileSync(join(folder, "a"), "1");
    });
    stop();
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("files.watch() is no more than a hint where there is no folder", () => {
  const stop = realFiles.watch("/no/such/folder", () => {});
  assertEquals(stop(), undefined);
});

Deno.test("files say that nothing stands where no name can be so long", () => {
  const path = `/tmp/${"x".repeat(5000)}`;
  assertEquals([realFiles.stat(path), realFiles.lstat(path), realFiles.list(path)], [
    null,
    null,
    [],
  ]);
  realFiles.remove(path);
});
