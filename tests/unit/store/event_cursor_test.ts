import { assertEquals, assertMatch } from "@std/assert";
import { realWorld } from "../../../src/host/world.ts";
import { cursorStanding } from "../../../src/store/event_cursor.ts";

const { files } = realWorld();

/** Standing by the text of a cursor file; null is no file. */
function standing(text: string | null, enabled: string[] = []) {
  const path = Deno.makeTempFileSync();
  try {
    if (text === null) Deno.removeSync(path);
    else Deno.writeTextFileSync(path, text);
    const events = { kind: "file", size: 100, device: 1, inode: 2, mtimeMs: 0, mode: 0 } as const;
    return cursorStanding(files, path, { events, enabled });
  } finally {
    if (text !== null) Deno.removeSync(path);
  }
}

function cursors(sinks: Record<string, [number, number, number]>): string {
  const entries = Object.entries(sinks).map(([name, [device, inode, offset]]) =>
    [name, { device, inode, offset, header_hash: "x" }] as const
  );
  return JSON.stringify({ schema_version: 1, sinks: Object.fromEntries(entries) });
}

Deno.test("cursorStanding() names the sinks that have not read this very file to its end", () => {
  assertEquals(
    standing(cursors({ a: [1, 2, 100], b: [1, 2, 99], c: [1, 3, 100], d: [2, 2, 100] })),
    { behind: ["b", "c", "d"], fault: null },
  );
  assertEquals(standing(cursors({ a: [1, 2, 100] })).behind, []);
});

Deno.test("cursorStanding() names enabled sinks that have no cursor yet", () => {
  assertEquals(standing(cursors({ a: [1, 2, 100] }), ["a", "b"]).behind, ["b"]);
  assertEquals(standing("100", ["b"]).behind, ["b"]);
  assertEquals(standing(null, ["b"]).behind, ["b"]);
});

Deno.test("cursorStanding() reads the one number of the older implementation", () => {
  assertEquals(standing("100").behind, []);
  assertEquals(standing("99").behind, ["the only reader"]);
});

Deno.test("cursorStanding() knows of no sink without a file, and tells what it cannot read", () => {
  assertEquals(standing(null), { behind: [], fault: null });
  for (const text of ["", "{", "[]", '{"schema_version":1,"sinks":{"a":{}}}', "-1"]) {
    assertMatch(standing(text).fault ?? "", /\S/, text);
  }
});
