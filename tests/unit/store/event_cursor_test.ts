import { assertEquals, assertMatch } from "@std/assert";
import { realWorld } from "../../../src/host/world.ts";
import { cursorStanding } from "../../../src/store/event_cursor.ts";

const { files } = realWorld();

const dayMs = 86_400_000;

/** Standing by the text of a cursor file that was written just now; null is no file. */
function standing(text: string | null, enabled: string[] = [], now = Date.now()) {
  const path = Deno.makeTempFileSync();
  try {
    if (text === null) Deno.removeSync(path);
    else Deno.writeTextFileSync(path, text);
    const events = { kind: "file", size: 100, device: 1, inode: 2, mtimeMs: 0, mode: 0 } as const;
    return cursorStanding(files, path, { events, enabled, now });
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
    { behind: ["b", "c", "d"], forgotten: [], neededAfter: null, fault: null },
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
  assertEquals(standing(null), { behind: [], forgotten: [], neededAfter: null, fault: null });
  for (const text of ["", "{", "[]", '{"schema_version":1,"sinks":{"a":{}}}', "-1"]) {
    assertMatch(standing(text).fault ?? "", /\S/, text);
    assertEquals(standing(text).neededAfter, "", text);
  }
});

Deno.test("cursorStanding() does not wait for a sink that is not enabled and was not served for a week", () => {
  const now = Date.parse("2026-11-21T12:00:00Z");
  const at = (days: number) => new Date(now - days * dayMs).toISOString();
  const cursor = { device: 1, inode: 2, header_hash: "x", offset: 99 };
  const sinks = {
    on: { ...cursor, served_at: at(400) },
    off: { ...cursor, served_at: at(7.1) },
    flag: { ...cursor, served_at: at(6.9) },
    read: { ...cursor, served_at: at(7.1), offset: 100 },
    older: { ...cursor, last_success: at(8), last_error: { at: at(9), reason: "x" } },
    failing: { ...cursor, last_success: at(8), last_error: { at: at(1), reason: "x" } },
    unknown: cursor,
  };
  const text = JSON.stringify({ schema_version: 1, sinks });
  const { behind, forgotten } = standing(text, ["on"], now);
  assertEquals(behind, ["on", "flag", "failing", "unknown"]);
  assertEquals(forgotten, ["off", "older"]);
  // What the file was written at is the latest that it can have been.
  const later = standing(text, ["on"], Date.now() + 8 * dayMs);
  assertEquals(later.behind, ["on"]);
  const { behind: waiting, forgotten: left } = standing("99", [], Date.now() + 8 * dayMs);
  assertEquals([waiting, left], [[], ["the only reader"]]);
  assertEquals(standing("99", ["on"], Date.now() + 8 * dayMs).behind, ["on"]);
});

Deno.test("cursorStanding() tells which rotated files somebody still reads", () => {
  const now = Date.now();
  const cursor = (previous_file: string, days = 0) => ({
    device: 1,
    inode: 2,
    header_hash: "x",
    offset: 100,
    previous_file,
    served_at: new Date(now - days * dayMs).toISOString(),
  });
  const after = (sinks: Record<string, unknown>, enabled: string[] = [], more = {}) =>
    standing(JSON.stringify({ schema_version: 1, sinks, ...more }), enabled, now).neededAfter;
  assertEquals(after({ a: cursor("events.2"), b: cursor("events.1") }), "events.1");
  assertEquals(after({ a: cursor("events.2"), b: cursor("events.1", 8) }), "events.2");
  assertEquals(after({ a: cursor("events.2"), b: cursor("events.1", 8) }, ["b"]), "events.1");
  assertEquals(after({ a: cursor("") }), "");
  assertEquals(after({}), null);
  const others_begin = cursor("events.1");
  assertEquals(after({ a: cursor("events.2") }, ["a", "b"], { others_begin }), "events.1");
  assertEquals(after({ a: cursor("events.2") }, ["a"], { others_begin }), "events.2");
});
