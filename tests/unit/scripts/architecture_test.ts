import { assertEquals } from "@std/assert";
import {
  type ArchitectureSources,
  folderFaults,
  toArchitecture,
} from "../../../scripts/lib/architecture.ts";

const sources: ArchitectureSources = {
  layers: [["main.ts"], ["cli"], ["git", "store"]],
  purposes: new Map([["cli", "commands"], ["git", "one client"], ["store", "files"]]),
  graph: new Map([
    ["src/main.ts", ["src/cli/a.ts"]],
    ["src/cli/a.ts", ["src/cli/b.ts", "src/git/g.ts", "src/git/g.ts", "npm:x", "schemas/s.json"]],
    ["src/cli/b.ts", ["src/git/g.ts", "src/store/s.ts"]],
    ["src/git/g.ts", []],
    ["src/store/s.ts", ["src/git/g.ts"]],
  ]),
};

Deno.test("folderFaults() finds nothing when layers, README and src/ have the same folders", () => {
  assertEquals(folderFaults(sources), []);
});

Deno.test("folderFaults() names folders that the README has not, or has too many", () => {
  const purposes = new Map([["cli", "commands"], ["git", ""], ["old", "gone"]]);
  assertEquals(folderFaults({ ...sources, purposes }), [
    "old is in the table of folders in README.md, and not in src/",
    "store is in src/, and not in the table of folders in README.md",
    "git has no purpose in the table of folders in README.md",
  ]);
});

Deno.test("folderFaults() names layers without files, and files without a layer", () => {
  assertEquals(folderFaults({ ...sources, layers: [["main.ts"], ["cli"], ["git", "gone"]] }), [
    "gone is in the layers of scripts/lib/import_rules.ts, and not in src/",
    "store is in src/, and not in the layers of scripts/lib/import_rules.ts",
  ]);
});

Deno.test("toArchitecture() counts files, and imports of other folders once for each file", () => {
  const [main, cli, git, store] = toArchitecture(sources).flat();
  assertEquals(main?.purpose, "starts the program in the real world");
  assertEquals([cli?.purpose, cli?.files], ["commands", 2]);
  assertEquals([...cli?.imports ?? []], [["git", 2], ["store", 1]]);
  assertEquals([git?.imports.size, store?.imports.get("git")], [0, 1]);
});
