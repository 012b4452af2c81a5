import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { basename, dirname, join } from "@std/path";
import { applyRetention, type RetentionContext } from "../../../src/retention/apply_retention.ts";
import { realWorld } from "../../../src/host/world.ts";
import { resolveSettings, type Settings } from "../../../src/protocol/settings.ts";
import { storePaths } from "../../../src/store/paths.ts";
import { Store } from "../../../src/store/store.ts";
import type { World } from "../../../src/sys/world.ts";

const dayMs = 86_400_000;
const real = realWorld();
const now = Date.parse("2026-11-21T12:00:00Z");

/** A repository's state in a folder, with a clock and settings to change. */
class Place {
  readonly paths;
  readonly outside: string;
  at = now;
  limits: Partial<Settings["macp"]["retention"]> = {};
  enabled: ("ntfy")[] = [];
  files: World["files"] = real.files;

  constructor(folder: string) {
    this.outside = join(folder, "outside");
    this.paths = storePaths(join(folder, "repository"));
    Deno.mkdirSync(this.outside);
    Deno.mkdirSync(this.paths.folder, { recursive: true });
  }

  get context(): RetentionContext {
    const clock = { ...real.clock, now: () => this.at };
    const world = { ...real, clock, files: this.files };
    const { settings } = resolveSettings([]);
    const retention = { ...settings.macp.retention, ...this.limits };
    const store = new Store(world, this.paths, (event) => event);
    const ntfy = { ...settings.macp.ntfy, enabled: this.enabled.includes("ntfy") };
    return { world, store, settings: { ...settings, macp: { ...settings.macp, retention, ntfy } } };
  }

  /** Writes a file of the state, some days old. */
  write(name: string, days = 0, text = "x"): void {
    const path = join(this.paths.folder, name);
    Deno.mkdirSync(dirname(path), { recursive: true });
    Deno.writeTextFileSync(path, text);
    const time = (now - days * dayMs) / 1000;
    Deno.utimeSync(path, time, time);
  }

  queue(...tasks: object[]): void {
    this.write("tasks.json", 0, JSON.stringify({ tasks }));
  }

  /** Names below a folder of the state, sorted. */
  names(folder: string): string[] {
    return real.files.list(join(this.paths.folder, folder)).flatMap((name) => {
      const path = join(folder, name);
      const isFolder = Deno.lstatSync(join(this.paths.folder, path)).isDirectory;
      return isFolder ? this.names(path) : [path];
    });
  }
}

