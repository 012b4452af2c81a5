import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { EventTail } from "../../../src/events/event_tail.ts";
import { positionAt } from "../../../src/events/tail_position.ts";
import { MacpError } from "../../../src/protocol/errors.ts";
import type { Cursors, SinkCursor } from "../../../src/protocol/generated/types.ts";
import {
  admitSinks,
  admitWatcher,
  cursorOf,
  readCursors,
  updateCursors,
  withCursor,
} from "../../../src/sinks/cursor_file.ts";
import { MemoryFiles } from "../memory_files.ts";

const path = "/o/event_cursor.json";
const end: SinkCursor = { ...positionAt(700), inode: 4, previous_file: "" };

function world(text?: string) {
  const files = new MemoryFiles();
  files.makeFolder("/o");
  if (text !== undefined) files.writeText(path, text);
  let count = 0;
  return { files, uuid: () => String(++count) };
}

function offsets(cursors: Cursors): Record<string, number> {
  const entries = Object.entries(cursors.sinks).map(([name, { offset }]) => [name, offset]);
  return Object.fromEntries(entries);
}

Deno.test("admitSinks() begins at the first event without a file, and at the end for a later sink", () => {
  const first = admitSinks(null, ["a", "b"], end);
  assertEquals(offsets(first), { a: 0, b: 0 });
  assertEquals(first.sinks.a?.previous_file, "");
  const later = admitSinks(withCursor(first, "a", { ...end, offset: 5 }), ["a", "b", "c"], end);
  assertEquals(offsets(later), { a: 5, b: 0, c: 700 });
});

Deno.test("admitSinks() gives the one number of the older implementation to every sink", () => {
  assertEquals(offsets(admitSinks(123, ["a", "b"], end)), { a: 123, b: 123 });
});

Deno.test("admitWatcher() leaves the place of the older implementation to the first sinks after it", () => {
  const older = { ...positionAt(123, ""), inode: 4 };
  const watched = admitWatcher(123, "watcher", { end, older });
  assertEquals(watched.others_begin, older);
  const another = admitWatcher(watched, "another", { end, older: null });
  assertEquals(another.others_begin, older);
  const served = admitSinks(another, ["watcher", "a", "b"], end);
  assertEquals(offsets(served), { watcher: 123, another: 123, a: 123, b: 123 });
  assertEquals(served.others_begin, undefined);
  assertEquals(offsets(admitSinks(served, ["c"], end)).c, 700);
  assertEquals(admitWatcher(null, "watcher", { end, older: null }).others_begin, undefined);
  // The number was written between two looks.
  assertEquals(admitWatcher(5, "watcher", { end, older: null }).others_begin?.offset, 5);
});

Deno.test("withCursor() changes one sink and keeps all else, in its order", () => {
  const before: Cursors = {
    schema_version: 1,
    sinks: { a: { ...end, extra: 1 }, b: end },
    note: "mine",
  };
  const after = withCursor(before, "a", { ...end, offset: 9 });
  assertEquals([Object.keys(after.sinks), after.note], [["a", "b"], "mine"]);
  assertEquals([offsets(after), offsets(before)], [{ a: 9, b: 700 }, { a: 700, b: 700 }]);
});

Deno.test("withCursor() and cursorOf() take names that objects have already", () => {
  for (const name of ["__proto__", "constructor", "toString"]) {
    assertEquals(cursorOf(admitSinks(null, [], end), name), null);
    const document = admitSinks({ schema_version: 1, sinks: {} }, [name], end);
    assertEquals(cursorOf(document, name), end);
    assertEquals(Object.keys(document.sinks), [name]);
  }
});

