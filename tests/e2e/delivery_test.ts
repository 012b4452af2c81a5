import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Repository, textOf, until, withRepository } from "./harness.ts";
import { accepting, bodyOf, eventLine, type Received, withReceiver, writeEvents } from "./sinks.ts";

const dayMs = 86_400_000;

/** Ids of deliveries: every one carries that of its event. */
function idsOf(received: readonly Received[], path: string): string[] {
  return received.filter((one) => one.path.startsWith(path))
    .map(({ headers }) => headers["idempotency-key"] ?? "");
}

function lettersOf(repository: Repository, sink: string): string[] {
  return (textOf(repository.state("dead_letter", `${sink}.ndjson`)) ?? "").split("\n")
    .filter(Boolean).map((line) => JSON.parse(line).event.event_id);
}

/** Lets a day pass for all that is parked. */
function passADay(repository: Repository): void {
  const path = repository.state("event_cursor.json");
  const document = JSON.parse(Deno.readTextFileSync(path));
  for (const cursor of Object.values<Record<string, unknown>>(document.sinks)) {
    cursor.closed_until = null;
    for (const one of cursor.parked as Record<string, unknown>[]) {
      one.next_try_at = one.parked_at = new Date(Date.now() - dayMs - 1).toISOString();
    }
  }
  Deno.writeTextFileSync(path, JSON.stringify(document));
}

Deno.test("macp watch loses nothing when it is killed 50 times while it serves three sinks", async () => {
  const seed = Date.now() % 2 ** 31;
  console.log(`seed ${seed}`);
  let state = seed;
  const random = (most: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 8) % most;
  };
  await withReceiver(accepting, async ({ origin, received }) => {
    await withRepository(async (repository) => {
      const on = (name: string) => ({ enabled: true, url: `${origin}/${name}` });
      repository.writeConfig({
        macp: {
          webhook: { ...on("webhook"), event_filter: null },
          discord: on("discord"),
          slack: on("slack"),
          doorbell: { done_on: "completed" },
        },
      });
      const lines = Array.from(
        { length: 2000 },
        (_, i) => eventLine(`T${i % 11}`, "task.completed"),
      );
      const ids: string[] = lines.map((line) => JSON.parse(line).event_id);
      writeEvents(repository, []);
      let written = 0;
      for (let kill = 0; kill < 50; kill++) {
        const running = repository.start(["watch"]);
        const some = lines.slice(written, written += 40).join("");
        Deno.writeTextFileSync(repository.state("events.ndjson"), some, { append: true });
        const wanted = Math.min(received.length + random(100), written * 3);
        await until("some deliveries", () => received.length >= wanted);
        running.kill("SIGKILL");
        await running.ended;
      }
      assertEquals((await repository.macp(["watch", "--once"])).code, 0);
      const places = new Map(ids.map((id, index) => [id, index]));
      for (const path of ["/webhook", "/discord", "/slack"]) {
        const got = idsOf(received, path);
        assertEquals(new Set(got), new Set(ids), path);
        const first = [...new Set(got)].map((id) => places.get(id) ?? -1);
        for (let task = 0; task < 11; task++) {
          const order = first.filter((index) => index % 11 === task);
          assertEquals(order, order.toSorted((a, b) => a - b), path);
        }
      }
      assert(received.length < 12_000, String(received.length));
    });
  });
});