async function inPlace(test: (place: Place) => Promise<void>): Promise<void> {
  const folder = Deno.realPathSync(Deno.makeTempDirSync());
  try {
    await test(new Place(folder));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("applyRetention() removes old logs of ended tasks, and leaves the newest serial marked", () =>
  inPlace(async (place) => {
    place.queue(
      { id: "done", status: "completed" },
      { id: "gone", status: "failed" },
      { id: "live", status: "escalated" },
      { id: "base", status: "completed" },
      { id: "next", status: "pending", depends_on: ["base"] },
    );
    for (const task of ["done", "live", "base", "gone"]) place.write(`logs/${task}/2.log`, 91);
    for (const name of ["1.log", "10.log"]) place.write(`logs/done/${name}`, 91);
    place.write("logs/done/11.log", 89);
    for (const name of ["notes.txt", "2.log.tmp", "02.log"]) place.write(`logs/done/${name}`, 99);
    place.write("logs/3.log", 99);

    const report = await applyRetention(place.context);

    assertEquals(report.notes, []);
    assertEquals(report.removed.map(({ path, reason }) => [basename(path), reason]), [
      ["1.log", "age"],
      ["2.log", "age"],
      ["10.log", "age"],
      ["2.log", "age"],
    ]);
    assertEquals(place.names("logs"), [
      "logs/3.log",
      "logs/base/2.log",
      "logs/done/02.log",
      "logs/done/10.pruned",
      "logs/done/11.log",
      "logs/done/2.log.tmp",
      "logs/done/notes.txt",
      "logs/gone/2.pruned",
      "logs/live/2.log",
    ]);
    place.at += 2 * dayMs;
    await applyRetention(place.context);
    assertEquals(place.names("logs/done").filter((name) => name.endsWith("pruned")), [
      "logs/done/11.pruned",
    ]);
  }));

Deno.test("applyRetention() keeps results by age and count, and takes those of the attempts along", () =>
  inPlace(async (place) => {
    place.queue(
      { id: "live", status: "pending", result_path: "results/mine.json" },
      ...["a", "b", "c"].map((id) => ({ id, status: "completed" })),
    );
    for (const [task, days] of [["a", 4], ["b", 3], ["c", 2], ["live", 9]] as const) {
      place.write(`results/${task}.json`, days);
      place.write(`results/attempts/${task}/1.json`, days);
    }
    place.write("results/mine.json", 99);
    place.write("results/notes.txt", 99);

    await applyRetention(place.context);
    assertEquals(place.names("results").length, 10);

    place.limits = { result_max_count: 4 };
    const dry = await applyRetention(place.context, { dryRun: true });
    assertEquals(dry.removed.map(({ path }) => basename(dirname(path)) + basename(path)), [
      "resultsa.json",
      "a1.json",
    ]);
    assertEquals(place.names("results").length, 10);
    const report = await applyRetention(place.context, { now: true });
    assertEquals(report.removed.map(({ reason }) => reason), ["count", "count"]);

    place.limits = { result_days: 2.5 };
    await applyRetention(place.context, { now: true });
    assertEquals(place.names("results"), [
      "results/attempts/a/1.pruned",
      "results/attempts/b/1.pruned",
      "results/attempts/c/1.json",
      "results/attempts/live/1.json",
      "results/c.json",
      "results/live.json",
      "results/mine.json",
      "results/notes.txt",
    ]);
  }));

Deno.test("applyRetention() keeps what the queue does not hold until it is nobody's evidence", () =>
  inPlace(async (place) => {
    place.queue({ id: "named", status: "completed", result_path: "results/mine.json" });
    place.limits = { log_days: 10, result_days: 10, result_max_count: 1, log_max_bytes: 0 };
    const texts = {
      done: '{"status":"completed"}',
      failed: '{"status":"failed"}',
      asks: '{"status":"escalated"}',
      torn: '{"status":',
    };
    for (const [task, text] of Object.entries(texts)) {
      place.write(`results/${task}.json`, 19, text);
      place.write(`results/attempts/${task}/1.json`, 99);
      place.write(`logs/${task}/1.log`, 19);
    }
    place.write("results/mine.json", 11);
    place.write("logs/nowhere/1.log", 999);
    const names = () => [...place.names("logs"), ...place.names("results")];
    await applyRetention(place.context, { now: true });
    assertEquals(names().filter((name) => !name.startsWith("results/attempts/")), [
      ...["asks", "done", "failed", "nowhere", "torn"].map((task) => `logs/${task}/1.log`),
      ...["asks", "done", "failed", "torn"].map((task) => `results/${task}.json`),
    ]);

    place.at += 2 * dayMs;
    await applyRetention(place.context, { now: true });
    assertEquals(names(), [
      "logs/asks/1.log",
      "logs/done/1.pruned",
      "logs/failed/1.pruned",
      "logs/nowhere/1.log",
      "logs/torn/1.log",
      "results/asks.json",
      "results/attempts/asks/1.json",
      "results/attempts/done/1.pruned",
      "results/attempts/failed/1.pruned",
      "results/attempts/torn/1.json",
      "results/torn.json",
    ]);

    // A result goes after the logs of its task.
    place.write("results/slow.json", 99, texts.done);
    place.write("logs/slow/1.log", 19);
    place.write("logs/slow/2.log", 1);
    await applyRetention(place.context, { now: true });
    assertEquals(names().filter((name) => name.includes("slow")), [
      "logs/slow/1.pruned",
      "logs/slow/2.log",
      "results/slow.json",
    ]);
  }));

Deno.test("applyRetention() follows no link and leaves what lies behind one", () =>
  inPlace(async (place) => {
    place.queue({ id: "task", status: "completed" });
    place.write("logs/task/1.log", 99);
    const { folder, logs } = place.paths;
    for (const name of ["1.log", "task.json", "hook.ndjson"]) {
      Deno.writeTextFileSync(join(place.outside, name), "x".repeat(100));
      Deno.utimeSync(join(place.outside, name), 1, 1);
    }
    Deno.symlinkSync(place.outside, join(logs, "linked"));
    Deno.symlinkSync(join(place.outside, "1.log"), join(logs, "task", "2.log"));
    Deno.symlinkSync(place.outside, join(folder, "results"));
    Deno.symlinkSync(place.outside, join(folder, "dead_letter"));
    place.limits = { result_days: 1, dead_letter_max_bytes: 10, log_max_bytes: 0 };

    const report = await applyRetention(place.context);

    assertEquals(report.removed.map(({ path }) => path), [join(logs, "task", "1.log")]);
    assertEquals([...Deno.readDirSync(place.outside)].map(({ name }) => name).sort(), [
      "1.log",
      "hook.ndjson",
      "task.json",
    ]);
    assert(Deno.lstatSync(join(logs, "task", "2.log")).isSymlink);
    assertEquals(Deno.statSync(join(place.outside, "hook.ndjson")).size, 100);
  }));

Deno.test("applyRetention() rotates the event file only when every sink has read all of it", () =>
  inPlace(async (place) => {
    place.queue();
    place.limits = { event_max_bytes: 5, event_files: 2 };
    place.write("events.ndjson", 0, "12345\n");
    const { ino, dev } = Deno.statSync(place.paths.events);
    const cursor = (offset: number) =>
      place.write(
        "event_cursor.json",
        0,
        JSON.stringify({
          schema_version: 1,
          sinks: { hook: { device: dev, inode: ino, header_hash: "x", offset } },
        }),
      );
    cursor(5);
    const held = await applyRetention(place.context);
    assertEquals(held.rotated, null);
    assertStringIncludes(held.notes[0] ?? "", "hook has not read all of it");
    // A second time within the hour it says nothing.
    assertEquals((await applyRetention(place.context)).notes, []);

    place.write("event_cursor.json", 0, "torn");
    const torn = await applyRetention(place.context, { now: true });
    assertEquals(torn.rotated, null);
    assertStringIncludes(torn.notes[0] ?? "", "event_cursor.json");

    cursor(6);
    assertEquals(
      (await applyRetention(place.context)).rotated,
      join(place.paths.folder, "events.20261121T120000000Z.ndjson"),
    );
    Deno.removeSync(place.paths.cursor);
    for (let i = 1; i < 4; i++) {
      place.at += 1000;
      place.write("events.ndjson", 0, "123456\n");
      assert((await applyRetention(place.context)).rotated !== null);
    }
    assertEquals(place.names("").filter((name) => name.startsWith("events")), [
      "events.20261121T120002000Z.ndjson",
      "events.20261121T120003000Z.ndjson",
    ]);
  }));

Deno.test("applyRetention() rotates without a sink that is not enabled and not served for a week, and loses nothing for one that is", () =>
  inPlace(async (place) => {
    place.queue();
    place.limits = { event_max_bytes: 5, event_files: 1 };
    place.write("events.ndjson", 0, "12345\n");
    const { ino, dev } = Deno.statSync(place.paths.events);
    const cursor = { device: dev, inode: ino, header_hash: "x", offset: 5, previous_file: "" };
    const served = (days: number) =>
      place.write(
        "event_cursor.json",
        0,
        JSON.stringify({
          schema_version: 1,
          sinks: {
            ntfy: { ...cursor, served_at: new Date(place.at - days * dayMs).toISOString() },
          },
        }),
      );
    const rotated = () => place.names("").filter((name) => /^events\..+\.ndjson$/.test(name));

    served(6);
    assertEquals((await applyRetention(place.context)).rotated, null);
    // While it is enabled it may be down for years.
    served(1000);
    place.enabled = ["ntfy"];
    assertEquals((await applyRetention(place.context)).rotated, null);
    place.enabled = [];
    const { rotated: path, notes } = await applyRetention(place.context);
    assert(path !== null);
    assertStringIncludes(notes[0] ?? "", "is not kept for ntfy");
    assertEquals(rotated().length, 1);

    // Enabled anew it finds what is still there, and keeps it.
    place.enabled = ["ntfy"];
    place.write("events.20261122T120000000Z.ndjson", 0, "123456\n");
    place.write("events.20261123T120000000Z.ndjson", 0, "123456\n");
    assertEquals((await applyRetention(place.context, { now: true })).removed, []);
    assertEquals(rotated().length, 3);
    place.enabled = [];
    assertEquals((await applyRetention(place.context, { now: true })).removed.length, 2);
    assertEquals(rotated(), ["events.20261123T120000000Z.ndjson"]);
  }));

Deno.test("applyRetention() shortens dead letters, whenever they are too large", () =>
  inPlace(async (place) => {
    place.queue();
    place.limits = { dead_letter_max_bytes: 6 };
    await applyRetention(place.context);
    place.write("dead_letter/hook.ndjson", 0, "one\ntwo\nsix\n");
    place.write("dead_letter/other.txt", 0, "one\ntwo\nsix\n");
    const { trimmed } = await applyRetention(place.context);
    assertEquals(trimmed.map(({ path, bytes }) => [basename(path), bytes]), [["hook.ndjson", 8]]);
    const path = join(place.paths.deadLetters, "hook.ndjson");
    assertEquals(Deno.readTextFileSync(path), "six\n");
    assertEquals(place.names("dead_letter").length, 2);
  }));

Deno.test("applyRetention() looks at the files of tasks once an hour, and again when the clock goes back", () =>
  inPlace(async (place) => {
    place.queue({ id: "t", status: "completed" });
    const removes = async () => {
      place.write("logs/t/1.log", 400);
      return (await applyRetention(place.context)).removed.length > 0;
    };
    assertEquals([await removes(), await removes()], [true, false]);
    place.at += 3_599_999;
    assertEquals(await removes(), false);
    place.at += 1;
    assertEquals([await removes(), await removes()], [true, false]);
    place.at -= 2 * dayMs;
    assertEquals(await removes(), true);
  }));

Deno.test("applyRetention() goes on with the rest when one file cannot be removed, and never throws", () =>
  inPlace(async (place) => {
    place.queue({ id: "t", status: "completed" });
    place.limits = { dead_letter_max_bytes: 3 };
    place.write("logs/t/1.log", 99);
    place.write("dead_letter/hook.ndjson", 0, "one\ntwo\n");
    place.files = {
      ...real.files,
      remove: (path, options) => {
        if (path.endsWith(".log")) throw new Error("Permission denied");
        real.files.remove(path, options);
      },
    };
    const { notes, trimmed, removed } = await applyRetention(place.context);
    assertEquals(notes, ["retention: Permission denied"]);
    assertEquals([trimmed.length, removed.length], [1, 0]);

    place.write("tasks.json", 0, "torn");
    const torn = await applyRetention(place.context, { now: true });
    assertStringIncludes(torn.notes.join(), "tasks.json");
    assert(Deno.statSync(join(place.paths.logs, "t", "1.log")).isFile);
  }));
