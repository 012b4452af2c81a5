import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fingerprint, type Repository, withRepository } from "./harness.ts";
import { eventLine, secretPart, withReceiver, writeEvents } from "./sinks.ts";

interface Status {
  sinks: {
    name: string;
    enabled: boolean;
    lag_events: number;
    parked: number;
    last_error: { reason: string } | null;
    dead_letters: unknown;
  }[];
}

function writeCursors(repository: Repository, document: unknown): void {
  Deno.writeTextFileSync(repository.state("event_cursor.json"), JSON.stringify(document));
}

/** A cursor at the beginning of the event file. */
function cursorAt(repository: Repository, fields: Record<string, unknown> = {}) {
  const { dev, ino } = Deno.statSync(repository.state("events.ndjson"));
  const start = { device: dev, inode: ino, header_hash: "", header_bytes: 0, offset: 0 };
  return { ...start, previous_file: "", ...fields };
}

Deno.test("macp status says nothing of sinks where there are none", async () => {
  await withRepository(async (repository) => {
    writeEvents(repository, [eventLine("A", "task.failed")]);
    const ran = await repository.macp(["status"]);
    assertEquals([ran.code, ran.stdout], [0, "the queue is empty\n"]);
    assertEquals((await repository.json<Status>(["status"])).sinks, []);
  });
});

Deno.test("macp status tells how each sink stands, in a line each, and changes nothing", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({
      macp: {
        slack: { enabled: true, url: "http://127.0.0.1:9/services/sEcReT42" },
        ntfy: { enabled: true, url: "http://127.0.0.1:9/topic" },
      },
    });
    const lines = ["A", "B", "C"].map((id) => eventLine(id, "task.failed"));
    writeEvents(repository, lines);
    const [failed, gone] = ["2026-11-21T08:00:00.000Z", "2026-11-21T09:00:00.000Z"];
    writeCursors(repository, {
      schema_version: 1,
      sinks: {
        slack: cursorAt(repository, {
          last_success: "2026-11-21T07:00:00.000Z",
          last_error: { at: failed, reason: "127.0.0.1:9 answered 500" },
          parked: [{
            event: JSON.parse(lines[0] ?? ""),
            parked_at: failed,
            next_try_at: gone,
            tries: 1,
          }],
        }),
        webhook: cursorAt(repository, {
          offset: 0,
          disabled: { at: gone, reason: "127.0.0.1:9 answered 410", settings_hash: "ab" },
        }),
      },
    });
    Deno.mkdirSync(repository.state("dead_letter"));
    const dead = lines.slice(0, 2).map((line) => `{"event":${line.trim()}}\n`);
    writeEvents(repository, dead, "dead_letter/slack.ndjson");
    const before = fingerprint(repository.path);
    const { code, stdout } = await repository.macp(["status"]);
    assertEquals(code, 0);
    assertEquals(stdout.split("\n").filter((line) => line.startsWith("sink ")), [
      "sink ntfy: has not begun, begins behind the events that are there: " +
      "macp watch --once --since 24h sends those of the last day, to every enabled sink",
      "sink slack: 3 events behind, 1 event waits (127.0.0.1:9 answered 500), to be tried now, " +
      "2 dead letters (macp redrive slack), delivered last at 2026-11-21T07:00:00.000Z",
    ]);
    const { sinks } = await repository.json<Status>(["status"]);
    assertEquals(
      sinks.map(({ name, enabled, lag_events }) => [name, enabled, lag_events]),
      [["ntfy", true, 0], ["slack", true, 3], ["webhook", false, 3]],
    );
    assertEquals(sinks.at(1)?.dead_letters, {
      events: 2,
      unreadable: 0,
      bytes: dead.join("").length,
    });
    assertEquals(fingerprint(repository.path), before);
    const doctor = await repository.macp(["doctor"]);
    assertStringIncludes(doctor.stdout, "→ Give macp.webhook the address that is right now; ");
    assertStringIncludes(doctor.stdout, "→ macp doctor --send-test tries it");
    assertEquals((stdout + doctor.stdout).includes("sEcReT42"), false);
  });
});

