import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  execTask,
  exists,
  fingerprint,
  type Repository,
  textOf,
  until,
  withRepository,
} from "./harness.ts";
import { accepting, withReceiver } from "./sinks.ts";

const dayMs = 86_400_000;

/** Makes a file of the state look some days old. */
function age(repository: Repository, days: number, ...names: string[]): void {
  const time = (Date.now() - days * dayMs) / 1000;
  for (const name of names) Deno.utimeSync(repository.state(...name.split("/")), time, time);
}

/** Names of rotated event files, oldest first. */
function rotated(repository: Repository): string[] {
  return [...Deno.readDirSync(repository.state())].map(({ name }) => name)
    .filter((name) => /^events\.\w+\.ndjson$/.test(name)).sort();
}

/** Lines of an event file that together have about this many bytes. */
function oldEvents(bytes: number): string {
  const event = {
    event_type: "task.progress",
    task_id: "old",
    status: "running",
    timestamp: "2020-01-01T00:00:00Z",
    source: "worker",
    message: "m".repeat(900),
  };
  return Array.from(
    { length: Math.ceil(bytes / 1000) },
    () => `${JSON.stringify({ event_id: crypto.randomUUID(), ...event })}\n`,
  ).join("");
}

Deno.test("macp drain removes logs and results that are too old, never those of tasks that are needed", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { retention: { log_days: 30, result_days: 30 } } });
    repository.writeQueue([
      execTask("done", "echo said; exit 0", { worktree: "." }),
      execTask("base", "true", { worktree: "." }),
      execTask("stuck", "exit 1", { worktree: ".", depends_on: ["base"], max_attempts: 2 }),
      execTask("asks", `echo '{"status":"escalated"}' > "$MACP_RESULT_FILE"`, {
        worktree: ".",
        depends_on: ["base"],
      }),
      execTask("behind", "true", { worktree: ".", depends_on: ["stuck"] }),
    ]);
    assertEquals((await repository.macp(["drain", "--quiet"])).code, 3);
    const ids = ["done", "base", "stuck", "asks"];
    age(repository, 31, ...ids.map((id) => `logs/${id}/1.log`));
    age(repository, 31, ...ids.map((id) => `results/${id}.json`));
    age(repository, 31, "logs/stuck/2.log", "results/attempts/stuck/1.json");
    const state = JSON.parse(Deno.readTextFileSync(repository.state("state.json")));
    assert(Date.parse(state.tidied_at) > 0);
    Deno.writeTextFileSync(
      repository.state("state.json"),
      JSON.stringify({ ...state, tidied_at: "2020-01-01T00:00:00Z" }),
    );

    assertEquals((await repository.macp(["drain", "--quiet"])).code, 3);

    assert(!exists(repository.state("logs", "done", "1.log")));
    assert(!exists(repository.state("results", "done.json")));
    const kept = ["logs/base/1.log", "logs/stuck/1.log", "logs/stuck/2.log", "logs/asks/1.log"]
      .concat(["results/base.json", "results/stuck.json", "results/asks.json"])
      .concat(["results/attempts/stuck/1.json"]);
    assertEquals(kept.filter((name) => !exists(repository.state(...name.split("/")))), []);

    const logs = await repository.macp(["logs", "done"]);
    assertEquals(logs.code, 2);
    assertStringIncludes(logs.stderr, "retention removed it");
    const show = await repository.macp(["show", "done"]);
    assertEquals(show.code, 0);
    assertStringIncludes(show.stdout, "removed by retention");
    assertStringIncludes(show.stdout, "result: none is left");

    // The serial of an attempt whose log went is not given again, not even to a namesake.
    repository.writeQueue([execTask("done", "true", { worktree: "." })]);
    assertEquals((await repository.macp(["drain", "--quiet"])).code, 0);
    assertEquals(repository.task("done").last_attempt, 2);
    assert(exists(repository.state("logs", "done", "2.log")));
  });
});

