import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { realWorld } from "../../../src/host/world.ts";
import { keepTail } from "../../../src/store/keep_tail.ts";
import type { World } from "../../../src/sys/world.ts";

const world = realWorld();

function withFile(text: string, use: (path: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    const path = join(folder, "letters.ndjson");
    Deno.writeTextFileSync(path, text, { mode: 0o640 });
    use(path);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["letters.ndjson"]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("keepTail() keeps the last whole lines that fit, and the mode", () => {
  const cases: [string, number, string][] = [
    ["aa\nbb\ncc\n", 9, "aa\nbb\ncc\n"],
    ["aa\nbb\ncc\n", 8, "bb\ncc\n"],
    ["aa\nbb\ncc\n", 6, "bb\ncc\n"],
    ["aa\nbb\ncc\n", 5, "cc\n"],
    ["aa\nbb\ncc\n", 2, ""],
    ["aa\nbb\ncc\n", 0, ""],
    ["aa\nbb\ncc", 5, "bb\ncc"],
    ["no line break at all", 5, ""],
    [`${"x".repeat(600_000)}\n${"y".repeat(300_000)}\n`, 400_000, `${"y".repeat(300_000)}\n`],
  ];
  for (const [text, most, kept] of cases) {
    withFile(text, (path) => {
      const went = keepTail(world, path, most);
      assertEquals(Deno.readTextFileSync(path) === kept, true, `${text.slice(0, 20)} ${most}`);
      assertEquals(went, text.length - kept.length);
      assertEquals((Deno.statSync(path).mode ?? 0) & 0o777, 0o640);
    });
  }
});

Deno.test("keepTail() leaves a file alone that is written to meanwhile, and a link", () => {
  withFile("aa\nbb\n", (path) => {
    const files = {
      ...world.files,
      setMode: () => {},
      open: (...args: Parameters<World["files"]["open"]>) => {
        if (args[0] !== path) Deno.writeTextFileSync(path, "cc\n", { append: true });
        return world.files.open(...args);
      },
    };
    assertEquals(keepTail({ files, uuid: () => "1" }, path, 3), 0);
    assertEquals(Deno.readTextFileSync(path), "aa\nbb\ncc\n");
  });
  withFile("aa\nbb\n", (path) => {
    const link = `${path}.link`;
    Deno.symlinkSync(path, link);
    assertEquals(keepTail(world, link, 3), 0);
    Deno.removeSync(link);
    assertEquals(Deno.readTextFileSync(path), "aa\nbb\n");
  });
});