Deno.test("macp status tells what macp watch left behind", async () => {
  const answers = [204, 500];
  await withReceiver(
    (index) => new Response(null, { status: answers[index] ?? 204 }),
    (receiver) =>
      withRepository(async (repository) => {
        const url = `${receiver.origin}/services/${secretPart}`;
        const slack = { enabled: true, url, retry_count: 0 };
        repository.writeConfig({ macp: { slack } });
        const told = async () => {
          const { stdout } = await repository.macp(["status"]);
          assertEquals(stdout.includes("SECRET"), false);
          return stdout.split("\n").find((line) => line.startsWith("sink slack: ")) ?? stdout;
        };
        const events = ["A", "B"].map((id) => eventLine(id, "task.failed"));
        writeEvents(repository, events.slice(0, 1));
        assertEquals(await told(), "sink slack: has not begun, 1 event behind");
        await repository.macp(["watch", "--once"]);
        assertMatch(await told(), /^sink slack: up to date, delivered last at [-:.\dTZ]+$/);
        writeEvents(repository, events);
        assertStringIncludes(await told(), "1 event behind");
        await repository.macp(["watch", "--once"]);
        const { host } = new URL(receiver.origin);
        assertMatch(
          await told(),
          /^sink slack: 1 event waits \(\S+ answered 500\), next try in \d/,
        );
        assertStringIncludes(await told(), `(${host} answered 500)`);
        const { sinks: [slackNow] } = await repository.json<Status>(["status"]);
        assertEquals([slackNow?.parked, slackNow?.last_error?.reason], [1, `${host} answered 500`]);
      }),
  );
});

Deno.test("macp status and doctor count alike what is left for a cursor in a rotated file", async () => {
  await withRepository(async (repository) => {
    const line = eventLine("A", "task.failed", { message: "m".repeat(1000) });
    writeEvents(repository, Array(700).fill(line));
    const cursor = cursorAt(repository, { offset: line.length * 100 });
    Deno.renameSync(
      repository.state("events.ndjson"),
      repository.state("events.20261121T080000000Z.ndjson"),
    );
    writeEvents(repository, Array(800).fill(line));
    writeCursors(repository, { schema_version: 1, sinks: { webhook: cursor } });
    const { sinks } = await repository.json<{ sinks: { lag_bytes: number }[] }>(["status"]);
    assertEquals(sinks.map(({ lag_bytes }) => lag_bytes), [line.length * 1400]);
    const ran = await repository.macp(["doctor", "--json"]);
    const findings: { check: string; message: string }[] = JSON.parse(ran.stdout).findings;
    const found = findings.find(({ check }) => check === "sink.webhook");
    const mib = (line.length * 1400 / 1024 ** 2).toFixed(1);
    assertStringIncludes(found?.message ?? "", `${mib} MiB behind`);
  });
});

Deno.test("macp status reads the cursor of the older implementation", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { slack: { enabled: true, url: "http://127.0.0.1:9/x" } } });
    const lines = ["A", "B"].map((id) => eventLine(id, "task.failed"));
    writeEvents(repository, lines);
    writeCursors(repository, new TextEncoder().encode(lines[0]).length);
    const { stdout } = await repository.macp(["status"]);
    assertStringIncludes(stdout, "sink slack: 1 event behind\n");
  });
});

Deno.test("macp status goes on when the cursors cannot be read", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { slack: { enabled: true, url: "http://127.0.0.1:9/x" } } });
    writeCursors(repository, { sinks: 1 });
    const ran = await repository.macp(["status"]);
    assertEquals(ran.code, 0);
    assertStringIncludes(ran.stdout, "sink slack: nobody knows how far it is");
    assertStringIncludes(ran.stderr, "event_cursor.json");
  });
});

Deno.test("macp exits 2 and names the field when quiet hours or collapse_seconds are wrong", async () => {
  await withRepository(async (repository) => {
    const refuse = async (name: string, block: Record<string, unknown>, ...fields: string[]) => {
      repository.writeConfig({ macp: { [name]: block } });
      const ran = await repository.macp(["status"]);
      assertEquals([ran.code, ran.stdout], [2, ""]);
      for (const field of fields) assertStringIncludes(ran.stderr, field);
      const checked = await repository.macp(["validate", repository.state("config.json")]);
      assertEquals(checked.code, 1);
      for (const field of fields) assertStringIncludes(checked.stdout, field);
    };
    const night = { from: "22:00", to: "07:00" };
    await refuse(
      "slack",
      { quiet_hours: { ...night, from: "24:30" } },
      '/macp/slack/quiet_hours/from: found "24:30", expected a time of day such as 22:00',
    );
    await refuse(
      "ntfy",
      { quiet_hours: { ...night, time_zone: "Europe/Atlantis" } },
      '/macp/ntfy/quiet_hours/time_zone: found "Europe/Atlantis", expected a time zone',
    );
    await refuse(
      "discord",
      { quiet_hours: { from: "22:00", to: "22:00" }, collapse_seconds: -1 },
      '/macp/discord/quiet_hours/to: found "22:00"',
      "/macp/discord/collapse_seconds: found -1, expected a number >= 0",
    );
    repository.writeConfig({
      macp: { slack: { quiet_hours: { ...night, time_zone: "Europe/Berlin" } } },
    });
    const { stdout } = await repository.macp(["config", "macp.slack.quiet_hours"]);
    assertEquals(JSON.parse(stdout), { ...night, time_zone: "Europe/Berlin" });
  });
});
