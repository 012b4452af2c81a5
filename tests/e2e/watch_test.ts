import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Webhook } from "standardwebhooks";
import { type Repository, textOf, until, withRepository } from "./harness.ts";
import { accepting, bodyOf, eventLine, type Received, withReceiver, writeEvents } from "./sinks.ts";

const types = ["task.started", "task.gated", "task.completed", "task.failed", "task.escalated"];
const fixtures = `${import.meta.dirname}/../fixtures/`;

/** Settings of a webhook at an address, and nothing printed. */
function webhookAt(origin: string, settings: Record<string, unknown> = {}) {
  return {
    macp: {
      webhook: { enabled: true, url: `${origin}/hook`, event_filter: null, ...settings },
      stdout: { enabled: false },
    },
  };
}

/** Ids of the events that arrived, in order. */
function idsOf(received: readonly Received[]): unknown[] {
  return received.map((one) => bodyOf(one).event_id);
}

/** Ids of lines of an event file. */
function idsIn(lines: readonly string[]): unknown[] {
  return lines.map((line) => JSON.parse(line).event_id);
}

interface Cursor {
  offset: number;
  delivered?: number;
  parked?: { event: { event_id: string }; tries: number; next_try_at: string }[];
  closed_until?: string | null;
  disabled?: { reason: string } | null;
  passed_over?: number;
}

function cursor(repository: Repository, sink: string): Cursor {
  return JSON.parse(Deno.readTextFileSync(repository.state("event_cursor.json"))).sinks[sink];
}

/** Lets the pauses of a sink be over. */
function endPauses(repository: Repository, sink: string, by: Partial<{ parkedAt: string }> = {}) {
  const path = repository.state("event_cursor.json");
  const document = JSON.parse(Deno.readTextFileSync(path));
  const now = new Date().toISOString();
  document.sinks[sink].closed_until = null;
  for (const one of document.sinks[sink].parked) {
    one.next_try_at = now;
    if (by.parkedAt !== undefined) one.parked_at = by.parkedAt;
  }
  Deno.writeTextFileSync(path, JSON.stringify(document));
}

async function once(repository: Repository, ...args: string[]) {
  const ran = await repository.macp(["watch", "--once", ...args]);
  assertEquals(ran.code, 0, ran.stderr);
  return ran;
}

Deno.test("macp watch --once passes the five checks of phase 2A", async () => {
  await withReceiver(accepting, async ({ origin, received }) => {
    await withRepository(async (repository) => {
      repository.writeConfig({ macp: { webhook: webhookAt(origin).macp.webhook } });
      const all = [...types, "task.assigned", "task.progress", "rail.check.passed", "future.type"];
      const metadata = {
        title: "Add it",
        attempt: 1,
        max_attempts: 3,
        runtime: "codex",
        dispatch: "yolo",
      };
      const lines = all.map((type) => eventLine("TASK-001", type, { metadata }));
      writeEvents(repository, lines);
      // 1. All events come back.
      const replayed = await repository.macp(["watch", "--since", "1d", "--json"]);
      assertEquals(replayed.stdout, lines.join(""));
      received.length = 0;
      // 4. No error. 3. The lines of each type.
      const { stdout, stderr } = await once(repository);
      assertEquals(stderr, "");
      assertEquals(stdout.split("\n"), [
        "⚙️ **Task TASK-001 started** — Worker: codex, dispatch: yolo",
        "🔍 **Task TASK-001 gated** — Quality gates running...",
        "✅ **Task TASK-001 completed** — Add it (attempt 1/3)",
        "❌ **Task TASK-001 failed** — Message of TASK-001 (attempt 1/3)",
        "🚨 **Task TASK-001 escalated** — Message of TASK-001",
        "",
      ]);
      // 2. The payload of the webhook.
      assertEquals(received.map(({ body }) => `${body}\n`), lines);
      assertEquals(
        new Set(received.map(({ method, path }) => `${method} ${path}`)),
        new Set(["POST /hook"]),
      );
      assertEquals(received.map(({ headers }) => headers["idempotency-key"]), idsIn(lines));
      // 5. A second run has nothing to do, and writes nothing.
      const before = textOf(repository.state("event_cursor.json"));
      for (let run = 0; run < 3; run++) assertEquals((await once(repository)).stdout, "");
      assertEquals(textOf(repository.state("event_cursor.json")), before);
      assertEquals(received.length, lines.length);
      // What is new is seen also after passes that found nothing.
      const later = eventLine("TASK-002", "task.completed");
      Deno.writeTextFileSync(repository.state("events.ndjson"), later, { append: true });
      assertStringIncludes((await once(repository)).stdout, "TASK-002 completed");
      assertEquals(received.at(-1)?.body, later.trimEnd());
    });
  });
});

