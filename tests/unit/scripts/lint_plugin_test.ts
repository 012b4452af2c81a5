import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { root } from "../../../scripts/lib/run.ts";
import plugin from "../../../scripts/lint/plugin.ts";

/** What the rules say of a source text at a place in the project: `<rule>: <text>`. */
function findings(place: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, join(root, place), source)
    .map(({ id, range: [start, end] }) => `${id}: ${source.slice(start, end)}`);
}

/** Where a line stands, the line, and the part of it that `macp/<rule>` tells, if any. */
type Sample = [place: string, source: string, found: string | null];

const samples: Record<string, Sample[]> = {
  "no-effects": [
    ["src/git/a.ts", `Deno.readTextFileSync("a");`, "Deno"],
    ["src/git/a.ts", `const read = Deno;`, "Deno"],
    ["src/git/a.ts", `type Info = Deno.FileInfo;`, "Deno"],
    ["src/git/a.ts", `await fetch("http://localhost");`, "fetch"],
    ["src/git/a.ts", `const send = { fetch };`, "fetch"],
    ["src/git/a.ts", `Date.now();`, "Date.now"],
    ["src/git/a.ts", `new Date();`, "new Date()"],
    ["src/git/a.ts", `Math.random();`, "Math.random"],
    ["src/git/a.ts", `crypto.randomUUID();`, "crypto.randomUUID"],
    ["src/git/a.ts", `crypto.getRandomValues(bytes);`, "crypto.getRandomValues"],
    ["src/git/a.ts", `performance.now();`, "performance.now"],
    ["src/git/a.ts", `setTimeout(done, 1);`, "setTimeout"],
    ["src/git/a.ts", `setInterval(done, 1);`, "setInterval"],
    ["src/git/a.ts", `globalThis.fetch("x");`, "globalThis"],
    ["src/git/a.ts", `process.exit(1);`, "process"],
    [
      "src/git/a.ts",
      `import { readFileSync } from "node:fs";`,
      `import { readFileSync } from "node:fs";`,
    ],
    ["src/git/a.ts", `export * from "node:fs";`, `export * from "node:fs";`],
    ["src/git/a.ts", `const fs = await import("node:fs");`, `"node:fs"`],
    [
      "src/protocol/a.ts",
      `import { x } from "../sys/world.ts";`,
      `import { x } from "../sys/world.ts";`,
    ],
    ["src/protocol/a.ts", `import type { World } from "../sys/world.ts";`, null],
    ["src/protocol/a.ts", `import { type World } from "../sys/world.ts";`, null],
    [
      "src/redaction/a.ts",
      `export { x } from "../sys/world.ts";`,
      `export { x } from "../sys/world.ts";`,
    ],
    ["src/git/a.ts", `import { x } from "../sys/world.ts";`, null],
    ["src/git/a.ts", `new Date(world.clock.now());`, null],
    ["src/git/a.ts", `const at = Date.parse("2026-01-01T00:00:00Z");`, null],
    ["src/git/a.ts", `await crypto.subtle.digest("SHA-256", bytes);`, null],
    ["src/git/a.ts", `sink.fetch(options.process);`, null],
    ["src/git/a.ts", `function stop(process: Child) { process.kill(); }`, null],
    ["src/git/a.ts", `const { fetch = send } = options; fetch("x");`, null],
    ["src/git/a.ts", `interface Outside { fetch(url: string): void; process: number }`, null],
    ["src/host/world.ts", `Date.now(); Deno.exit(1);`, null],
    ["src/main.ts", `Deno.exit(1);`, null],
    ["scripts/a.ts", `Deno.exit(1);`, null],
    ["tests/unit/a_test.ts", `Date.now();`, null],
  ],
  "no-console": [
    ["src/git/a.ts", `console.error("x");`, "console.error"],
    ["src/host/a.ts", `console.log("x");`, "console.log"],
    ["src/cli/a.ts", `console.log("x");`, null],
    ["src/main.ts", `console.log("x");`, null],
    ["scripts/a.ts", `console.log("x");`, null],
    ["tests/unit/a_test.ts", `console.log("x");`, null],
  ],
  "message-style": [
    ["src/git/a.ts", `new MacpError("usage", "cannot read", o);`, `"cannot read"`],
    ["src/git/a.ts", `new MacpError("usage", "Cannot read.", o);`, `"Cannot read."`],
    ["src/git/a.ts", `new MacpError("usage", "Cannot read!", o);`, `"Cannot read!"`],
    ["src/git/a.ts", "new MacpError(kind, `Cannot read ${path}\n`, o);", "`Cannot read ${path}\n`"],
    ["src/git/a.ts", "new MacpError(kind, `cannot read ${path}`, o);", "`cannot read ${path}`"],
    ["src/git/a.ts", `new MacpError(kind, "Cannot " + why + ".", o);`, `"Cannot " + why + "."`],
    ["src/git/a.ts", "new MacpError(kind, `${what} is missing: ${path}`, o);", null],
    ["src/git/a.ts", `new MacpError("usage", "Cannot read: a.ts", o);`, null],
    ["src/git/a.ts", `new MacpError("usage", message, o);`, null],
    ["src/git/a.ts", `new Error("cannot read.");`, null],
  ],
  "no-double-cast": [
    ["src/git/a.ts", `const a = b as unknown as C;`, "b as unknown as C"],
    ["tests/unit/a_test.ts", `const a = (b as unknown) as C;`, "(b as unknown) as C"],
    ["src/git/a.ts", `const a = b as C; const d = e as unknown;`, null],
  ],
};

for (const [rule, cases] of Object.entries(samples)) {
  for (const [place, source, found] of cases) {
    const verb = found === null ? "accepts" : "tells";
    Deno.test(`macp/${rule} ${verb} ${JSON.stringify(source)} in ${place}`, () => {
      assertEquals(findings(place, source), found === null ? [] : [`macp/${rule}: ${found}`]);
    });
  }
}