Deno.test("updateCursors() writes durably what readCursors() reads, parked events too", async () => {
  const here = world();
  const time = "2026-01-01T00:00:00.000Z";
  const cursor: SinkCursor = {
    ...end,
    parked: [{
      event: { event_id: "", event_type: "later.type", task_id: "T" },
      parked_at: time,
      next_try_at: time,
      tries: 0,
    }],
    last_success: null,
    last_error: { at: time, reason: "503" },
    disabled: { at: time, reason: "410", settings_hash: "x" },
  };
  await updateCursors(here, path, (now) => withCursor(now, "a", cursor));
  assertEquals(cursorOf(readCursors(here.files, path), "a"), cursor);
  assertEquals(here.files.stat(path)?.mode, 0o600);
  assertEquals(here.files.list("/o"), ["event_cursor.json"]);
});

Deno.test("updateCursors() sees what others wrote in between, and leaves a file alone when told so", async () => {
  const here = world("17");
  const seen: unknown[] = [];
  await updateCursors(here, path, (now) => (seen.push(now), null));
  assertEquals([seen, here.files.readText(path)], [[17], "17"]);
  await updateCursors(here, path, (now) => admitSinks(now, ["a"], end));
  await updateCursors(here, path, (now) => withCursor(now, "b", end));
  assertEquals(offsets(readCursors(here.files, path) as Cursors), { a: 17, b: 700 });
});

Deno.test("updateCursors() never overwrites a file that it cannot read", async () => {
  for (const text of ["", "{", "[]", "-1", '{"schema_version":2,"sinks":{}}']) {
    const here = world(text);
    const change = () => admitSinks(null, ["a"], end);
    await assertRejects(() => updateCursors(here, path, change), MacpError);
    assertThrows(() => readCursors(here.files, path), MacpError);
    assertEquals(here.files.readText(path), text);
    const lock = await here.files.lock("/o/event_cursor.lock");
    assertEquals(lock === null, false);
  }
});

Deno.test("updateCursors() tells when another program holds the lock", async () => {
  const here = world();
  await here.files.lock("/o/event_cursor.lock");
  const change = () => admitSinks(null, ["a"], end);
  const error = await assertRejects(() => updateCursors(here, path, change), MacpError);
  assertEquals([error.kind, error.code], ["busy", "cursors_locked"]);
});

Deno.test("A cursor goes on where it was after it was written and read", async () => {
  const here = world();
  const lines = ["1", "2"].map((id) => JSON.stringify({ event_id: id, event_type: "t" }) + "\n");
  here.files.writeText("/o/events.ndjson", lines.join(""));
  const batch = await new EventTail(here.files, "/o/events.ndjson").poll(null);
  await updateCursors(here, path, (now) => withCursor(now, "a", batch.positionAfter(0)));
  const cursor = cursorOf(readCursors(here.files, path), "a");
  const next = await new EventTail(here.files, "/o/events.ndjson").poll(cursor);
  assertEquals(next.events.map(({ event }) => event.event_id), ["2"]);
});

Deno.test("readCursors() names what is wrong inside of the file, and what moving it away means", () => {
  const cursor = { device: 1, inode: 2, header_hash: "", offset: -1 };
  const wayOut = "Mend the file, or move it away: every sink then begins at the first event";
  const wrong = `Cannot read the cursors as ${path}: `;
  const unreadable = `Cannot read ${path} as `;
  for (
    const [text, message] of [
      [
        JSON.stringify({ schema_version: 1, sinks: { stdout: cursor } }),
        `${wrong}/sinks/stdout/offset: found -1, expected a number >= 0`,
      ],
      [
        JSON.stringify({ schema_version: 1 }),
        `${wrong}/sinks: found nothing, expected a value, as it is required`,
      ],
      ["-1", `${wrong}/: found -1, expected a number >= 0`],
      ["null", `${wrong}/: found null, expected integer or object`],
      ["", `${unreadable}it is empty`],
      ["{", unreadable],
    ] as const
  ) {
    const error = assertThrows(() => readCursors(world(text).files, path), MacpError);
    assertEquals([error.message.startsWith(message), error.hints], [true, [wayOut]], error.message);
  }
});
