import { assertEquals } from "@std/assert";
import { type DeadLetter, DeadLetters } from "../../../src/sinks/dead_letters.ts";
import { MemoryFiles } from "../memory_files.ts";
import { eventOf } from "./test_receiver.ts";

const path = "/o/dead_letter/webhook.ndjson";

function letterOf(event_id: string, reason = "no"): DeadLetter {
  const dead_lettered_at = "2026-01-01T00:00:00.000Z";
  return { schema_version: 1, dead_lettered_at, reason, tries: 1, event: eventOf({ event_id }) };
}

function lettersIn(files: MemoryFiles, maxBytes: number | null = null): DeadLetters {
  files.makeFolder("/o");
  let count = 0;
  const world = { files, uuid: () => String(++count) };
  return new DeadLetters(world, {
    folder: "/o",
    deadLetters: "/o/dead_letter",
    queueLock: "/o/lock",
  }, maxBytes);
}

function idsOf(letters: DeadLetters): (string | null)[] {
  return [...letters.read("webhook")].map(({ letter }) => letter && letter.event.event_id);
}

Deno.test("DeadLetters gives what was added, also behind a line that a crash cut off", async () => {
  const files = new MemoryFiles();
  const letters = lettersIn(files);
  assertEquals(idsOf(letters), []);
  await letters.add("webhook", [letterOf("a"), letterOf("b")]);
  files.append(path, '{"schema_version":1,"ev');
  await letters.add("webhook", [letterOf("c")]);
  assertEquals(idsOf(letters), ["a", "b", null, "c"]);
  assertEquals([...letters.read("webhook")][0]?.letter, letterOf("a"));
});

Deno.test("DeadLetters takes out a line as often as it is named, and puts others in their place", async () => {
  const letters = lettersIn(new MemoryFiles());
  const same = letterOf("a");
  await letters.add("webhook", [same, same, letterOf("b"), letterOf("c")]);
  const lines = [...letters.read("webhook")].map(({ line }) => line);
  await letters.change("webhook", [
    [lines[0] ?? "", null],
    [lines[2] ?? "", letterOf("b", "again")],
    ["no such line", null],
  ]);
  const found = [...letters.read("webhook")].map(({ letter }) => letter);
  assertEquals(found, [same, letterOf("b", "again"), letterOf("c")]);
});

Deno.test("DeadLetters keeps every byte of lines that it does not change", async () => {
  const files = new MemoryFiles();
  const letters = lettersIn(files);
  await letters.add("webhook", [letterOf("a"), letterOf("b")]);
  const foreign = new Uint8Array([0xff, 0xfe, 0x0a, 0x0a, 0x20, 0x0d, 0x0a, 0x7b, 0xff]);
  files.append(path, foreign);
  const before = files.readBytes(path);
  const [first] = [...letters.read("webhook")];
  await letters.change("webhook", [[first?.line ?? "", null]]);
  assertEquals(files.readBytes(path), before.slice((first?.line.length ?? 0) + 1));
  assertEquals(idsOf(letters), ["b", null, null]);
});

Deno.test("DeadLetters stays below its limit, with the newest letters", async () => {
  const files = new MemoryFiles();
  const letters = lettersIn(files, 2000);
  for (let i = 0; i < 50; i++) await letters.add("webhook", [letterOf(String(i))]);
  assertEquals((files.stat(path)?.size ?? 0) <= 2000, true);
  const ids = idsOf(letters);
  assertEquals(ids.at(-1), "49");
  assertEquals(ids.length > 2 && ids.length < 10, true);
});
