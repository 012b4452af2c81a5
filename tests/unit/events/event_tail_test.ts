import { assertEquals, assertRejects } from "@std/assert";
import { rotatedFiles, rotateEvents } from "../../../src/events/event_files.ts";
import { EventTail } from "../../../src/events/event_tail.ts";
import { describeNotice, type TailNotice } from "../../../src/events/tail_notice.ts";
import { positionAt, type TailPosition } from "../../../src/events/tail_position.ts";
import { realWorld } from "../../../src/host/world.ts";
import { MacpError } from "../../../src/protocol/errors.ts";
import type { Files } from "../../../src/sys/files.ts";
import { MemoryFiles } from "../memory_files.ts";

const path = "/o/events.ndjson";

function line(id: string | number, type = "task.progress", message = ""): string {
  return `${JSON.stringify({ event_id: String(id), event_type: type, task_id: "T", message })}\n`;
}

function newFiles(text?: string): MemoryFiles {
  const files = new MemoryFiles();
  files.makeFolder("/o");
  if (text !== undefined) files.writeText(path, text);
  return files;
}

/** Reads to the end: ids, notices and the position there. */
async function readAll(
  tail: EventTail,
  position: TailPosition | null,
  types: string[] | null = null,
): Promise<{ ids: string[]; notices: [TailNotice["kind"], number][]; position: TailPosition }> {
  const ids: string[] = [];
  const notices: [TailNotice["kind"], number][] = [];
  let at = position;
  for (;;) {
    const batch = await tail.poll(at, { types });
    ids.push(...batch.events.map(({ event }) => event.event_id));
    for (const { kind, offset } of batch.notices) notices.push([kind, offset]);
    at = batch.position;
    if (!batch.more) return { ids, notices, position: at };
  }
}

/** Counts bytes that are asked for: all in all, and most at once. */
function counting(files: MemoryFiles) {
  let [bytes, most] = [0, 0];
  const open: Files["open"] = (...args) => {
    const file = files.open(...args);
    const read = (buffer: Uint8Array) => {
      bytes += buffer.length;
      most = Math.max(most, buffer.length);
      return file.read(buffer);
    };
    return { ...file, read };
  };
  const stat: Files["stat"] = (at) => files.stat(at);
  const list: Files["list"] = (at) => files.list(at);
  const lstat: Files["lstat"] = (at) => files.lstat(at);
  const counted: Files = { ...realWorld().files, open, stat, list, lstat };
  return { counted, bytes: () => bytes, most: () => most };
}

Deno.test("EventTail.poll() waits for a file that does not exist yet", async () => {
  const files = newFiles();
  const tail = new EventTail(files, path);
  const first = await readAll(tail, null);
  assertEquals([first.ids, first.notices], [[], []]);
  files.append(path, line(1));
  assertEquals((await readAll(tail, first.position)).ids, ["1"]);
  assertEquals((await readAll(tail, await tail.end())).ids, []);
});

Deno.test("EventTail.poll() leaves a line without newline for later, however it grows", async () => {
  const files = newFiles(line(1));
  const tail = new EventTail(files, path);
  let { position } = await readAll(tail, null);
  const bytes = new TextEncoder().encode(line(2, "task.failed", "ü✅"));
  for (const byte of bytes.subarray(0, -1)) {
    files.append(path, Uint8Array.of(byte));
    const read = await readAll(tail, position);
    assertEquals([read.ids, read.notices], [[], []]);
    position = read.position;
  }
  files.append(path, "\n");
  assertEquals((await readAll(tail, position)).ids, ["2"]);
});

Deno.test("EventTail.poll() passes over lines that are no events, and tells each once", async () => {
  const bad = ["nonsense", "[]", '{"a":1}', "\0\0\0", '{"event_type":"x"', "null"];
  const files = newFiles(`\n\r\n  \n${bad.join("\n")}\n${line(1).trimEnd()}\r\n`);
  files.append(path, Uint8Array.of(0xff, 0xfe, 0x0a));
  files.append(path, line(2));
  const tail = new EventTail(files, path);
  const { ids, notices } = await readAll(tail, null);
  assertEquals(ids, ["1", "2"]);
  assertEquals(notices.map(([kind]) => kind), Array(7).fill("bad_line"));
  assertEquals(notices[0]?.[1], 6);
  assertEquals((await readAll(tail, null)).notices, []);
  assertEquals((await readAll(new EventTail(files, path), null)).notices.length, 7);
});