Deno.test("macp watch --once twice at the same time delivers nothing twice", async () => {
  const slowly = async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    return accepting();
  };
  await withReceiver(slowly, async ({ origin, received }) => {
    await withRepository(async (repository) => {
      repository.writeConfig(webhookAt(origin));
      const lines = Array.from({ length: 60 }, (_, i) => eventLine(`T${i % 7}`, "task.completed"));
      writeEvents(repository, lines);
      await Promise.all(Array.from({ length: 4 }, () => once(repository)));
      await once(repository);
      assertEquals(idsOf(received), idsIn(lines));
    });
  });
});

Deno.test("macp watch that waited for another one goes on where that ended", async () => {
  const { promise: told, resolve: tell } = Promise.withResolvers<void>();
  const answer = async (index: number) => {
    if (index === 1) await told;
    return accepting();
  };
  await withReceiver(answer, async ({ origin, received }) => {
    await withRepository(async (repository) => {
      repository.writeConfig(webhookAt(origin));
      const lines = ["A", "B", "C"].map((id) => eventLine(id, "task.completed"));
      writeEvents(repository, lines);
      const first = repository.start(["watch", "--once"]);
      await until("the second event", () => received.length === 2);
      const second = repository.start(["watch"]);
      const waits = new RegExp(`-> .* ${second.pid} `);
      await until("a lock that is waited for", () => waits.test(textOf("/proc/locks") ?? ""));
      tell();
      assertEquals((await first.ended).code, 0);
      const last = eventLine("D", "task.completed");
      Deno.writeTextFileSync(repository.state("events.ndjson"), last, { append: true });
      await until("the last event", () => idsOf(received).includes(idsIn([last])[0]));
      second.kill("SIGTERM");
      await second.ended;
      assertEquals(idsOf(received), idsIn([...lines, last]));
    });
  });
});

Deno.test("A receiver that says its own secret address back gets it into no file and no line", async () => {
  const part = "h00kPart4711";
  const token = "b3arerToken0815";
  const answer = (index: number) =>
    new Response(`There is no ${index % 2 === 0 ? part : token} here`, { status: 400 });
  await withReceiver(answer, async ({ origin, received }) => {
    await withRepository(async (repository) => {
      repository.writeConfig(webhookAt(`${origin}/${part}`, { auth_token: token }));
      writeEvents(repository, ["A", "B"].map((id) => eventLine(id, "task.completed")));
      const ran = [await once(repository)];
      assertEquals(received.length, 2);
      for (const more of [[], ["--json"]]) ran.push(await repository.macp(["status", ...more]));
      const letters = textOf(repository.state("dead_letter", "webhook.ndjson")) ?? "";
      assertStringIncludes(letters, "answered 400");
      const cursors = textOf(repository.state("event_cursor.json")) ?? "";
      for (const text of [letters, cursors, ...ran.flatMap((one) => [one.stdout, one.stderr])]) {
        assert(![part, token].some((secret) => text.includes(secret)), text);
      }
    });
  });
});

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`macp watch ends cleanly on ${signal}, and the next one goes on from there`, async () => {
    await withReceiver(accepting, async ({ origin, received }) => {
      await withRepository(async (repository) => {
        repository.writeConfig({
          macp: { ...webhookAt(origin).macp, watch_poll_interval_seconds: 60 },
        });
        const running = repository.start(["watch"]);
        await until("the cursor", () => textOf(repository.state("event_cursor.json")));
        const lines = Array.from(
          { length: 300 },
          (_, i) => eventLine(`T${i % 7}`, "task.completed"),
        );
        // The poll comes in a minute: the change of the file is seen.
        writeEvents(repository, lines);
        await until("some events", () => received.length > 20);
        running.kill(signal);
        const { code: ended, stderr } = await running.ended;
        assertEquals(ended, code);
        assertEquals(stderr, "watching events for webhook; Ctrl-C ends\n");
        await once(repository);
        assertEquals(idsOf(received), idsIn(lines));
      });
    });
  });
}