Deno.test("macp run rotates a large event file, and history reads all of it, oldest first", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { retention: { event_max_bytes: 65_536, event_files: 2 } } });
    for (let round = 1; round <= 3; round++) {
      repository.writeQueue([execTask(`t${round}`, "true", { worktree: "." })]);
      const events = repository.state("events.ndjson");
      Deno.writeTextFileSync(events, (textOf(events) ?? "") + oldEvents(66_000));
      assertEquals((await repository.macp(["run", "--once", "--quiet"])).code, 0);
      assertEquals(textOf(events), null, "the event file was rotated");
      assertEquals(rotated(repository).length, Math.min(round, 2));
    }
    repository.writeQueue([execTask("t4", "true", { worktree: "." })]);
    assertEquals((await repository.macp(["run", "--once", "--quiet"])).code, 0);
    assertEquals(rotated(repository).length, 2);

    interface History {
      events: { event_id: string; event_type: string; task_id: string }[];
      unreadable_lines: number;
    }
    const { events, unreadable_lines } = await repository.json<History>(["history"]);
    assertEquals(unreadable_lines, 0);
    const completed = events.filter(({ event_type }) => event_type === "task.completed");
    assertEquals(completed.map(({ task_id }) => task_id), ["t2", "t3", "t4"]);
    assertEquals(new Set(completed.map(({ event_id }) => event_id)).size, 3);
    const one = await repository.json<History>(["history", "--task-id", "t2"]);
    assertEquals(one.events.map(({ task_id }) => task_id), Array(4).fill("t2"));
    const newer = await repository.json<History>(["history", "--since", "1h"]);
    assertEquals(newer.events.some(({ task_id }) => task_id === "old"), false);
    assertEquals(newer.events.length, 12);
    assertEquals((await repository.macp(["validate", "--quiet"])).code, 0);
    const { stdout } = await repository.macp(["validate", "--json"]);
    assertStringIncludes(stdout, rotated(repository)[0] ?? "none");
  });
});

Deno.test("macp drain keeps an event file that a sink has not read, and says so", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { retention: { event_max_bytes: 65_536 } } });
    repository.writeQueue([execTask("t", "true", { worktree: "." })]);
    const events = repository.state("events.ndjson");
    Deno.writeTextFileSync(events, oldEvents(66_000));
    const { dev, ino, size } = Deno.statSync(events);
    const cursor = { device: dev, inode: ino, header_hash: "00", offset: size };
    Deno.writeTextFileSync(
      repository.state("event_cursor.json"),
      JSON.stringify({ schema_version: 1, sinks: { webhook: cursor } }),
    );
    const first = await repository.macp(["drain"]);
    assertEquals(first.code, 0);
    assertStringIncludes(first.stdout + first.stderr, "webhook has not read all of it");
    assertEquals(rotated(repository), []);

    Deno.writeTextFileSync(
      repository.state("event_cursor.json"),
      JSON.stringify({
        schema_version: 1,
        sinks: { webhook: { ...cursor, offset: Deno.statSync(events).size } },
      }),
    );
    assertEquals((await repository.macp(["drain", "--quiet"])).code, 0);
    assertEquals(rotated(repository).length, 1);

    // The form of the older implementation: one number.
    Deno.writeTextFileSync(events, oldEvents(66_000));
    Deno.writeTextFileSync(repository.state("event_cursor.json"), "100");
    assertEquals((await repository.macp(["drain", "--quiet"])).code, 0);
    assertEquals(rotated(repository).length, 1);
  });
});

