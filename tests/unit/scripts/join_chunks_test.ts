import { assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { groupFiles, joinChunks } from "../../../scripts/lib/join_chunks.ts";

const imports: Readonly<Record<string, string[]>> = {
  "/b/main.js": ["/b/chunk-A.js"],
  "/b/dispatch-1.js": ["/b/chunk-A.js", "/b/chunk-B.js"],
  "/b/run-1.js": ["/b/chunk-C.js", "/b/chunk-D.js", "/b/chunk-E.js"],
  "/b/status-1.js": ["/b/chunk-C.js", "/b/chunk-B.js"],
  "/b/rare-1.js": ["/b/chunk-D.js", "/b/chunk-F.js"],
  "/b/chunk-A.js": [],
  "/b/chunk-B.js": ["/b/chunk-A.js"],
  "/b/chunk-C.js": ["/b/chunk-B.js"],
  "/b/chunk-D.js": ["/b/chunk-C.js"],
  "/b/chunk-E.js": ["/b/chunk-D.js"],
  "/b/chunk-F.js": [],
};

Deno.test("groupFiles() joins what the same commands load, and leaves the rest", () => {
  const groups = groupFiles(Object.keys(imports), (path) => imports[path] ?? [], ["run", "status"]);
  assertEquals([...groups], [
    ["/b/chunk-A.js", "shared-1"],
    ["/b/chunk-B.js", "shared-2"],
    ["/b/chunk-C.js", "shared-3"],
    ["/b/chunk-D.js", "shared-4"],
    ["/b/chunk-E.js", "shared-4"],
  ]);
});

Deno.test("groupFiles() refuses a command that has no file", () => {
  assertThrows(
    () => groupFiles(Object.keys(imports), (path) => imports[path] ?? [], ["walk"]),
    Error,
    "The bundle has no file for walk",
  );
});

Deno.test("joinChunks() leaves a program that does the same, in fewer files", async () => {
  const folder = Deno.makeTempDirSync();
  const files = {
    "main.js": `import {a} from "./chunk-A.js";
      const {dispatch} = await import("./dispatch-1.js"); console.log(await dispatch(a));`,
    "dispatch-1.js": `import {a} from "./chunk-A.js";
      export const dispatch = async (x) => (await import("./run-1.js")).run(x === a);`,
    "run-1.js": `import {c} from "./chunk-C.js"; import {d} from "./chunk-D.js";
      export const run = (same) => [same, c, d].join(" ");`,
    "chunk-A.js": `const a = {}; export {a};`,
    "chunk-C.js": `const value = "c"; export {value as c};`,
    "chunk-D.js": `import {c} from "./chunk-C.js"; const value = c + "d"; export {value as d};`,
  };
  try {
    for (const [name, text] of Object.entries(files)) {
      Deno.writeTextFileSync(join(folder, name), text);
    }
    await joinChunks(folder, ["run"]);
    assertEquals(
      [...Deno.readDirSync(folder)].map(({ name }) => name).sort(),
      ["dispatch-1.js", "main.js", "run-1.js", "shared-1.js", "shared-2.js"],
    );
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-config", join(folder, "main.js")],
      env: { DENO_NO_UPDATE_CHECK: "1" },
    }).output();
    assertEquals(new TextDecoder().decode(stdout), "true c cd\n");
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