Deno.test("macp watch lets other tasks pass an event that fails, and keeps the order of its task", async () => {
  let isMended = false;
  const answer = (_index: number, { body }: Received) =>
    !isMended && JSON.parse(body).task_id === "BAD"
      ? new Response(null, { status: 500 })
      : accepting();
  await withReceiver(answer, async ({ origin, received }) => {
    await withRepository(async (repository) => {
      repository.writeConfig(webhookAt(origin, { retry_count: 0 }));
      const lines = ["BAD", "a", "BAD", "b", "a", "BAD"].map((id) =>
        eventLine(id, "task.completed")
      );
      writeEvents(repository, lines);
      const { stderr } = await once(repository);
      assertStringIncludes(stderr, "500");
      const at = (...indexes: number[]) => idsIn(indexes.map((index) => lines[index] ?? ""));
      assertEquals(idsOf(received), at(0, 1, 3, 4));
      const { parked = [] } = cursor(repository, "webhook");
      assertEquals(parked.map(({ event }) => event.event_id), at(0, 2, 5));
      assertEquals(parked.map(({ tries }) => tries), [1, 0, 0]);
      // Its pause is respected by the next pass.
      await once(repository);
      assertEquals(received.length, 4);
      isMended = true;
      endPauses(repository, "webhook");
      await once(repository);
      assertEquals(idsOf(received).slice(4), at(0, 2, 5));
      assertEquals(cursor(repository, "webhook").parked, []);
    });
  });
});

Deno.test("macp watch respects Retry-After in later passes, and what fails for a day is a dead letter", async () => {
  const answer = () => new Response(null, { status: 429, headers: { "retry-after": "3600" } });
  await withReceiver(answer, async ({ origin, received }) => {
    await withRepository(async (repository) => {
      repository.writeConfig(webhookAt(origin));
      const lines = ["a", "b", "c"].map((id) => eventLine(id, "task.completed"));
      writeEvents(repository, lines);
      for (let run = 0; run < 3; run++) await once(repository);
      assertEquals(received.length, 1);
      const left = Date.parse(cursor(repository, "webhook").closed_until ?? "") - Date.now();
      assert(left > 3_500_000 && left <= 3_600_000, String(left));
      endPauses(repository, "webhook", {
        parkedAt: new Date(Date.now() - 86_400_001).toISOString(),
      });
      const { stderr } = await once(repository);
      assertStringIncludes(stderr, "dead letters");
      assertEquals(received.length, 2);
      const letters = (textOf(repository.state("dead_letter", "webhook.ndjson")) ?? "").trim()
        .split("\n");
      assertEquals(letters.map((line) => JSON.parse(line).event.event_id), idsIn(lines));
      assertEquals(cursor(repository, "webhook").parked, []);
    });
  });
});

