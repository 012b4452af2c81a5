import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { readRegistry } from "../../../src/delegation/registry.ts";
import { realFiles } from "../../../src/host/files.ts";

/** Runs a test with the path of a registry in a folder of its own. */
function withPath(test: (path: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    test(join(folder, "AGENTS.json"));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** The registry as a plain list, and the warning. */
function read(path: string | null) {
  const { registry, warning } = readRegistry(realFiles, path);
  return { agents: registry === null ? null : [...registry], warning };
}

Deno.test("readRegistry() reads nothing when there is none", () => {
  assertEquals(read(null), { agents: null, warning: null });
});

Deno.test("readRegistry() reads ports and addresses, anew each time", () =>
  withPath((path) => {
    const agents = { a: { port: 18800, role: "x" }, b: { url: "https://b.example/gw" }, c: {} };
    Deno.writeTextFileSync(path, `\ufeff${JSON.stringify({ version: 2, agents })}`);
    assertEquals(read(path), {
      agents: [
        ["a", { url: null, port: 18800 }],
        ["b", { url: "https://b.example/gw", port: null }],
        ["c", { url: null, port: null }],
      ],
      warning: null,
    });
    Deno.writeTextFileSync(path, '{"agents": {"a": {"port": "18801"}}}');
    assertEquals(read(path).agents, [["a", { url: null, port: 18801 }]]);
  }));

Deno.test("readRegistry() warns of a file that cannot be read, and never waits for one", () =>
  withPath((path) => {
    const warningOf = () => {
      const { agents, warning } = read(path);
      assertEquals(agents, null);
      assertMatch(warning ?? "", /; delegate\.agents alone counts$/);
      return warning ?? "";
    };
    assertMatch(warningOf(), /as it does not exist;/);
    for (const text of ["", "{", "nul\0"]) {
      Deno.writeTextFileSync(path, text);
      assertMatch(warningOf(), /as it is (?:not JSON|empty)/);
    }
    for (const text of ["[]", "null", "3", '{"agents": []}', "{}"]) {
      Deno.writeTextFileSync(path, text);
      assertMatch(warningOf(), /as it has no object "agents"/);
    }
    Deno.writeFileSync(path, new Uint8Array([0x7b, 0xff, 0x7d]));
    assertMatch(warningOf(), /not UTF-8/);
    Deno.truncateSync(path, 2 ** 30);
    assertMatch(warningOf(), /as it has 1073741824 bytes/);
    Deno.removeSync(path);
    Deno.mkdirSync(path);
    assertMatch(warningOf(), /as it is no file/);
    Deno.removeSync(path);
    new Deno.Command("mkfifo", { args: [path] }).outputSync();
    assertMatch(warningOf(), /as it is no file/);
    Deno.removeSync(path);
    Deno.writeTextFileSync(path, "x");
    assertMatch(read(join(path, "below")).warning ?? "", /^Cannot read .*alone counts$/);
  }));

Deno.test("readRegistry() warns on one line, whatever the file holds", () =>
  withPath((path) => {
    Deno.writeTextFileSync(path, "\r\u001b[31mx\n");
    // deno-lint-ignore no-control-regex
    assertEquals(/[\x00-\x1f]/.exec(read(path).warning ?? "\0"), null);
  }));

Deno.test("readRegistry() passes over an address that is none, and says so", () =>
  withPath((path) => {
    const agents = {
      a: { port: 0 },
      b: { port: 70_000, url: "nowhere" },
      c: { port: 1.5 },
      d: "18800",
      e: { url: "ftp://e.example" },
      good: { port: 1 },
      none: { port: null, url: null },
    };
    Deno.writeTextFileSync(path, JSON.stringify({ agents }));
    const { agents: found, warning } = read(path);
    const nothing = { url: null, port: null };
    assertEquals(found, [
      ...["a", "b", "c", "d", "e"].map((name): [string, typeof nothing] => [name, nothing]),
      ["good", { url: null, port: 1 }],
      ["none", nothing],
    ]);
    assertEquals(warning, `Passed over in ${path}: agents.a.port is no port, and 5 more like it`);
  }));

Deno.test("readRegistry() takes names of inherited members for what they are", () =>
  withPath((path) => {
    Deno.writeTextFileSync(path, '{"agents": {"__proto__": {"port": 7}}}');
    assertEquals(read(path).agents, [["__proto__", { url: null, port: 7 }]]);
    const { registry } = readRegistry(realFiles, path);
    assertEquals(registry?.has("constructor"), false);
  }));
