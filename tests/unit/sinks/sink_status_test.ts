import { assertEquals } from "@std/assert";
import { EventTail } from "../../../src/events/event_tail.ts";
import { rotatedFiles, rotateEvents } from "../../../src/events/event_files.ts";
import { positionAt } from "../../../src/events/tail_position.ts";
import type { CursorFile, MacpConfig, SinkCursor } from "../../../src/protocol/generated/types.ts";
import { resolveSettings } from "../../../src/protocol/settings.ts";
import { type SinkStatus, sinkStatuses } from "../../../src/sinks/sink_status.ts";
import { storePaths } from "../../../src/store/paths.ts";
import { MemoryFiles } from "../memory_files.ts";

const paths = storePaths("/repo");
const now = Date.parse("2026-11-21T08:30:00Z");

function line(id: number): string {
  return `{"event_id":"${id}","event_type":"task.started","task_id":"A"}\n`;
}

function write(files: MemoryFiles, path: string, text: string): void {
  files.makeFolder(path.replace(/\/[^/]*$/, ""));
  const file = files.open(path, { append: true, create: true });
  file.write(new TextEncoder().encode(text));
  file.close();
}

async function statuses(
  files: MemoryFiles,
  document: CursorFile | null | undefined,
  macp: MacpConfig = {},
): Promise<SinkStatus[]> {
  const { settings } = resolveSettings([{ origin: "test", values: { macp } }]);
  return await sinkStatuses({
    files,
    paths,
    settings: settings.macp,
    document,
    now,
    localTimeZone: "UTC",
  });
}

function lag({ name, begun, lag_bytes, lag_events }: SinkStatus) {
  return [name, begun, lag_bytes, lag_events];
}

Deno.test("sinkStatuses() is empty when no sink is enabled and none left anything behind", async () => {
  const files = new MemoryFiles();
  write(files, paths.events, line(1));
  assertEquals(await statuses(files, null), []);
  assertEquals(await statuses(files, 5), []);
});

Deno.test("sinkStatuses() tells where sinks without a cursor will begin", async () => {
  const files = new MemoryFiles();
  write(files, paths.events, line(1) + line(2));
  const size = line(1).length * 2;
  const slack = { slack: { enabled: true } };
  assertEquals((await statuses(files, null, slack)).map(lag), [["slack", false, size, 2]]);
  assertEquals((await statuses(files, line(1).length, slack)).map(lag), [
    ["slack", true, size / 2, 1],
  ]);
  const others: CursorFile = { schema_version: 1, sinks: {} };
  const late = await statuses(files, others, slack);
  assertEquals(late.map(lag), [["slack", false, 0, 0]]);
  assertEquals(late.map(({ begins_at_end }) => begins_at_end), [true]);
  const empty = await statuses(new MemoryFiles(), others, slack);
  assertEquals(empty.map(({ begins_at_end }) => begins_at_end), [false]);
  assertEquals((await statuses(files, undefined, slack)).map(lag), [["slack", false, null, null]]);
  const older: CursorFile = { ...others, others_begin: positionAt(line(1).length, "") };
  assertEquals((await statuses(files, older, slack)).map(lag), [["slack", true, size / 2, 1]]);
});

Deno.test("sinkStatuses() counts what is left in rotated files and the event file", async () => {
  const files = new MemoryFiles();
  write(files, paths.events, line(1));
  const cursor: SinkCursor = await new EventTail(files, paths.events).end();
  write(files, paths.events, line(2));
  rotateEvents(files, paths.events, { size: line(1).length * 2, now: 1_700_000_000_000 });
  write(files, paths.events, line(3) + line(4) + '{"event_id":');
  const [status] = await statuses(files, { schema_version: 1, sinks: { webhook: cursor } });
  assertEquals(status && lag(status), ["webhook", true, line(1).length * 3 + 12, 3]);
  assertEquals([status?.enabled, status?.offset], [false, line(1).length]);
});

