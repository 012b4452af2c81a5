import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { EventTail } from "../../../src/events/event_tail.ts";
import type { TailPosition } from "../../../src/events/tail_position.ts";
import { CursorKeeper } from "../../../src/sinks/cursor_keeper.ts";
import { rotateEvents } from "../../../src/events/event_files.ts";
import { realWorld } from "../../../src/host/world.ts";
import { messageOf } from "../../../src/protocol/errors.ts";
import type { ReadEvent } from "../../../src/protocol/events.ts";
import { EventWatcher } from "../../../src/sinks/event_watcher.ts";

const world = realWorld();

function line(id: number | string, type = "task.progress"): string {
  return `${JSON.stringify({ event_id: String(id), event_type: type, task_id: "T" })}\n`;
}

async function withFolder(
  use: (events: string, cursor: string) => Promise<void>,
): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    await use(join(folder, "events.ndjson"), join(folder, "event_cursor.json"));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function append(path: string, text: string): void {
  Deno.writeTextFileSync(path, text, { append: true });
}

function ids(events: readonly ReadEvent[]): string[] {
  return events.map(({ event_id }) => event_id);
}

Deno.test("EventWatcher.pollOnce() gives all events, and none of them to a second watcher after it", async () => {
  await withFolder(async (events, cursor) => {
    const watcher = new EventWatcher(world, events, cursor);
    assertEquals(await watcher.pollOnce(), []);
    append(events, line(1) + line(2, "task.failed") + '{"half');
    assertEquals(ids(await watcher.pollOnce()), ["1", "2"]);
    assertEquals(await new EventWatcher(world, events, cursor).pollOnce(), []);
    append(events, `":1}\n${line(3)}`);
    assertEquals(ids(await new EventWatcher(world, events, cursor).pollOnce()), ["3"]);
  });
});

Deno.test("EventWatcher.on() calls back on its types alone, on all when none are named", async () => {
  await withFolder(async (events, cursor) => {
    const seen: string[] = [];
    const watcher = new EventWatcher(world, events, cursor);
    watcher.on(["task.failed", "later.type"], ({ event_id }) => void seen.push(`some ${event_id}`));
    watcher.on([], async ({ event_id }) => {
      await Promise.resolve();
      seen.push(`all ${event_id}`);
    });
    append(events, line(1) + line(2, "task.failed") + line(3, "later.type"));
    assertEquals(ids(await watcher.pollOnce()), ["1", "2", "3"]);
    assertEquals(seen, ["all 1", "some 2", "all 2", "some 3", "all 3"]);
  });
});

Deno.test("EventWatcher keeps the cursor before an event whose callback throws", async () => {
  await withFolder(async (events, cursor) => {
    append(events, line(1) + line(2) + line(3));
    const seen: string[] = [];
    let fails = true;
    const watcher = () => {
      const made = new EventWatcher(world, events, cursor);
      made.on(["task.progress"], ({ event_id }) => {
        if (event_id === "2" && fails) throw new Error("no paper left");
        seen.push(event_id);
      });
      return made;
    };
    await assertRejects(() => watcher().pollOnce(), Error, "no paper left");
    await assertRejects(() => watcher().run(1), Error, "no paper left");
    fails = false;
    assertEquals(ids(await watcher().pollOnce()), ["2", "3"]);
    assertEquals(seen, ["1", "2", "3"]);
  });
});

Deno.test("EventWatcher.run() goes on after a callback threw when somebody is told", async () => {
  await withFolder(async (events, cursor) => {
    append(events, line(1) + line(2));
    const told: string[] = [];
    let tries = 0;
    const watcher = new EventWatcher(world, events, cursor, 0.001);
    watcher.on([], ({ event_id }) => {
      if (event_id === "1" && tries++ < 2) throw new Error("not yet");
      told.push(event_id);
    });
    watcher.onError((error) => told.push(messageOf(error)));
    await watcher.run(3);
    assertEquals(told, ["not yet", "not yet", "1", "2"]);
  });
});

Deno.test("EventWatcher reads the cursor of the older implementation, and writes its own", async () => {
  await withFolder(async (events, cursor) => {
    append(events, line(1) + line(2));
    Deno.writeTextFileSync(cursor, `${line(1).length}\n`);
    assertEquals(ids(await new EventWatcher(world, events, cursor).pollOnce()), ["2"]);
    const document = JSON.parse(Deno.readTextFileSync(cursor));
    assertEquals(document.sinks.watcher.offset, line(1).length * 2);
  });
});

