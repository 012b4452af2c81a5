import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { isWhole, lookAt, writtenSince } from "../../../src/dispatcher/folder_look.ts";
import { realWorld } from "../../../src/host/world.ts";

const { files } = realWorld();

function withFolder(use: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    for (const name of [".git", "deep", "deep/.git"]) Deno.mkdirSync(join(folder, name));
    for (const name of [".git/index", "a", "deep/b", "deep/.git/c"]) {
      Deno.writeTextFileSync(join(folder, name), name);
    }
    Deno.symlinkSync("nowhere", join(folder, "link"));
    use(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("lookAt() sees files and links at every depth, and not the folder's own .git", () => {
  withFolder((folder) => {
    const seen = [...lookAt(files, folder).keys()].sort();
    assertEquals(seen, ["a", "deep/.git/c", "deep/b", "link"]);
  });
});

Deno.test("lookAt() finds nothing where no folder is", () => {
  withFolder((folder) => {
    assertEquals(lookAt(files, join(folder, "missing")).size, 0);
  });
});

const writes: Record<string, (folder: string) => void> = {
  "a new file": (folder) => Deno.writeTextFileSync(join(folder, "deep/new"), ""),
  "a file moved there": (folder) => Deno.renameSync(join(folder, "a"), join(folder, "deep/new")),
  "longer text": (folder) => Deno.writeTextFileSync(join(folder, "deep/b"), "longer text"),
  "a later time": (folder) => Deno.utimeSync(join(folder, "deep/b"), 1, 1),
  "other permissions": (folder) => Deno.chmodSync(join(folder, "deep/b"), 0o700),
  "another link": (folder) => {
    Deno.removeSync(join(folder, "link"));
    Deno.symlinkSync("elsewhere", join(folder, "link"));
  },
  "a file in place of a folder": (folder) => {
    Deno.removeSync(join(folder, "deep"), { recursive: true });
    Deno.writeTextFileSync(join(folder, "deep"), "");
  },
};

for (const [what, write] of Object.entries(writes)) {
  Deno.test(`writtenSince() tells ${what}`, () => {
    withFolder((folder) => {
      const before = lookAt(files, folder);
      write(folder);
      assertEquals(writtenSince(before, lookAt(files, folder)).length, 1);
    });
  });
}

Deno.test("writtenSince() tells nothing of what is as it was, or is gone", () => {
  withFolder((folder) => {
    const before = lookAt(files, folder);
    assertEquals(writtenSince(before, lookAt(files, folder)), []);
    assertEquals(isWhole(before, lookAt(files, folder)), true);
    Deno.removeSync(join(folder, "deep"), { recursive: true });
    assertEquals(writtenSince(before, lookAt(files, folder)), []);
    assertEquals(isWhole(before, lookAt(files, folder)), false);
  });
});

Deno.test("writtenSince() tells nothing of a second link to the same file", () => {
  withFolder((folder) => {
    const before = lookAt(files, folder);
    Deno.linkSync(join(folder, "a"), join(folder, ".git", "second"));
    assertEquals(writtenSince(before, lookAt(files, folder)), []);
  });
});
