import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { chooseIgnored } from "../../../src/git/ignored_files.ts";
import { realFiles } from "../../../src/host/files.ts";

function choose(
  make: (path: (name: string) => string) => void,
  entries: string[],
  more: { maxBytes?: number; isCopy?: (path: string) => boolean } = {},
) {
  const root = Deno.makeTempDirSync({ prefix: "macp-ignored-" });
  try {
    make((name) => {
      Deno.mkdirSync(join(root, name, ".."), { recursive: true });
      return join(root, name);
    });
    return chooseIgnored(realFiles, entries, {
      root,
      maxBytes: more.maxBytes ?? 100,
      isCopy: more.isCopy ?? (() => false),
    });
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
}

Deno.test("chooseIgnored() holds small files and folders whole, and leaves out larger ones", () => {
  const choice = choose((path) => {
    Deno.writeTextFileSync(path(".env"), "small");
    Deno.writeTextFileSync(path("big.bin"), "x".repeat(101));
    Deno.writeTextFileSync(path("cache/a"), "x".repeat(60));
    Deno.writeTextFileSync(path("dist/a"), "x".repeat(60));
    Deno.writeTextFileSync(path("dist/deep/b"), "x".repeat(60));
    Deno.symlinkSync("/etc", path("cache/link"));
  }, [".env", "big.bin", "cache/", "dist/"]);
  assertEquals(choice, {
    held: [".env", "cache/link", "cache/a"],
    leftOut: ["big.bin", "dist/"],
  });
});

Deno.test("chooseIgnored() leaves out folders of many files, and repositories", () => {
  const choice = choose((path) => {
    for (let i = 0; i < 201; i++) Deno.writeTextFileSync(path(`node_modules/${i}/x`), "");
    Deno.writeTextFileSync(path("vendor/clone/.git/HEAD"), "ref");
    Deno.mkdirSync(path("empty"));
  }, ["node_modules/", "vendor/", "empty/"]);
  assertEquals(choice, { held: [], leftOut: ["node_modules/", "vendor/"] });
});

Deno.test("chooseIgnored() bounds all entries together, in files and in bytes", () => {
  const names = Array.from({ length: 20 }, (_, i) => `f${i}`);
  const bytes = choose((path) => {
    for (const name of names) Deno.writeTextFileSync(path(name), "x".repeat(100));
  }, names);
  assertEquals([bytes.held.length, bytes.leftOut.length], [16, 4]);
  const many = Array.from({ length: 1010 }, (_, i) => `f${i}`);
  const files = choose((path) => {
    for (const name of many) Deno.writeTextFileSync(path(name), "");
  }, many);
  assertEquals([files.held.length, files.leftOut.length], [1000, 10]);
});

Deno.test("chooseIgnored() passes over copies of files that exist elsewhere", () => {
  const choice = choose(
    (path) => {
      Deno.writeTextFileSync(path(".env"), "x");
      Deno.writeTextFileSync(path("config/local"), "x");
      Deno.writeTextFileSync(path("config/mine"), "x");
    },
    [".env", "config/"],
    { isCopy: (path) => path === ".env" || path === "config/local" },
  );
  assertEquals(choice, { held: ["config/mine"], leftOut: [] });
});

Deno.test("chooseIgnored() holds nothing when the limit is 0", () => {
  const choice = choose((path) => Deno.writeTextFileSync(path("a"), ""), ["a"], { maxBytes: 0 });
  assertEquals(choice, { held: [], leftOut: ["a"] });
});