Deno.test("EventWatcher leaves the place of the older implementation to the sinks that come after it", async () => {
  await withFolder(async (events, cursor) => {
    append(events, line(1) + line(2));
    Deno.writeTextFileSync(cursor, `${line(1).length}`);
    assertEquals(ids(await new EventWatcher(world, events, cursor).pollOnce()), ["2"]);
    append(events, line(3));
    // Another watcher, also after a rotation.
    rotateEvents(world.files, events, { size: Deno.statSync(events).size, now: 1000 });
    append(events, line(4));
    const other = new EventWatcher(world, events, cursor, 2, "other");
    assertEquals(ids(await other.pollOnce()), ["2", "3", "4"]);
    // The sinks of watch too; those that join them later begin at the end.
    const tail = new EventTail(world.files, events);
    const keeper = new CursorKeeper(world, cursor);
    const read = async (name: string) => {
      await keeper.admit([name], () => tail.end());
      const read: string[] = [];
      for (let at = keeper.cursor(name) as TailPosition, more = true; more;) {
        const batch = await tail.poll(at);
        read.push(...batch.events.map(({ event }) => event.event_id));
        ({ position: at, more } = batch);
      }
      return read;
    };
    assertEquals(await read("webhook"), ["2", "3", "4"]);
    assertEquals(await read("slack"), []);
    assertEquals(ids(await new EventWatcher(world, events, cursor).pollOnce()), ["3", "4"]);
  });
});

Deno.test("EventWatcher tells that the file is shorter than the older implementation had read it", async () => {
  await withFolder(async (events, cursor) => {
    append(events, line(1));
    Deno.writeTextFileSync(cursor, "1000");
    const kinds: string[] = [];
    const watcher = new EventWatcher(world, events, cursor);
    watcher.onNotice(({ kind }) => kinds.push(kind));
    assertEquals(ids(await watcher.pollOnce()), ["1"]);
    assertEquals(kinds, ["truncated"]);
  });
});

Deno.test("EventWatcher of another name begins at the end of what is there, and keeps its own cursor", async () => {
  await withFolder(async (events, cursor) => {
    append(events, line(1));
    await new EventWatcher(world, events, cursor).pollOnce();
    append(events, line(2));
    const other = new EventWatcher(world, events, cursor, 2, "other");
    assertEquals(await other.pollOnce(), []);
    append(events, line(3));
    assertEquals(ids(await other.pollOnce()), ["3"]);
    assertEquals(ids(await new EventWatcher(world, events, cursor).pollOnce()), ["2", "3"]);
  });
});

Deno.test("EventWatcher follows a rotation and a truncation while it was not running", async () => {
  await withFolder(async (events, cursor) => {
    append(events, line(1));
    await new EventWatcher(world, events, cursor).pollOnce();
    append(events, line(2));
    rotateEvents(world.files, events, { size: Deno.statSync(events).size, now: 1000 });
    append(events, line(3));
    const kinds: string[] = [];
    const watcher = () => {
      const made = new EventWatcher(world, events, cursor);
      made.onNotice(({ kind }) => kinds.push(kind));
      return made;
    };
    assertEquals(ids(await watcher().pollOnce()), ["2", "3"]);
    Deno.writeTextFileSync(events, line(4) + "junk\n" + line(5));
    assertEquals(ids(await watcher().pollOnce()), ["4", "5"]);
    assertEquals(await watcher().pollOnce(), []);
    assertEquals(kinds, ["rotated", "replaced", "bad_line"]);
  });
});

Deno.test("EventWatcher.run() ends after the event that it deals with when it is told to", async () => {
  await withFolder(async (events, cursor) => {
    append(events, line(1) + line(2));
    const stop = new AbortController();
    const seen: string[] = [];
    const watcher = new EventWatcher(world, events, cursor);
    watcher.on([], ({ event_id }) => {
      seen.push(event_id);
      stop.abort();
    });
    await watcher.run(0, stop.signal);
    assertEquals(seen, ["1"]);
    assertEquals(ids(await new EventWatcher(world, events, cursor).pollOnce()), ["2"]);
  });
});

Deno.test("EventWatcher.run() looks long before its interval when the file changes", async () => {
  await withFolder(async (events, cursor) => {
    const stop = new AbortController();
    const watcher = new EventWatcher(world, events, cursor, 3600);
    watcher.on([], ({ event_id }) => {
      if (event_id === "1") append(events, line(2));
      else stop.abort();
    });
    append(events, line(1));
    await watcher.run(0, stop.signal);
  });
});

Deno.test("EventWatcher polls in turn when it is asked twice at once", async () => {
  await withFolder(async (events, cursor) => {
    append(events, line(1));
    const watcher = new EventWatcher(world, events, cursor);
    const [first, second] = await Promise.all([watcher.pollOnce(), watcher.pollOnce()]);
    assertEquals([ids(first), ids(second)], [["1"], []]);
  });
});

Deno.test("EventWatcher keeps in its cursor, once a day, that somebody looks", async () => {
  await withFolder(async (events, cursor) => {
    let now = Date.parse("2026-11-21T12:00:00Z");
    const clock = { ...world.clock, now: () => now };
    const look = () => new EventWatcher({ ...world, clock }, events, cursor).pollOnce();
    const servedAt = () => JSON.parse(Deno.readTextFileSync(cursor)).sinks.watcher.served_at;
    await look();
    assertEquals(servedAt(), "2026-11-21T12:00:00.000Z");
    now += 23 * 3_600_000;
    await look();
    assertEquals(servedAt(), "2026-11-21T12:00:00.000Z");
    now += 2 * 3_600_000;
    await look();
    assertEquals(servedAt(), "2026-11-22T13:00:00.000Z");
  });
});