Deno.test("macp watch serves a healthy sink beside five sick ones, each of which ends as it should", async () => {
  let isMended = false;
  const sick: Record<string, () => Response> = {
    "/webhook": () => new Response(null, { status: 410 }),
    "/discord": () => new Response(null, { status: 429, headers: { "retry-after": "600" } }),
    "/slack": () => new Response(null, { status: 307, headers: { location: "/elsewhere" } }),
  };
  const answer = (_index: number, { path }: Received) =>
    isMended ? accepting() : sick[path.replace(/\?.*/, "")]?.() ?? accepting();
  await withReceiver(answer, async ({ origin, received }) => {
    await withRepository(async (repository) => {
      const on = (url: string) => ({ enabled: true, url, retry_count: 0 });
      const config = (ntfy: string) => ({
        macp: {
          webhook: on(`${origin}/webhook`),
          discord: on(`${origin}/discord`),
          slack: on(`${origin}/slack`),
          ntfy: on(ntfy),
          exec: { enabled: true, command: "sleep 0.1", timeout_seconds: 20 },
          stdout: { enabled: true },
          doorbell: { done_on: "completed" },
        },
      });
      repository.writeConfig(config("http://127.0.0.1:1/topic"));
      const lines = Array.from({ length: 12 }, (_, i) => eventLine(`T${i}`, "task.completed"));
      const ids: string[] = lines.map((line) => JSON.parse(line).event_id);
      writeEvents(repository, lines);
      const { code, stdout, stderr } = await repository.macp(["watch", "--once"]);
      assertEquals([code, stdout.trim().split("\n").length], [0, 12], stderr);
      assertStringIncludes(
        stderr,
        "webhook: it is disabled until its address or its secrets change",
      );
      assertStringIncludes(stderr, "redirects are not followed");
      assert(!stderr.includes("/slack") && !stderr.includes("/topic"), stderr);
      const sinks = JSON.parse(textOf(repository.state("event_cursor.json")) ?? "").sinks;
      assertEquals([sinks.exec.delivered, sinks.stdout.delivered], [12, 12]);
      const parked = (sink: string) =>
        sinks[sink].parked.map(({ event }: { event: { event_id: string } }) => event.event_id);
      for (const sink of ["discord", "slack", "ntfy"]) assertEquals(parked(sink), ids, sink);
      assertEquals(lettersOf(repository, "webhook"), ids);
      assertEquals(
        received.map(({ path }) => path.replace(/\?.*/, "")).filter((path) => path === "/discord")
          .length,
        1,
      );
      passADay(repository);
      await repository.macp(["watch", "--once"]);
      for (const sink of ["discord", "slack", "ntfy"]) {
        assertEquals(lettersOf(repository, sink), ids, sink);
      }
      assert(!received.some(({ path }) => path === "/elsewhere"));
      // Mended, each gets what lay there.
      isMended = true;
      repository.writeConfig(config(`${origin}/ntfy/topic`));
      received.length = 0;
      for (
        const [sink, path] of [["webhook", "/webhook"], ["discord", "/discord"], [
          "slack",
          "/slack",
        ], ["ntfy", "/ntfy"]]
      ) {
        const ran = await repository.macp(["redrive", sink ?? ""]);
        const enabled = "warning: webhook: it took an event, so it is served again\n";
        assertEquals([ran.code, ran.stderr], [0, sink === "webhook" ? enabled : ""]);
        assertEquals(idsOf(received, path ?? ""), ids, sink);
        assertEquals(lettersOf(repository, sink ?? ""), []);
      }
    });
  });
});

Deno.test("macp redrive sends what a sink refused, takes out what arrives, and keeps the rest", async () => {
  let refused = ["a", "b", "c"];
  const answer = (_index: number, { body }: Received) =>
    refused.includes(JSON.parse(body).task_id)
      ? new Response("No such thing", { status: 422 })
      : accepting();
  await withReceiver(answer, async ({ origin, received }) => {
    await withRepository(async (repository) => {
      repository.writeConfig({
        macp: { webhook: { enabled: true, url: `${origin}/hook` }, stdout: { enabled: false } },
      });
      const lines = ["a", "b", "c", "d"].map((id) => eventLine(id, "task.failed"));
      const [a = "", b = "", c = "", d = ""] = lines.map((line) => JSON.parse(line).event_id);
      writeEvents(repository, lines);
      assertStringIncludes((await repository.macp(["watch", "--once"])).stderr, "422");
      assertEquals(idsOf(received, "/hook"), [a, b, c, d]);
      assertEquals(lettersOf(repository, "webhook"), [a, b, c]);
      assertEquals(
        Deno.statSync(repository.state("dead_letter", "webhook.ndjson")).mode! & 0o777,
        0o600,
      );
      // Nothing changes with --dry-run.
      const before = textOf(repository.state("dead_letter", "webhook.ndjson"));
      const listed = await repository.macp(["redrive", "webhook", "--dry-run"]);
      for (const id of [a, b, c]) assertStringIncludes(listed.stdout, id);
      const json = await repository.json<{ letters: unknown[] }>([
        "redrive",
        "webhook",
        "--dry-run",
      ]);
      assertEquals(json.letters.length, 3);
      assertEquals(textOf(repository.state("dead_letter", "webhook.ndjson")), before);
      assertEquals(received.length, 4);
      // What is older than asked for stays.
      const later = await repository.json(["redrive", "webhook", "--since", "2999-01-01"]);
      assertEquals([later.delivered, later.older], [0, 3]);
      refused = ["b"];
      const some = await repository.macp(["redrive", "webhook"]);
      assertEquals(some.code, 1);
      assertStringIncludes(some.stdout, "2 delivered, 1 still lie there");
      assertEquals(lettersOf(repository, "webhook"), [b]);
      refused = [];
      assertEquals((await repository.macp(["redrive", "webhook"])).code, 0);
      assertEquals(idsOf(received, "/hook").slice(4), [a, b, c, b]);
      assertEquals(lettersOf(repository, "webhook"), []);
      assertEquals((await repository.macp(["redrive", "webhook"])).code, 0);
      const wrong = await repository.macp(["redrive", "webhok"]);
      assertEquals(wrong.code, 2);
      assertStringIncludes(wrong.stderr, "webhook");
      const without = await repository.macp(["redrive", "discord"]);
      assertEquals(without.code, 2);
      assertStringIncludes(without.stderr, "macp.discord.url");
    });
  });
});