Deno.test("EventTail.poll() reads invalid UTF-8 inside a text as U+FFFD", async () => {
  const files = newFiles();
  const [before, after] = line(1, "task.failed", "X").split("X");
  const bytes = [...new TextEncoder().encode(before), 0xff, ...new TextEncoder().encode(after)];
  files.append(path, Uint8Array.from(bytes));
  const { events, notices } = await new EventTail(files, path).poll(null);
  assertEquals(events.map(({ event }) => event.message), ["\ufffd"]);
  assertEquals(notices, []);
});

Deno.test("EventTail.poll() passes over a line of more than 1 MiB in pieces, also an unfinished one", async () => {
  const long = "x".repeat(3 * 1024 * 1024);
  const files = newFiles(`${line(1)}${long}`);
  const tail = new EventTail(files, path);
  const first = await readAll(tail, null);
  assertEquals([first.ids, first.notices], [["1"], [["huge_line", line(1).length]]]);
  assertEquals(first.position.inside_line, true);
  files.append(path, `${long}\n${line(2)}`);
  const second = await readAll(new EventTail(files, path), first.position);
  assertEquals([second.ids, second.notices, second.position.inside_line], [["2"], [], false]);
});

Deno.test("EventTail.poll() reads a line of exactly 1 MiB", async () => {
  const rest = line(1, "task.failed", "").trimEnd().length;
  for (const [more, count] of [[0, 1], [1, 0]] as const) {
    const text = line(1, "task.failed", "x".repeat(1024 * 1024 - rest + more));
    assertEquals(text.length, 1024 * 1024 + 1 + more);
    const { ids } = await readAll(new EventTail(newFiles(text + line(2)), path), null);
    assertEquals(ids.length, count + 1);
  }
});

Deno.test("EventTail.poll() never asks for more than a line of 1 MiB at once", async () => {
  const files = newFiles(`${"x".repeat(5 * 1024 * 1024)}\n${line(1)}`);
  const { counted, most } = counting(files);
  assertEquals((await readAll(new EventTail(counted, path), null)).ids, ["1"]);
  assertEquals(most() <= 1024 * 1024 + 2048, true, `${most()} bytes`);
});

Deno.test("EventTail.poll() starts anew when the file was truncated, and says so", async () => {
  const files = newFiles(line(1) + line(2) + line(3));
  const tail = new EventTail(files, path);
  const { position } = await readAll(tail, null);
  files.writeText(path, line(4));
  const { offset } = position;
  const read = await readAll(tail, position);
  assertEquals([read.ids, read.notices], [["4"], [["truncated", offset]]]);
  assertEquals((await readAll(tail, read.position)).notices, []);
});

Deno.test("EventTail.poll() tells of a bad line once, also to readers that come to a new file one by one", async () => {
  const files = newFiles(line(1) + line(2));
  const tail = new EventTail(files, path);
  const first = await tail.poll(null);
  const places = [first.positionAfter(0), first.position];
  files.writeText(path, "no event\n");
  const told = [];
  for (const place of places) told.push(...(await readAll(tail, place)).notices);
  assertEquals(told.map(([kind]) => kind), ["truncated", "bad_line", "truncated"]);
  // Another line in its place is told of.
  const { position } = await readAll(tail, null);
  files.writeText(path, "none too\n");
  const again = await readAll(tail, position);
  assertEquals(again.notices.map(([kind]) => kind), ["replaced", "bad_line"]);
});

Deno.test("EventTail.poll() sees a file that was cut far behind its beginning and grew again", async () => {
  const head = Array.from({ length: 30 }, (_, i) => line(i)).join("");
  const files = newFiles(head + line("a") + line("b"));
  const tail = new EventTail(files, path);
  const { position } = await readAll(tail, null);
  const file = files.open(path, { write: true });
  file.truncate(head.length);
  file.close();
  files.append(path, line("c") + line("d") + line("e"));
  const { ids, notices } = await readAll(tail, position);
  assertEquals(ids.slice(-3), ["c", "d", "e"]);
  assertEquals(notices.map(([kind]) => kind), ["replaced"]);
});

