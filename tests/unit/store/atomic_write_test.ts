import { assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { realWorld } from "../../../src/host/world.ts";
import { atomicWrite } from "../../../src/store/atomic_write.ts";

const world = realWorld();

function withFolder(use: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    use(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("atomicWrite() writes a large text whole, wherever characters of several units fall", () =>
  withFolder((folder) => {
    const path = join(folder, "f");
    for (const shift of [0, 1, 2, 3]) {
      const text = "x".repeat(shift) + "😀é".repeat(200_000);
      atomicWrite(world, path, ["<", text, ">"]);
      assertEquals(Deno.readTextFileSync(path) === `<${text}>`, true);
    }
  }));

Deno.test("atomicWrite() gives a new file 0600 and keeps the mode of one that it replaces", () =>
  withFolder((folder) => {
    const path = join(folder, "f");
    atomicWrite(world, path, "a");
    assertEquals((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
    Deno.chmodSync(path, 0o666);
    atomicWrite(world, path, "b");
    assertEquals((Deno.statSync(path).mode ?? 0) & 0o777, 0o666);
  }));

Deno.test("atomicWrite() leaves the old content and no temporary file when it fails or is given up", () =>
  withFolder((folder) => {
    const path = join(folder, "f");
    atomicWrite(world, path, "old");
    assertEquals(atomicWrite(world, path, "new", { stillWanted: () => false }), false);
    const failing = {
      ...world,
      files: {
        ...world.files,
        rename: () => {
          throw new Error("no space");
        },
      },
    };
    assertThrows(() => atomicWrite(failing, path, "new"), Error, "no space");
    assertEquals(Deno.readTextFileSync(path), "old");
    assertEquals([...Deno.readDirSync(folder)].length, 1);
  }));

Deno.test("atomicWrite() replaces a symbolic link, or with followLink what it points to", () =>
  withFolder((folder) => {
    const target = join(folder, "target");
    const link = join(folder, "link");
    Deno.writeTextFileSync(target, "old");
    Deno.symlinkSync("target", link);
    atomicWrite(world, link, "new", { followLink: true });
    assertEquals([Deno.readTextFileSync(target), Deno.lstatSync(link).isSymlink], ["new", true]);
    atomicWrite(world, link, "other");
    assertEquals([Deno.readTextFileSync(target), Deno.lstatSync(link).isSymlink], ["new", false]);
  }));
