import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { readBlobs } from "../../../src/git/blobs.ts";
import { Git } from "../../../src/git/git.ts";
import { realWorld } from "../../../src/host/world.ts";

Deno.test("readBlobs() gives texts of any name and content, and null for what is no file", async () => {
  const folder = Deno.realPathSync(Deno.makeTempDirSync());
  try {
    const env = { PATH: Deno.env.get("PATH") ?? "", HOME: folder, GIT_CONFIG_NOSYSTEM: "1" };
    const git = new Git({ ...realWorld(), env }, folder);
    const texts: Record<string, string> = {
      "a.json": '{"ü": "\\n"}\nblob 12\n',
      empty: "",
      "with space:colon": "no end of line",
      mark: "\ufeffwith mark",
      "line\nbreak": "odd",
    };
    for (const [name, text] of Object.entries(texts)) {
      Deno.writeTextFileSync(join(folder, name), text);
    }
    Deno.mkdirSync(join(folder, "sub"));
    Deno.writeFileSync(join(folder, "sub", "binary"), new Uint8Array([255, 0, 10, 254]));
    await git.read(["init", "--quiet"]);
    await git.read(["add", "."]);
    await git.read(["commit", "--quiet", "--message", "one"]);
    const read = (...paths: string[]) =>
      readBlobs(git, paths.map((path) => ({ commit: "HEAD", path })));

    const plain = Object.keys(texts).filter((name) => !name.includes("\n"));
    assertEquals(await read("none", ...plain, "a.json"), [
      null,
      ...plain.map((name) => texts[name] ?? ""),
      texts["a.json"] ?? "",
    ]);
    assertEquals(await read("line\nbreak", "empty", "none"), ["odd", "", null]);
    assertEquals(await read("sub/binary", "sub", "empty"), ["\ufffd\0\n\ufffd", null, ""]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