Deno.test("EventTail.poll() starts anew in a longer file that took the place of the one it read", async () => {
  for (const sameInode of [true, false]) {
    const files = newFiles(line(1));
    const tail = new EventTail(files, path);
    const { position } = await readAll(tail, null);
    const longer = line(2) + line(3) + line(4);
    if (sameInode) files.writeText(path, longer);
    else {
      files.writeText("/o/new", longer);
      files.rename("/o/new", path);
    }
    const { ids, notices } = await readAll(tail, position);
    assertEquals([ids, notices], [["2", "3", "4"], [["replaced", line(1).length]]]);
  }
});

Deno.test("EventTail.poll() waits when the file was deleted, and starts anew when it is back", async () => {
  const files = newFiles(line(1));
  const tail = new EventTail(files, path);
  const { position } = await readAll(tail, null);
  files.remove(path);
  const gone = await readAll(tail, position);
  assertEquals([gone.ids, gone.notices, gone.position.offset], [[], [], position.offset]);
  files.writeText(path, line(2) + line(3));
  const back = await readAll(tail, gone.position);
  assertEquals([back.ids, back.notices.map(([kind]) => kind)], [["2", "3"], ["replaced"]]);
});

Deno.test("EventTail.poll() reads what was not read of a rotated file first, also through several", async () => {
  const files = newFiles(line(1) + line(2));
  const tail = new EventTail(files, path);
  const { position } = await tail.poll(null).then((batch) => ({
    position: batch.positionAfter(0),
  }));
  const rotate = (now: number) => {
    const size = files.stat(path)?.size ?? 0;
    assertEquals(rotateEvents(files, path, { size, now }) === null, false);
  };
  rotate(1_000_000);
  assertEquals((await readAll(tail, position)).ids, ["2"]);
  files.append(path, line(3));
  rotate(1_000_000);
  files.append(path, line(4).trimEnd());
  rotate(900_000);
  files.append(path, '{"cut');
  rotate(900_000);
  files.append(path, line(5));
  const { ids, notices, position: end } = await readAll(new EventTail(files, path), position);
  assertEquals(ids, ["2", "3", "4", "5"]);
  assertEquals(notices.map(([kind]) => kind), ["rotated", "bad_line"]);
  assertEquals((await readAll(tail, end)).ids, []);
});

Deno.test("EventTail.poll() goes on in the oldest file that it has not read when its own is gone", async () => {
  const files = newFiles(line(1));
  const tail = new EventTail(files, path);
  const { position } = await readAll(tail, null);
  for (const id of [2, 3, 4]) {
    const size = files.stat(path)?.size ?? 0;
    rotateEvents(files, path, { size, now: id * 1000 });
    files.append(path, line(id));
  }
  files.remove(rotatedFiles(files, path)[0]?.path ?? "");
  const { ids, notices } = await readAll(tail, position);
  assertEquals([ids, notices.map(([kind]) => kind)], [["2", "3", "4"], ["replaced"]]);
});

Deno.test("EventTail.poll() finds a file that another program rotated to a name of its own", async () => {
  const files = newFiles(line(1) + line(2));
  const tail = new EventTail(files, path);
  const position = (await tail.poll(null)).positionAfter(0);
  files.rename(path, "/o/events.ndjson.1");
  files.append("/o/events.ndjson.1", line("late"));
  files.append(path, line(3));
  const { ids, notices } = await readAll(tail, position);
  assertEquals([ids, notices.map(([kind]) => kind)], [["2", "late", "3"], ["rotated"]]);
});

Deno.test("EventTail.poll() begins at the offset that the older implementation kept", async () => {
  const text = line(1) + line(2) + line(3);
  const tail = new EventTail(newFiles(text), path);
  assertEquals((await readAll(tail, positionAt(line(1).length))).ids, ["2", "3"]);
  assertEquals((await readAll(tail, positionAt(text.length))).ids, []);
  const kinds = async (offset: number) => (await readAll(tail, positionAt(offset))).notices;
  assertEquals(await kinds(text.length + 1), [["truncated", text.length + 1]]);
  assertEquals(await kinds(5), [["replaced", 5]]);
  const later = newFiles();
  const waiting = await readAll(new EventTail(later, path), positionAt(line(1).length));
  later.writeText(path, text);
  assertEquals((await readAll(new EventTail(later, path), waiting.position)).ids, ["2", "3"]);
});