Deno.test("macp drain rotates without a sink that nobody serves any more, which finds the rest when it comes back", async () => {
  await withReceiver(accepting, async ({ origin, received }) => {
    await withRepository(async (repository) => {
      repository.writeConfig({
        macp: {
          webhook: { url: `${origin}/hook`, event_filter: null },
          stdout: { enabled: false },
          retention: { event_max_bytes: 65_536 },
        },
      });
      const path = repository.state("event_cursor.json");
      const cursors = () => JSON.parse(Deno.readTextFileSync(path));
      const served = (at: string) => {
        const document = cursors();
        document.sinks.webhook.served_at = at;
        Deno.writeTextFileSync(path, JSON.stringify(document));
      };
      const watch = () => repository.macp(["watch", "--once", "--webhook"]);
      const events = repository.state("events.ndjson");
      Deno.writeTextFileSync(events, oldEvents(1000));
      assertEquals((await watch()).code, 0);
      assertEquals(received.length, 1);
      // A look that finds nothing is kept once a day.
      served(new Date(Date.now() - 2 * dayMs).toISOString());
      assertEquals((await watch()).code, 0);
      assert(Date.now() - Date.parse(cursors().sinks.webhook.served_at) < dayMs);

      Deno.writeTextFileSync(events, oldEvents(66_000), { append: true });
      served(new Date(Date.now() - 6 * dayMs).toISOString());
      await repository.macp(["drain"]);
      assertEquals(rotated(repository), []);
      served(new Date(Date.now() - 8 * dayMs).toISOString());
      const ran = await repository.macp(["drain"]);
      assertStringIncludes(ran.stdout + ran.stderr, "is not kept for webhook: not enabled");
      assertEquals(rotated(repository).length, 1);
      assertEquals((await watch()).code, 0);
      assertEquals(new Set(received.map(({ body }) => JSON.parse(body).event_id)).size, 67);
    });
  });
});

Deno.test("macp killed around a rotation doubles and loses no event", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { retention: { event_max_bytes: 65_536, event_files: null } } });
    let submitted = 0;
    for (let round = 0; round < 8; round++) {
      const events = repository.state("events.ndjson");
      Deno.writeTextFileSync(events, (textOf(events) ?? "") + oldEvents(66_000));
      const before = rotated(repository).length;
      await repository.submit(`t${submitted++}`, "true", "--worktree", ".");
      await repository.submit(`t${submitted++}`, "true", "--worktree", ".");
      const drain = repository.start(["drain", "--quiet"]);
      let over = false;
      void drain.ended.then(() => over = true);
      await until("a rotation", () => over || rotated(repository).length > before);
      if (!over) drain.kill("SIGKILL");
      await drain.ended;
    }
    await until(
      "the end of all",
      async () => (await repository.macp(["drain", "--quiet"])).code < 4,
    );

    assert(rotated(repository).length >= 8);
    const { events } = await repository.json<{ events: { event_id: string; task_id: string }[] }>(
      ["history"],
    );
    const own = events.filter(({ task_id }) => task_id !== "old").map(({ event_id }) => event_id);
    assertEquals(own.length, new Set(own).size);
    const tasks = repository.readQueue();
    assertEquals(tasks.length, submitted);
    const told = await repository.json<{ events: { task_id: string; status: string }[] }>(
      ["history", "--type", "task.completed", "--type", "task.failed"],
    );
    assertEquals(
      told.events.map(({ task_id, status }) => `${task_id} ${status}`).sort(),
      tasks.map(({ id, status }) => `${id} ${status}`).sort(),
    );
  });
});

Deno.test("macp run never follows a link out of .mosaic/orchestrator to remove what is old", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { retention: { log_days: 1, result_days: 1 } } });
    repository.writeQueue([execTask("old", "true", { status: "completed" })]);
    const outside = repository.outside("precious");
    Deno.mkdirSync(`${outside}/task`, { recursive: true });
    for (const name of ["task/1.log", "task.json", "1.log"]) {
      Deno.writeTextFileSync(`${outside}/${name}`, name);
      Deno.utimeSync(`${outside}/${name}`, 1, 1);
    }
    Deno.mkdirSync(repository.state("logs", "linked"), { recursive: true });
    Deno.symlinkSync(`${outside}/task`, repository.state("logs", "folder"));
    Deno.symlinkSync(`${outside}/1.log`, repository.state("logs", "linked", "1.log"));
    Deno.symlinkSync(outside, repository.state("results"));
    Deno.mkdirSync(repository.state("logs", "old"));
    Deno.writeTextFileSync(repository.state("logs", "old", "1.log"), "old");
    Deno.utimeSync(repository.state("logs", "old", "1.log"), 1, 1);

    assertEquals((await repository.macp(["drain", "--quiet"])).code, 0);

    assert(!exists(repository.state("logs", "old", "1.log")));
    for (const name of ["task/1.log", "task.json", "1.log"]) {
      assertEquals(textOf(`${outside}/${name}`), name);
    }
    assert(exists(repository.state("logs", "linked", "1.log")));
  });
});