Deno.test("macp redrive needs the settings of its own sink alone", async () => {
  let isDown = true;
  const answer = () => isDown ? new Response(null, { status: 400 }) : accepting();
  await withReceiver(answer, async ({ origin, received }) => {
    await withRepository(async (repository) => {
      const webhook = { enabled: true, url: `${origin}/hook` };
      repository.writeConfig({ macp: { webhook, stdout: { enabled: false } } });
      writeEvents(repository, [eventLine("a", "task.failed")]);
      await repository.macp(["watch", "--once"]);
      assertEquals(lettersOf(repository, "webhook").length, 1);
      isDown = false;
      repository.writeConfig({
        macp: {
          webhook,
          discord: { enabled: true, url_env: "NOT_SET" },
          slack: { enabled: true },
          ntfy: { enabled: true, url: `${origin}/` },
          exec: { enabled: true, command: "" },
        },
      });
      const ran = await repository.macp(["redrive", "webhook"]);
      assertEquals([ran.code, ran.stderr], [0, ""]);
      assertEquals([received.length, lettersOf(repository, "webhook")], [2, []]);
      // What is wrong with itself it names.
      const wrong = await repository.macp(["redrive", "discord"]);
      assertEquals(wrong.code, 2);
      assertStringIncludes(wrong.stderr, "NOT_SET");
    });
  });
});

Deno.test("macp redrive loses nothing when it is killed", async () => {
  let isDown = true;
  const answer = () => isDown ? new Response(null, { status: 400 }) : accepting();
  await withReceiver(answer, async ({ origin, received }) => {
    await withRepository(async (repository) => {
      repository.writeConfig({ macp: { webhook: { enabled: true, url: `${origin}/hook` } } });
      const lines = Array.from({ length: 300 }, (_, i) => eventLine(`T${i}`, "task.failed"));
      writeEvents(repository, lines);
      await repository.macp(["watch", "--once"]);
      assertEquals(lettersOf(repository, "webhook").length, 300);
      isDown = false;
      received.length = 0;
      for (let kill = 1; kill <= 5; kill++) {
        const running = repository.start(["redrive", "webhook"]);
        const wanted = Math.min(received.length + 40, 300);
        await until("some deliveries", () => received.length >= wanted);
        running.kill("SIGKILL");
        await running.ended;
      }
      assertEquals((await repository.macp(["redrive", "webhook"])).code, 0);
      assertEquals(new Set(idsOf(received, "/hook")).size, 300);
      assertEquals(lettersOf(repository, "webhook"), []);
    });
  });
});

Deno.test("macp watch gives every sink the same id of an event that has none, or none that a header can hold", async () => {
  await withReceiver(accepting, async ({ origin, received }) => {
    await withRepository(async (repository) => {
      const out = repository.outside("exec.ndjson");
      repository.writeConfig({
        macp: {
          webhook: { enabled: true, url: `${origin}/hook` },
          exec: { enabled: true, command: `echo "$MACP_EVENT_ID" >> '${out}'; cat >> '${out}'` },
          stdout: { enabled: true },
        },
      });
      const ids = [undefined, "", "nö id", 7];
      writeEvents(
        repository,
        ids.map((event_id, i) => eventLine(`T${i}`, "task.failed", { event_id })),
      );
      const { stdout, stderr } = await repository.macp(["watch", "--once", "--json"]);
      const printed = stdout.trim().split("\n").map((line) => JSON.parse(line).event_id);
      assertEquals(printed.length, 4, stderr);
      for (const id of printed) assert(/^sha256-[0-9a-f]{32}$/.test(id), id);
      const headers = received.map((one) => one.headers["idempotency-key"]);
      assertEquals(headers, printed);
      assertEquals(received.map(({ body }) => JSON.parse(body).event_id), printed);
      const run = (textOf(out) ?? "").trim().split("\n");
      assertEquals(run.filter((_, i) => i % 2 === 0), printed);
      assertEquals(
        run.filter((_, i) => i % 2 === 1).map((line) => JSON.parse(line).event_id),
        printed,
      );
    });
  });
});