Deno.test("macp watch sends nothing after 410 until the sink is configured anew", async () => {
  let status = 410;
  await withReceiver(() => new Response(null, { status }), async ({ origin, received }) => {
    await withRepository(async (repository) => {
      repository.writeConfig(webhookAt(origin));
      const lines = ["a", "b", "c", "d"].map((id) => eventLine(id, "task.completed"));
      writeEvents(repository, lines.slice(0, 2));
      assertStringIncludes((await once(repository)).stderr, "disabled");
      writeEvents(repository, lines.slice(0, 3));
      const missed = "webhook: it is disabled, so 1 event is a dead letter; macp redrive webhook";
      assertStringIncludes((await once(repository)).stderr, missed);
      assertEquals((await once(repository)).stderr, "");
      assertEquals(received.length, 1);
      status = 204;
      repository.writeConfig(webhookAt(origin, { auth_token: "another-token" }));
      assertStringIncludes((await once(repository)).stderr, "macp redrive webhook");
      writeEvents(repository, lines);
      await once(repository);
      assertEquals(idsOf(received).slice(1), idsIn(lines.slice(3)));
      assertEquals((await repository.macp(["redrive", "webhook"])).code, 0);
      assertEquals(idsOf(received).slice(2), idsIn(lines.slice(0, 3)));
      assertEquals(textOf(repository.state("dead_letter", "webhook.ndjson")), "");
    });
  });
});

Deno.test("macp redrive enables a sink again that 410 disabled once it takes an event", async () => {
  let status = 410;
  await withReceiver(() => new Response(null, { status }), async ({ origin, received }) => {
    await withRepository(async (repository) => {
      const lines = ["a", "b", "c"].map((id) => eventLine(id, "task.completed"));
      repository.writeConfig(webhookAt(origin));
      writeEvents(repository, lines.slice(0, 2));
      await once(repository);
      const way = "macp redrive webhook enables it once";
      assertStringIncludes((await repository.macp(["status"])).stdout, way);
      assertStringIncludes((await repository.macp(["doctor"])).stdout, `where it is right, ${way}`);
      assertEquals((await repository.macp(["redrive", "webhook"])).code, 1);
      // What does not say where events go changes nothing.
      repository.writeConfig(webhookAt(origin, { timeout_seconds: 3, retry_count: 1 }));
      await once(repository);
      assert(cursor(repository, "webhook").disabled);
      status = 204;
      const redriven = await repository.macp(["redrive", "webhook"]);
      assertEquals(redriven.code, 0);
      assertStringIncludes(redriven.stderr, "webhook: it took an event, so it is served again");
      assertEquals(idsOf(received).slice(-2), idsIn(lines.slice(0, 2)));
      const { stdout } = await repository.macp(["status"]);
      assert(!/disabled|failed last/.test(stdout), stdout);
      writeEvents(repository, lines);
      assertEquals((await once(repository)).stderr, "");
      assertEquals(idsOf(received).slice(-1), idsIn(lines.slice(2)));
    });
  });
});

Deno.test("macp watch starts a sink that it sees first later at the end of the event file", async () => {
  await withReceiver(accepting, async ({ origin, received }) => {
    await withRepository(async (repository) => {
      writeEvents(repository, [eventLine("old", "task.completed")]);
      assertStringIncludes((await once(repository)).stdout, "old");
      repository.writeConfig({ macp: { webhook: { url: `${origin}/hook` } } });
      repository.writeConfig({ macp: { webhook: { enabled: true, url: `${origin}/hook` } } });
      const about = "begins behind the events that are there: macp watch --once --since 24h sends";
      const { stdout } = await repository.macp(["status"]);
      assertStringIncludes(stdout, `sink webhook: has not begun, ${about}`);
      const { stderr } = await once(repository, "--webhook");
      assertStringIncludes(stderr, `warning: webhook: is new, and ${about}`);
      assertEquals(received.length, 0);
      assertEquals((await once(repository, "--webhook")).stderr, "");
      Deno.writeTextFileSync(repository.state("events.ndjson"), eventLine("new", "task.failed"), {
        append: true,
      });
      assertStringIncludes((await once(repository, "--webhook")).stdout, "new");
      assertEquals(received.map((one) => bodyOf(one).task_id), ["new"]);
    });
  });
});

