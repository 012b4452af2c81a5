import { assertEquals } from "@std/assert";
import { toImportGraph } from "../../../scripts/check_imports.ts";
import { findBreaches, findCircles } from "../../../scripts/lib/import_rules.ts";

function breaches(graph: Record<string, string[]>): string[] {
  return findBreaches(new Map(Object.entries(graph)));
}

Deno.test("findBreaches() finds nothing when all imports go down", () => {
  const graph = {
    "src/main.ts": ["src/cli/run.ts", "src/host/world.ts", "templates/config.json"],
    "src/cli/run.ts": ["src/protocol/task.ts", "src/cli/help.ts"],
    "src/cli/help.ts": ["src/deps/text.js"],
    "src/host/world.ts": ["src/sys/world.ts", "node:fs"],
    "src/sys/world.ts": ["src/protocol/task.ts"],
    "src/git/git.ts": ["src/process/run.ts"],
    "src/deps/text.js": ["npm:deno-std@1.4.0/text/x.js"],
  };
  assertEquals(breaches(graph), []);
});

Deno.test("findBreaches() tells an import from a higher layer", () => {
  assertEquals(breaches({ "src/git/a.ts": ["src/cli/b.ts"] }), [
    "src/git/a.ts → src/cli/b.ts: git stands below cli",
  ]);
});

Deno.test("findBreaches() tells an import of the real world", () => {
  assertEquals(breaches({ "src/cli/a.ts": ["src/host/world.ts"] }), [
    "src/cli/a.ts → src/host/world.ts: only src/main.ts may import the real world",
  ]);
});

Deno.test("findBreaches() tells packages, scripts and tests that src imports", () => {
  const graph = { "src/git/a.ts": ["npm:x@1.0.0", "scripts/x.ts", "tests/unit/x.ts"] };
  assertEquals(breaches(graph), [
    "src/git/a.ts → npm:x@1.0.0: only src/deps may import packages",
    "src/git/a.ts → scripts/x.ts: not part of the program",
    "src/git/a.ts → tests/unit/x.ts: not part of the program",
  ]);
});

Deno.test("findBreaches() tells a folder that no layer names", () => {
  assertEquals(breaches({ "src/utils/a.ts": [] }), [
    "src/utils/a.ts stands in no layer: name src/utils in scripts/lib/import_rules.ts",
  ]);
});

Deno.test("findBreaches() tells a circle of files with its chain", () => {
  const graph = {
    "src/git/a.ts": ["src/git/b.ts"],
    "src/git/b.ts": ["src/git/c.ts", "src/git/d.ts"],
    "src/git/c.ts": ["src/git/a.ts"],
    "src/git/d.ts": [],
  };
  assertEquals(breaches(graph), [
    "Imports go in a circle: src/git/a.ts → src/git/b.ts → src/git/c.ts → src/git/a.ts",
  ]);
});

Deno.test("findBreaches() tells a circle of folders that no files form", () => {
  const graph = {
    "src/git/a.ts": ["src/logs/a.ts"],
    "src/logs/b.ts": ["src/git/b.ts"],
    "src/logs/a.ts": [],
    "src/git/b.ts": [],
  };
  assertEquals(breaches(graph), ["Folders import in a circle: git → logs → git"]);
});

Deno.test("findCircles() finds a file that imports itself", () => {
  assertEquals(findCircles(new Map([["a", ["a"]]])), [["a", "a"]]);
});

Deno.test("toImportGraph() takes static, dynamic and type imports of src alone", () => {
  const modules = [
    {
      specifier: "file:///p/src/main.ts",
      dependencies: [
        { code: { specifier: "file:///p/src/a.ts" } },
        { type: { specifier: "file:///p/src/b.ts" } },
        { code: { specifier: "npm:x@1.0.0" } },
        {},
      ],
    },
    { specifier: "file:///tmp/entry.ts" },
  ];
  assertEquals([...toImportGraph(modules, "/p")], [
    ["src/main.ts", ["src/a.ts", "src/b.ts", "npm:x@1.0.0"]],
  ]);
});