Deno.test("EventTail.poll() takes a position from before a boot that numbered the devices anew", async () => {
  const tail = new EventTail(newFiles(line(1) + line(2)), path);
  const position = (await tail.poll(null)).positionAfter(0);
  const { ids, notices } = await readAll(tail, { ...position, device: 99 });
  assertEquals([ids, notices], [["2"], []]);
  const { tail_hash: _, ...plain } = position;
  assertEquals((await readAll(tail, { ...plain, device: 99 })).notices.length, 1);
  assertEquals((await readAll(tail, plain)).ids, ["2"]);
});

Deno.test("EventTail.poll() gives a position after each event, in bytes", async () => {
  const messages = ["a", "ü", "✅", "\u{1f514}", "z"];
  const files = newFiles(messages.map((text, i) => line(i, "task.failed", text)).join(""));
  const tail = new EventTail(files, path);
  const batch = await tail.poll(null);
  for (const index of [-1, ...messages.keys()]) {
    const { ids } = await readAll(tail, batch.positionAfter(index));
    assertEquals(ids, messages.map((_, i) => String(i)).slice(index + 1));
  }
  assertEquals(batch.events.map(({ offset }) => offset)[1], batch.positionAfter(0).offset);
});

Deno.test("EventTail.poll() gives the wanted types alone, and skips them across pieces", async () => {
  const lines = Array.from({ length: 5000 }, (_, i) => line(i, i % 1000 ? "a.b" : "task.failed"));
  const tail = new EventTail(newFiles(lines.join("")), path);
  const wanted = await readAll(tail, null, ["task.failed"]);
  assertEquals(wanted.ids, ["0", "1000", "2000", "3000", "4000"]);
  assertEquals((await readAll(tail, null, [])).ids.length, 5000);
  assertEquals((await readAll(tail, wanted.position)).ids, []);
});

Deno.test("EventTail.poll() throws when a folder or another thing stands there", async () => {
  const files = newFiles();
  files.makeFolder(path);
  const error = await assertRejects(() => new EventTail(files, path).poll(null), MacpError);
  assertEquals(error.code, "not_a_file");
});