Deno.test("macp watch --since sends again and moves no cursor", async () => {
  await withReceiver(accepting, async ({ origin, received }) => {
    await withRepository(async (repository) => {
      repository.writeConfig(webhookAt(origin));
      const [old, middle, young] = [48, 3, 1].map((hours) =>
        eventLine("a", "task.completed", { hours })
      );
      writeEvents(repository, [old ?? ""], "events.20200101T000000000Z.ndjson");
      writeEvents(repository, [old ?? "", middle ?? "", young ?? ""]);
      await once(repository);
      const before = textOf(repository.state("event_cursor.json"));
      received.length = 0;
      assertEquals((await repository.macp(["watch", "--since", "5h"])).code, 0);
      assertEquals(received.map(({ body }) => `${body}\n`), [middle, young]);
      assertEquals(textOf(repository.state("event_cursor.json")), before);
      assertEquals((await repository.macp(["watch", "--since", "gestern"])).code, 2);
    });
  });
});

Deno.test("macp watch tells of bad lines on standard error, counts them and goes on", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { stdout: { event_filter: ["task.*"] } } });
    const huge = `{"event_type":"task.failed","message":"${"x".repeat(1_100_000)}"}\n`;
    writeEvents(repository, [
      "no event\n",
      eventLine("a", "task.failed"),
      huge,
      eventLine("b", "task.failed"),
    ]);
    const { stdout, stderr } = await once(repository);
    assertEquals(stdout.trim().split("\n").length, 2);
    assertStringIncludes(stderr, "the line at byte 0 is no event");
    assertStringIncludes(stderr, "more than 1 MiB");
    assertEquals(cursor(repository, "stdout").passed_over, 2);
    assertEquals((await once(repository)).stderr, "");
  });
});

