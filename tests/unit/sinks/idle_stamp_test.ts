import { assertEquals, assertNotEquals } from "@std/assert";
import { isIdleStamp, stampText, writeStamp } from "../../../src/sinks/idle_stamp.ts";
import { MemoryFiles } from "../memory_files.ts";

const paths = ["/r/events", "/r/cursor"];

function world(files: MemoryFiles, { now = 1_000_000, env = {} as Record<string, string> } = {}) {
  const clock = {
    now: () => now,
    elapsed: () => now,
    sleep: () => Promise.resolve(),
    deadline: () => new AbortController().signal,
  };
  return { files, clock, env, uuid: () => crypto.randomUUID() };
}

Deno.test("stampText() changes with files, options, version and environment, and with nothing else", () => {
  const files = new MemoryFiles();
  files.makeFolder("/r");
  files.writeText("/r/events", "one\n");
  const facts = { version: "1", folder: "/r", options: ["json"], paths };
  const first = stampText(world(files), facts);
  assertEquals(
    stampText(world(files, { now: 2_000_000, env: { PWD: "/", _: "x" } }), facts),
    first,
  );
  assertNotEquals(stampText(world(files, { now: 1_000_000 + 86_400_000 }), facts), first);
  assertNotEquals(stampText(world(files), { ...facts, version: "2" }), first);
  assertNotEquals(stampText(world(files), { ...facts, options: [] }), first);
  assertNotEquals(stampText(world(files, { env: { HOOK: "x" } }), facts), first);
  files.writeText("/r/cursor", "");
  assertNotEquals(stampText(world(files), facts), first);
  files.remove("/r/cursor");
  files.append("/r/events", "two\n");
  assertNotEquals(stampText(world(files), facts), first);
});

Deno.test("stampText() is one of a kind while a file was changed just now", () => {
  const files = new MemoryFiles();
  files.makeFolder("/r");
  files.writeText("/r/events", "one\n");
  const mtime = files.stat("/r/events")?.mtimeMs ?? 0;
  const facts = { version: "1", folder: "/r", options: [], paths };
  const lately = () => stampText(world(files, { now: mtime + 10 }), facts);
  assertNotEquals(lately(), lately());
});

Deno.test("isIdleStamp() takes only the very words that were written", () => {
  const files = new MemoryFiles();
  assertEquals(isIdleStamp(files, "/r/s/idle.json", () => "text"), false);
  writeStamp(files, "/r/s/idle.json", "text");
  assertEquals(isIdleStamp(files, "/r/s/idle.json", () => "text"), true);
  assertEquals(isIdleStamp(files, "/r/s/idle.json", () => "other"), false);
});
