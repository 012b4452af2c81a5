import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import {
  readAllLines,
  rotatedFiles,
  rotatedName,
  rotateEvents,
} from "../../../src/events/event_files.ts";
import { realWorld } from "../../../src/host/world.ts";

const { files } = realWorld();
const time = Date.parse("2026-11-21T16:05:59.123Z");

function withFolder(use: (folder: string, events: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    use(folder, join(folder, "events.ndjson"));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function lines(events: string, since = -Infinity, wanted = ""): string[] {
  return [...readAllLines(files, events, { wanted, since })].map(({ line }) => line);
}

Deno.test("rotateEvents() names files by their time, each later than the last, also when the clock went back", () => {
  withFolder((_, events) => {
    for (const now of [time, time, time - 5_000]) {
      Deno.writeTextFileSync(events, "x\n");
      rotateEvents(files, events, { size: 2, now });
    }
    assertEquals(rotatedFiles(files, events).map(({ endedAt, size }) => [endedAt - time, size]), [
      [0, 2],
      [1, 2],
      [2, 2],
    ]);
    assertEquals(rotatedName(time, []), "events.20261121T160559123Z.ndjson");
  });
});

Deno.test("rotateEvents() leaves a file that grew, and a link", () => {
  withFolder((folder, events) => {
    assertEquals(rotateEvents(files, events, { size: 0, now: time }), null);
    Deno.writeTextFileSync(events, "more\n");
    assertEquals(rotateEvents(files, events, { size: 4, now: time }), null);
    Deno.renameSync(events, join(folder, "real"));
    Deno.symlinkSync("real", events);
    assertEquals(rotateEvents(files, events, { size: 5, now: time }), null);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
      "events.ndjson",
      "real",
    ]);
  });
});

Deno.test("rotateEvents() takes the rotation back when a line came in its last moment", () => {
  withFolder((folder, events) => {
    Deno.writeTextFileSync(events, "a\n");
    const late = {
      ...files,
      rename: (from: string, to: string) => {
        if (from === events) Deno.writeTextFileSync(events, "b\n", { append: true });
        files.rename(from, to);
      },
    };
    assertEquals(rotateEvents(late, events, { size: 2, now: time }), null);
    assertEquals(Deno.readTextFileSync(events), "a\nb\n");
    assertEquals([...Deno.readDirSync(folder)].length, 1);
  });
});

Deno.test("rotatedFiles() passes over other names, folders and links", () => {
  withFolder((folder, events) => {
    const names = ["events.1.ndjson", "events.20269921T160559123Z.ndjson", "events.ndjson.bak"];
    for (const name of names) Deno.writeTextFileSync(join(folder, name), "x\n");
    Deno.mkdirSync(join(folder, rotatedName(time, [])));
    Deno.symlinkSync("events.1.ndjson", join(folder, rotatedName(time + 1, [])));
    assertEquals(rotatedFiles(files, events), []);
  });
});

Deno.test("readAllLines() reads rotated files first, oldest first, and skips those older than since", () => {
  withFolder((_, events) => {
    for (const [text, now] of [["one\ntwo\n", time], ["three", time + 10]] as const) {
      Deno.writeTextFileSync(events, text);
      rotateEvents(files, events, { size: text.length, now });
    }
    assertEquals(lines(events), ["one", "two", "three"]);
    Deno.writeTextFileSync(events, "four\n");
    assertEquals(lines(events), ["one", "two", "three", "four"]);
    assertEquals(lines(events, time + 1), ["three", "four"]);
    assertEquals(lines(events, time + 11), ["four"]);
    assertEquals(lines(events, -Infinity, "o"), ["one", "two", "four"]);
  });
});

Deno.test("readAllLines() loses nothing when the event file is rotated while it reads", () => {
  withFolder((_, events) => {
    Deno.writeTextFileSync(events, "one\n");
    rotateEvents(files, events, { size: 4, now: time });
    Deno.writeTextFileSync(events, "two\n");
    const read: string[] = [];
    for (const { line } of readAllLines(files, events, { wanted: "", since: -Infinity })) {
      read.push(line);
      if (line !== "one") continue;
      rotateEvents(files, events, { size: 4, now: time + 1 });
      Deno.writeTextFileSync(events, "three\n");
    }
    assertEquals(read, ["one", "two", "three"]);
  });
});