for (
  const { what, dir, link } of [
    { what: "in the place of the folder of results", dir: "results", link: "results" },
    { what: "on the way to the folder of results", dir: "deep/results", link: "deep" },
  ]
) {
  Deno.test(`macp drain removes nothing that is old behind a link ${what}`, async () => {
    await withRepository(async (repository) => {
      const macp = {
        result_dir: `.mosaic/orchestrator/${dir}`,
        retention: { log_days: 1, result_days: 1 },
      };
      repository.writeConfig({ macp });
      // A task that ended, whose result would go anywhere else.
      repository.writeQueue([execTask("done", "true", { status: "completed" })]);
      Deno.mkdirSync(repository.outside("precious", "results"), { recursive: true });
      const places = ["", "results/"].map((folder) =>
        repository.outside(`precious/${folder}done.json`)
      );
      for (const place of places) {
        Deno.writeTextFileSync(place, '{"task_id":"done","status":"completed"}');
        Deno.utimeSync(place, 1, 1);
      }
      Deno.symlinkSync(repository.outside("precious"), repository.state(link));

      assertEquals((await repository.macp(["drain", "--quiet"])).code, 0);

      assertEquals(places.filter((place) => !exists(place)), []);
    });
  });
}

Deno.test("macp drain keeps logs and results of tasks that the queue lost, as by a git stash", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { retention: { log_days: 1, result_days: 1 } } });
    repository.writeQueue([
      execTask("stuck", "exit 1", { worktree: ".", max_attempts: 1 }),
      execTask("asks", `echo '{"status":"escalated"}' > "$MACP_RESULT_FILE"`, { worktree: "." }),
      execTask("behind", "true", { worktree: ".", depends_on: ["stuck"] }),
    ]);
    assertEquals((await repository.macp(["drain", "--quiet"])).code, 3);
    const queue = repository.queueText();
    const names = ["stuck", "asks"].flatMap((id) => [`logs/${id}/1.log`, `results/${id}.json`]);
    age(repository, 1.5, ...names);
    age(repository, 400, ...names.filter((name) => name.includes("asks")));
    repository.writeQueue([]);
    assertEquals((await repository.macp(["clean"])).code, 0);
    assertEquals(names.filter((name) => !exists(repository.state(...name.split("/")))), []);
    repository.writeQueue(queue);
    assertStringIncludes((await repository.macp(["show", "stuck"])).stdout, "exit code 1");
  });
});

Deno.test("macp clean removes at once what retention no longer keeps, and --dry-run only says so", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { retention: { log_days: 30 } } });
    repository.writeQueue([execTask("done", "true", { worktree: "." })]);
    assertEquals((await repository.macp(["drain", "--quiet"])).code, 0);
    age(repository, 31, "logs/done/1.log");
    const before = fingerprint(repository.folder);
    const dry = await repository.macp(["clean", "--dry-run"]);
    assertEquals(dry.code, 0);
    assertStringIncludes(dry.stdout, "would be removed");
    assertStringIncludes(dry.stdout, "older than macp.retention keeps it");
    assert(fingerprint(repository.folder) === before, "a byte changed");
    const { code, stdout } = await repository.macp(["clean"]);
    assertEquals(code, 0);
    assertStringIncludes(stdout, repository.state("logs", "done", "1.log"));
    assert(!exists(repository.state("logs", "done", "1.log")));
    assertStringIncludes((await repository.macp(["clean"])).stdout, "nothing to clean");
  });
});