Deno.test("sinkStatuses() tells what a cursor and the dead letters keep", async () => {
  const files = new MemoryFiles();
  const event = { event_id: "1", event_type: "task.failed", task_id: "A" };
  const parked = ["11", "10"].map((hour) => ({
    event,
    parked_at: "2026-11-21T08:00:00Z",
    next_try_at: `2026-11-21T${hour}:00:00Z`,
    tries: 1,
  }));
  const dead = [1, 2].map((n) => `{"event":${line(n).trim()}}\n`).join("") + "\n{}\n";
  write(files, `${paths.deadLetters}/ntfy.ndjson`, dead);
  write(files, `${paths.deadLetters}/not one.txt`, line(1));
  const found = await statuses(files, {
    schema_version: 1,
    sinks: {
      slack: {
        ...positionAt(0),
        parked: [...parked, { ...parked[0], event, parked_at: "", next_try_at: "", tries: 0 }],
        closed_until: "2026-11-21T08:31:00Z",
        delivered: 7,
        last_success: "2026-11-21T07:00:00Z",
        last_error: { at: "2026-11-21T08:00:00Z", reason: "no route", event_id: "1" },
        disabled: { at: "2026-11-21T08:00:00Z", reason: "gone", settings_hash: "ab" },
      },
    },
  });
  assertEquals(found.map(({ name }) => name), ["ntfy", "slack"]);
  assertEquals(found[0]?.dead_letters, { events: 2, unreadable: 1, bytes: dead.length });
  assertEquals(found[1], {
    name: "slack",
    enabled: false,
    begun: true,
    begins_at_end: false,
    offset: 0,
    lag_bytes: 0,
    lag_events: 0,
    parked: 3,
    next_try_at: "2026-11-21T10:00:00Z",
    closed_until: "2026-11-21T08:31:00Z",
    quiet_until: null,
    delivered: 7,
    last_success: "2026-11-21T07:00:00Z",
    last_error: { at: "2026-11-21T08:00:00Z", reason: "no route" },
    disabled: { at: "2026-11-21T08:00:00Z", reason: "gone" },
    dead_letters: { events: 0, unreadable: 0, bytes: 0 },
  });
});

Deno.test("sinkStatuses() tells when quiet hours end, and of no pause that is over", async () => {
  const files = new MemoryFiles();
  const quiet = { from: "08:00", to: "9:00", time_zone: "UTC" };
  const slack: SinkCursor = { ...positionAt(0), closed_until: "2026-11-21T08:29:00Z" };
  const [status] = await statuses(files, { schema_version: 1, sinks: { slack } }, {
    slack: { enabled: true, quiet_hours: quiet },
  });
  assertEquals(status?.quiet_until, "2026-11-21T09:00:00.000Z");
  assertEquals(status?.closed_until, null);
});

Deno.test("sinkStatuses() counts what is left when the cursor's file was rotated often and is gone", async () => {
  const files = new MemoryFiles();
  const cursors: SinkCursor[] = [];
  for (let round = 1; round <= 3; round++) {
    write(files, paths.events, line(round));
    cursors.push(await new EventTail(files, paths.events).end());
    write(files, paths.events, line(round));
    rotateEvents(files, paths.events, { size: line(1).length * 2, now: 1_700_000_000_000 + round });
  }
  const [first, second, third] = cursors;
  const sinks = { a: first!, b: second!, c: third! };
  const found = async () => (await statuses(files, { schema_version: 1, sinks })).map(lag);
  const size = line(1).length;
  // There is no event file yet.
  assertEquals(await found(), [
    ["a", true, size * 5, 5],
    ["b", true, size * 3, 3],
    ["c", true, size, 1],
  ]);
  write(files, paths.events, line(4));
  files.remove(rotatedFiles(files, paths.events)[0]?.path ?? "");
  assertEquals(await found(), [
    ["a", true, size * 5, 5],
    ["b", true, size * 4, 4],
    ["c", true, size * 2, 2],
  ]);
});