Deno.test("macp redrive keeps what it achieved when it is killed", async () => {
  let isDown = true;
  const answer = async () => {
    if (isDown) return new Response(null, { status: 400 });
    await new Promise((resolve) => setTimeout(resolve, 10));
    return accepting();
  };
  await withReceiver(answer, async ({ origin, received }) => {
    await withRepository(async (repository) => {
      repository.writeConfig({ macp: { webhook: { enabled: true, url: `${origin}/hook` } } });
      const lines = Array.from({ length: 120 }, (_, i) => eventLine(`T${i}`, "task.failed"));
      writeEvents(repository, lines);
      await repository.macp(["watch", "--once"]);
      isDown = false;
      received.length = 0;
      const running = repository.start(["redrive", "webhook"]);
      // 45 times a hundredth of a second: the first fifth of a second is over.
      await until("some deliveries", () => received.length >= 45);
      running.kill("SIGKILL");
      await running.ended;
      const left = lettersOf(repository, "webhook").length;
      assert(left < 120 && left >= 120 - received.length, `${left} are left`);
    });
  });
});

Deno.test("macp redrive names the file with lines that it cannot read, exits 1 and leaves them alone", async () => {
  await withReceiver(accepting, async ({ origin, received }) => {
    await withRepository(async (repository) => {
      repository.writeConfig({ macp: { webhook: { enabled: true, url: `${origin}/hook` } } });
      const path = repository.state("dead_letter", "webhook.ndjson");
      Deno.mkdirSync(repository.state("dead_letter"));
      const foreign = [...new TextEncoder().encode("half a l"), 0xff, 0x0a];
      const letter = `{"event":${eventLine("a", "task.failed").trim()}}\n`;
      Deno.writeFileSync(path, new Uint8Array([...foreign, ...new TextEncoder().encode(letter)]));
      const told = `${path}: 1 line is no dead letter and stays as before`;
      const listed = await repository.macp(["redrive", "webhook", "--dry-run"]);
      assertStringIncludes(listed.stderr, told);
      const ran = await repository.macp(["redrive", "webhook"]);
      assertEquals([ran.code, received.length], [1, 1]);
      assertStringIncludes(ran.stderr, told);
      assertEquals([...Deno.readFileSync(path)], foreign);
      const { stdout } = await repository.macp(["status"]);
      assertStringIncludes(stdout, "1 line of dead_letter/webhook.ndjson that cannot be read");
      assert(!stdout.includes("dead letter "), stdout);
    });
  });
});

Deno.test("macp watch keeps the file of dead letters below its limit, the newest in it", async () => {
  await withReceiver(() => new Response(null, { status: 400 }), async ({ origin }) => {
    await withRepository(async (repository) => {
      repository.writeConfig({
        macp: {
          webhook: { enabled: true, url: `${origin}/hook` },
          retention: { dead_letter_max_bytes: 20_000 },
        },
      });
      const lines = Array.from({ length: 200 }, (_, i) => eventLine(`T${i}`, "task.failed"));
      writeEvents(repository, lines);
      await repository.macp(["watch", "--once"]);
      const letters = lettersOf(repository, "webhook");
      assert(Deno.statSync(repository.state("dead_letter", "webhook.ndjson")).size <= 20_000);
      assertEquals(
        letters.at(-1),
        bodyOf<{ event_id: string }>({ body: lines.at(-1) } as Received).event_id,
      );
    });
  });
});

Deno.test("macp drain does not rotate the event file before an enabled sink has a place in it", async () => {
  await withReceiver(accepting, async ({ origin, received }) => {
    await withRepository(async (repository) => {
      repository.writeConfig({
        macp: {
          webhook: { enabled: true, url: `${origin}/hook`, event_filter: null },
          retention: { event_max_bytes: 65_536 },
        },
      });
      const lines = Array.from({ length: 300 }, (_, i) => eventLine(`T${i}`, "task.progress"));
      writeEvents(repository, lines);
      assertEquals((await repository.macp(["drain"])).code, 0);
      assertEquals(textOf(repository.state("events.ndjson")), lines.join(""));
      await repository.macp(["watch", "--once"]);
      assertEquals(received.length, 300);
      assertEquals((await repository.macp(["drain"])).code, 0);
      assertEquals(textOf(repository.state("events.ndjson")), null);
    });
  });
});