Deno.test("EventTail.poll() leaves no file open, whatever happens", async () => {
  const real = realWorld().files;
  const folder = Deno.makeTempDirSync();
  try {
    const events = `${folder}/events.ndjson`;
    let open = 0;
    const files: Files = {
      ...real,
      open: (...args) => {
        const file = real.open(...args);
        open++;
        return { ...file, close: () => (open--, file.close()) };
      },
    };
    const tail = new EventTail(files, events);
    Deno.writeTextFileSync(events, line(1) + line(2));
    const { position } = await readAll(tail, null);
    rotateEvents(files, events, { size: position.offset, now: 1000 });
    assertEquals((await readAll(tail, position)).ids, []);
    Deno.writeTextFileSync(events, line(3));
    const next = await readAll(tail, position);
    assertEquals(next.ids, ["3"]);
    Deno.writeTextFileSync(events, "");
    await readAll(tail, next.position);
    await tail.end();
    Deno.writeTextFileSync(events, line(3) + line(4));
    const failing: Files = {
      ...files,
      open: (...args) => ({
        ...files.open(...args),
        read: () => {
          throw new Error("input/output error");
        },
      }),
    };
    await assertRejects(() => new EventTail(failing, events).poll(next.position), Error, "input");
    assertEquals(open, 0);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("EventTail.end() is behind the last complete line", async () => {
  const files = newFiles(`${line(1)}${line(2)}{"half`);
  const tail = new EventTail(files, path);
  const end = await tail.end();
  assertEquals(end.offset, line(1).length * 2);
  files.append(path, `":1}\n${line(3)}`);
  assertEquals((await readAll(tail, end)).ids, ["3"]);
  assertEquals((await new EventTail(newFiles("x".repeat(100_000)), path).end()).offset, 0);
});

Deno.test("describeNotice() is a sentence with the name of the file", () => {
  for (const kind of ["truncated", "replaced", "rotated", "bad_line", "huge_line"] as const) {
    const text = describeNotice({ kind, path: "/a/b/events.ndjson", offset: 42 });
    assertEquals([text.includes("/a"), /events\.ndjson/.test(text), /42/.test(text)], [
      false,
      true,
      true,
    ]);
  }
});

Deno.test("EventTail.since() is the oldest file that may hold events of that time", async () => {
  const files = newFiles();
  const tail = new EventTail(files, path);
  for (const id of [1, 2, 3]) {
    files.append(path, line(id));
    rotateEvents(files, path, { size: files.stat(path)?.size ?? 0, now: id * 1000 });
  }
  files.append(path, line(4));
  assertEquals((await readAll(tail, tail.since(-Infinity))).ids, ["1", "2", "3", "4"]);
  assertEquals((await readAll(tail, tail.since(2000))).ids, ["2", "3", "4"]);
  assertEquals((await readAll(tail, tail.since(3001))).ids, ["4"]);
  assertEquals((await readAll(tail, null)).ids, ["4"]);
});

Deno.test("EventTail.lag() counts a file anew that was cut below the position", () => {
  const files = newFiles(line(1));
  const tail = new EventTail(files, path);
  const { inode } = files.stat(path) ?? { inode: -1 };
  assertEquals(tail.lag({ ...positionAt(1000), inode }), line(1).length);
  assertEquals(tail.lag(positionAt(1000)), line(1).length);
  assertEquals(tail.lag(positionAt(10)), line(1).length - 10);
});

Deno.test("EventTail.lag() counts what was not read, through rotations", async () => {
  const files = newFiles();
  const tail = new EventTail(files, path);
  const size = line(1).length;
  assertEquals(tail.lag(null), 0);
  files.append(path, line(1) + line(2));
  const first = await tail.poll(null);
  assertEquals([tail.lag(null), tail.lag(positionAt(size))], [2 * size, size]);
  assertEquals([tail.lag(first.positionAfter(0)), tail.lag(first.position)], [size, 0]);
  rotateEvents(files, path, { size: 2 * size, now: 1000 });
  assertEquals([tail.lag(first.positionAfter(0)), tail.lag(first.position)], [size, 0]);
  files.append(path, line(3));
  assertEquals([tail.lag(first.positionAfter(0)), tail.lag(first.position)], [2 * size, size]);
  files.remove(rotatedFiles(files, path)[0]?.path ?? "");
  assertEquals(tail.lag(first.position), size);
  files.writeText(path, "");
  assertEquals(tail.lag(await tail.end()), 0);
});

Deno.test("EventTail.poll() reads no more than 2 KiB of a large file with nothing new", async () => {
  const files = newFiles(Array.from({ length: 20_000 }, (_, i) => line(i)).join(""));
  const { position } = await readAll(new EventTail(files, path), null);
  const { counted, bytes } = counting(files);
  const tail = new EventTail(counted, path);
  assertEquals((await tail.poll(position)).more, false);
  assertEquals(bytes() <= 2048, true, `${bytes()} bytes`);
});

Deno.test("EventTail.poll() reads once for all who are at the same position", async () => {
  const text = Array.from({ length: 500 }, (_, i) => line(i)).join("");
  const { counted, bytes } = counting(newFiles(text));
  const tail = new EventTail(counted, path);
  const batches = [await tail.poll(null), await tail.poll(null), await tail.poll(null)];
  assertEquals(batches.map(({ events }) => events.length), [500, 500, 500]);
  assertEquals(batches[2]?.events[7]?.event === batches[0]?.events[7]?.event, true);
  assertEquals(bytes() < text.length + 5000, true, `${bytes()} bytes`);
});

Deno.test("EventTail.poll() tells of a rotation once, however many pieces are left", async () => {
  const files = newFiles(Array.from({ length: 300 }, (_, i) => line(i)).join(""));
  const tail = new EventTail(files, path, { chunkBytes: 1000 });
  const position = (await tail.poll(null)).positionAfter(0);
  rotateEvents(files, path, { size: files.stat(path)?.size ?? 0, now: 1000 });
  const { ids, notices } = await readAll(tail, position);
  assertEquals([ids.length, notices.map(([kind]) => kind)], [299, ["rotated"]]);
});

Deno.test("EventTail.poll() reads events of the older implementation", async () => {
  const text = Deno.readTextFileSync(
    new URL("../../fixtures/legacy/events.predecessor.ndjson", import.meta.url),
  );
  const { events, notices } = await new EventTail(newFiles(text), path).poll(null);
  assertEquals([events.length, notices], [text.trimEnd().split("\n").length, []]);
  assertEquals(events[0]?.event.metadata, {});
});