Deno.test("macp watch reads on in a file that was rotated, cut or replaced while it did not run", async () => {
  await withRepository(async (repository) => {
    const printed = async () => (await once(repository)).stdout.match(/Task (\S+) failed/g) ?? [];
    const [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map((id) => eventLine(id, "task.failed"));
    writeEvents(repository, [a ?? ""]);
    assertEquals(await printed(), ["Task a failed"]);
    writeEvents(repository, [a ?? "", b ?? ""]);
    Deno.renameSync(
      repository.state("events.ndjson"),
      repository.state("events.20990101T000000000Z.ndjson"),
    );
    writeEvents(repository, [c ?? ""]);
    assertEquals(await printed(), ["Task b failed", "Task c failed"]);
    writeEvents(repository, [d ?? "", e ?? "", a ?? ""]);
    const { stdout, stderr } = await once(repository);
    assertEquals(stdout.trim().split("\n").length, 3);
    assertStringIncludes(stderr, "is not the file");
  });
});

Deno.test("macp watch leaves what was not read to the next one when its reader goes away", async () => {
  await withRepository(async (repository) => {
    const lines = Array.from({ length: 3000 }, (_, i) => eventLine(`T${i}`, "task.failed"));
    writeEvents(repository, lines);
    const macp = Deno.env.get("MACP_BIN") ?? `${import.meta.dirname}/../../dist/macp`;
    const shell = repository.start(["-c", `"${macp}" watch --once | head -n 5`], {
      program: "/bin/sh",
    });
    const { stdout } = await shell.ended;
    assertEquals(stdout.trim().split("\n").length, 5);
    const rest = (await once(repository)).stdout.trim().split("\n");
    assert(rest.length > 1000, String(rest.length));
    assertStringIncludes(rest.at(-1) ?? "", "T2999");
  });
});

Deno.test("macp watch --json prints the events, one a line", async () => {
  await withRepository(async (repository) => {
    const lines = [eventLine("a", "task.failed"), eventLine("b", "task.progress")];
    writeEvents(repository, lines);
    assertEquals((await once(repository, "--json")).stdout, lines.join(""));
  });
});

Deno.test("macp watch holds messages for people in quiet hours, and takes a burst as one", async () => {
  await withReceiver(accepting, async ({ origin, received }) => {
    await withRepository(async (repository) => {
      const hour = (offset: number) =>
        new Date(Date.now() + offset * 3_600_000).toISOString().slice(11, 16);
      const discord = { enabled: true, url: `${origin}/d`, collapse_seconds: 1 };
      const quiet_hours = { from: hour(-2), to: hour(2), time_zone: "UTC" };
      repository.writeConfig({ macp: { discord: { ...discord, quiet_hours } } });
      writeEvents(repository, types.slice(0, 3).map((type) => eventLine("a", type)));
      await once(repository);
      await once(repository);
      assertEquals(received.length, 0);
      assertEquals(cursor(repository, "discord").parked?.length, 3);
      repository.writeConfig({ macp: { discord } });
      await once(repository);
      assertEquals(received.length, 1);
      assertStringIncludes(received[0]?.body ?? "", "completed");
      assertEquals(cursor(repository, "discord").delivered, 3);
    });
  });
});

Deno.test("macp watch, status and doctor take any TZ for quiet hours, and name one that they cannot read", async () => {
  await withReceiver(accepting, async ({ origin }) => {
    await withRepository(async (repository) => {
      const discord = { enabled: true, url: `${origin}/d` };
      repository.writeConfig({
        macp: { discord: { ...discord, quiet_hours: { from: "00:00", to: "23:59" } } },
      });
      writeEvents(repository, [eventLine("a", "task.completed")]);
      const plain = [":/etc/localtime", "UTC0", "/usr/share/zoneinfo/Europe/Berlin", ""];
      for (const TZ of [...plain, "Bogus", "localtime"]) {
        for (const args of [["watch", "--once"], ["status"], ["doctor"]]) {
          const ran = await repository.macp(args, { env: { TZ } });
          assertEquals(ran.code === 0 || args[0] === "doctor", true, `${TZ}: ${ran.stderr}`);
          const said = ran.stdout + ran.stderr;
          assertEquals(said.includes("TZ is Bogus"), TZ === "Bogus", `${args}: ${said}`);
          if (TZ !== "Bogus") continue;
          assertStringIncludes(said, "quiet hours go by UTC as TZ is Bogus, which names no time");
          assertStringIncludes(said, "macp.discord.quiet_hours.time_zone");
        }
      }
    });
  });
});

Deno.test("macp watch serves the others when a sink cannot be used, says which and where, and exits 2", async () => {
  await withReceiver(accepting, async ({ origin, received }) => {
    await withRepository(async (repository) => {
      const { macp } = webhookAt(origin);
      const slack = { enabled: true, url_env: "NO_SUCH_VARIABLE" };
      repository.writeConfig({ macp: { ...macp, slack, ntfy: { enabled: true, url: "phone" } } });
      const lines = ["a", "b"].map((id) => eventLine(id, "task.failed"));
      writeEvents(repository, lines);
      for (const round of [1, 2]) {
        const ran = await repository.macp(["watch", "--once"]);
        assertEquals(ran.code, 2, ran.stderr);
        const unset = "Cannot use macp.slack.url_env as the environment variable is not set";
        assertStringIncludes(ran.stderr, `warning: ${unset}: NO_SUCH_VARIABLE; Set it where`);
        assertStringIncludes(ran.stderr, "Cannot use macp.ntfy.url as it is no address");
        assertStringIncludes(ran.stderr, `It comes from ${repository.state("config.json")}`);
        assertEquals(idsOf(received), idsIn(lines), `round ${round}`);
      }
      // What it missed is kept for it.
      const env = { NO_SUCH_VARIABLE: `${origin}/slack` };
      await repository.macp(["watch", "--once"], { env });
      assertEquals(received.slice(2).map(({ path }) => path), ["/slack", "/slack"]);
      const alone = { ...macp, webhook: { enabled: false }, slack };
      repository.writeConfig({ macp: alone });
      const none = await repository.macp(["watch", "--once"]);
      assertEquals([none.code, none.stdout], [2, ""]);
      assertStringIncludes(none.stderr, "error: Cannot use macp.slack.url_env");
    });
  });
});

Deno.test("macp watch, validate and doctor tell of a filter that lets nothing through", async () => {
  await withReceiver(accepting, async ({ origin }) => {
    await withRepository(async (repository) => {
      writeEvents(repository, [eventLine("a", "task.completed")]);
      for (
        const [event_filter, doubt] of [
          [["task.compleeted"], "did you mean task.completed?"],
          [[], "macp.webhook.event_filter is empty, so nothing is ever sent"],
        ] as const
      ) {
        repository.writeConfig(webhookAt(origin, { event_filter }));
        for (const args of [["watch", "--once"], ["watch", "--once"], ["validate"], ["doctor"]]) {
          const ran = await repository.macp(args);
          assertEquals(ran.code, 0, ran.stderr);
          assertStringIncludes(ran.stdout + ran.stderr, doubt);
        }
      }
    });
  });
});

Deno.test("macp watch signs so that the published library accepts it, also while secrets change", async () => {
  const secrets = [1, 2, 3].map((byte) => `whsec_${new Uint8Array(32).fill(byte).toBase64()}`);
  const [first = "", second = "", third = ""] = secrets;
  const verdicts = (one: Received, secret: string, body = one.body) => {
    try {
      new Webhook(secret).verify(body, one.headers);
      return true;
    } catch {
      return false;
    }
  };
  await withReceiver(accepting, async ({ origin, received }) => {
    await withRepository(async (repository) => {
      const steps: [Record<string, string>, string[], string[]][] = [
        [{ signing_secret: first }, [first], [second]],
        [{ signing_secret: second, previous_signing_secret: first }, [first, second], [third]],
        [{ signing_secret: second }, [second], [first]],
      ];
      const lines: string[] = [];
      for (const [settings, accept, reject] of steps) {
        repository.writeConfig(webhookAt(origin, settings));
        lines.push(eventLine("ä ✅", "task.completed"));
        writeEvents(repository, lines);
        await once(repository);
        const one = received.at(-1);
        assert(one !== undefined);
        assertEquals(accept.map((secret) => verdicts(one, secret)), accept.map(() => true));
        assertEquals(reject.map((secret) => verdicts(one, secret)), reject.map(() => false));
        assertEquals(
          verdicts(one, accept[0] ?? "", one.body.replace("completed", "failed")),
          false,
        );
      }
      assertEquals(received.length, 3);
    });
  });
});

Deno.test("macp watch delivers events of the older implementation, and titles that mean harm, as the fixtures show", async () => {
  for (
    const [name, source] of [["hostile", "messages/hostile.events.ndjson"], [
      "predecessor",
      "legacy/events.predecessor.ndjson",
    ]]
  ) {
    await withReceiver(accepting, async ({ origin, received }) => {
      await withRepository(async (repository) => {
        const services = ["discord", "slack", "ntfy", "webhook"];
        const settings = services.map((service) =>
          [service, {
            enabled: true,
            url: `${origin}/${service}/macp`,
            event_filter: null,
          }] as const
        );
        repository.writeConfig({
          macp: {
            ...Object.fromEntries(settings),
            doorbell: { done_on: "completed", base_url: "https://t3.example/" },
            stdout: { enabled: true },
          },
        });
        Deno.copyFileSync(`${fixtures}${source}`, repository.state("events.ndjson"));
        const { stdout } = await once(repository);
        if (name === "predecessor") {
          assertEquals(stdout, Deno.readTextFileSync(`${fixtures}messages/predecessor.txt`));
        }
        for (const service of services) {
          const expected = textOf(`${fixtures}messages/${name}.${service}.ndjson`);
          if (expected === null) continue;
          const got = received.filter(({ path }) => path.startsWith(`/${service}`))
            .map(({ body }) => `${body}\n`).join("");
          assert(got === expected, `${name} ${service}: ${got.slice(0, 2000)}`);
        }
      }, "shop");
    });
  }
});
