import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  execTask,
  filesBelow,
  type Ran,
  type Repository,
  textOf,
  withRepository,
} from "./harness.ts";
import { accepting, eventLine, secretPart, withReceiver, writeEvents } from "./sinks.ts";

const marker = "s3cr3t-Mark3r-Value-4711";
const token = `ghp_${"a1B2c3D4e5F6".repeat(3)}`;

/** Files below the state, and messages of commits, that hold a text. */
async function placesWith(repository: Repository, text: string): Promise<string[]> {
  const bytes = (path: string) => new TextDecoder("latin1").decode(Deno.readFileSync(path));
  const files = [...filesBelow(repository.state())].filter((path) => bytes(path).includes(text));
  const messages = await repository.git("log", "--all", "--format=%H %an %B");
  return [...files, ...messages.split("\n").filter((line) => line.includes(text))];
}

Deno.test("show 7: a secret of the environment, printed in two writes, is in no file that macp wrote", async () => {
  await withRepository(async (repository) => {
    // Each printf is a write of its own.
    const split = (variable: string) =>
      `printf 'before %s' "$(printf %s "$${variable}" | cut -c1-9)"; sleep 0.3; ` +
      `printf '%s after\\n' "$(printf %s "$${variable}" | cut -c10-)"`;
    repository.writeQueue([
      execTask("worker", `${split("DEPLOY_TOKEN")}; echo err $DEPLOY_TOKEN >&2; exit 3`),
      execTask("gate", "true", { quality_gates: [`${split("DEPLOY_TOKEN")}; exit 1`] }),
      execTask(
        "report",
        `printf '{"summary":"%s","metadata":{"x":"%s"},"status":"escalated","escalation_reason":"%s"}' ` +
          `"$DEPLOY_TOKEN" "$DEPLOY_TOKEN" "$DEPLOY_TOKEN" > "$MACP_RESULT_FILE"`,
      ),
      execTask("shape", `echo token=${"$"}SHAPED; exit 1`),
      execTask("dirty", 'echo "$DEPLOY_TOKEN" && echo x > file && exit 1'),
      execTask("named", 'echo "value $PLAIN_NAME"; exit 1'),
    ]);
    repository.writeConfig({ macp: { secrets: ["PLAIN_NAME"] } });

    const env = { DEPLOY_TOKEN: marker, SHAPED: token, PLAIN_NAME: "harmless-looking" };
    const ran = await repository.macp(["drain", "--verbose"], { env });

    assertEquals(ran.code, 3, ran.stderr);
    for (const secret of [marker, token, "harmless-looking", btoa(marker)]) {
      assertEquals(await placesWith(repository, secret), [], secret);
      assert(!`${ran.stdout}${ran.stderr}`.includes(secret));
    }
    assertStringIncludes(repository.log("worker"), "before [redacted:DEPLOY_TOKEN] after");
    assertStringIncludes(repository.log("worker"), "err [redacted:DEPLOY_TOKEN]");
    assertStringIncludes(repository.log("gate"), "before [redacted:DEPLOY_TOKEN] after");
    assertStringIncludes(
      repository.result("gate").metadata?.gates?.[0]?.output_tail ?? "",
      "[redacted:DEPLOY_TOKEN]",
    );
    assertEquals(repository.result("report").escalation_reason, "[redacted:DEPLOY_TOKEN]");
    assertStringIncludes(repository.log("named"), "value [redacted:PLAIN_NAME]");
    assertStringIncludes(repository.log("shape"), "token=[redacted:");
  });
});

Deno.test("What commands print is redacted: --json, plain text and errors", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([execTask("t", "true", { title: `Use ${marker}`, status: "failed" })]);
    const env = { DEPLOY_TOKEN: marker };
    for (
      const args of [
        ["status", "--json"],
        ["status"],
        ["show", "t"],
        ["show", "t", "--json"],
        ["show", marker],
        ["show", marker, "--json"],
        ["config", marker],
        [marker],
        ["submit", "--task-id", marker],
        ["--repo", `/nowhere/${marker}`, "status"],
      ]
    ) {
      const { stdout, stderr } = await repository.macp(args, { env });
      assert(!`${stdout}${stderr}`.includes(marker), `macp ${args.join(" ")} printed it`);
      assertStringIncludes(`${stdout}${stderr}`, "[redacted:DEPLOY_TOKEN]", args.join(" "));
    }
  });
});

Deno.test("macp's own secrets do not reach the worker or its gates", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { webhook: { auth_token_env: "HOOK_AUTH" } } });
    const gate = { quality_gates: ['test -z "${HOOK_AUTH+set}"'] };
    repository.writeQueue([execTask("t", 'test -z "${HOOK_AUTH+set}"', gate)]);
    const ran = await repository.macp(["drain"], { env: { HOOK_AUTH: "own-secret-of-macp" } });
    assertEquals(ran.code, 0, ran.stdout);
  });
});

Deno.test("A log has no escape sequences, and is capped in its middle, never at its end", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { log_max_bytes: 65_536 } });
    repository.writeQueue([
      execTask(
        "t",
        "printf 'first \\033[31mred\\033[0m\\n'; seq 1 200000; echo the very last line; exit 1",
      ),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 1);
    const log = repository.log("t");
    assertEquals(log.includes("\x1b"), false);
    assertStringIncludes(log, "first red");
    assertStringIncludes(log, "the very last line");
    // A little more than the cap is right: the mark where the middle was.
    assert(log.length < 80_000, `the log has ${log.length} characters`);
  });
});

Deno.test("A secret that is printed in base64 or encoded for a URL is in no log and no result", async () => {
  await withRepository(async (repository) => {
    const secret = "p@ss/w0rd+with=signs?&more";
    const [alone, basic] = [btoa(secret), `Basic ${btoa(`user:${secret}`)}`];
    const inUrl = encodeURIComponent(secret);
    const print = `printf '%s\n' "$ALONE" "$BASIC" "$IN_URL"; exit 1`;
    repository.writeQueue([
      execTask("worker", print),
      execTask("gate", "true", { quality_gates: [print] }),
    ]);
    const env = { DB_PASSWORD: secret, ALONE: alone, BASIC: basic, IN_URL: inUrl };

    assertEquals((await repository.macp(["drain"], { env })).code, 3);

    // Of base64 only what does not depend on what stands around the secret.
    for (const text of [alone.slice(0, 32), basic.slice(16, 44), inUrl]) {
      assertEquals(await placesWith(repository, text), [], text);
    }
    for (const log of [repository.log("worker"), repository.log("gate")]) {
      assertStringIncludes(log, "[redacted:DB_PASSWORD]");
    }
  });
});

Deno.test("A secret in a title or in a gate's command is in no event and not in the ledger", async () => {
  await withRepository(async (repository) => {
    const title = `Use ${marker} and ${token}`;
    repository.writeQueue([
      execTask("t", "true", { title, quality_gates: [`test x = '${token}'`] }),
    ]);

    assertEquals((await repository.macp(["drain"], { env: { DEPLOY_TOKEN: marker } })).code, 3);

    const written = ["events.ndjson", "state.json"]
      .map((name) => Deno.readTextFileSync(repository.state(name))).join("");
    for (const secret of [marker, token]) assert(!written.includes(secret), secret);
    assertStringIncludes(written, "Use [redacted:DEPLOY_TOKEN] and [redacted:");
  });
});

Deno.test("A secret of several lines that a worker prints line by line is in no log", async () => {
  await withRepository(async (repository) => {
    const lines = Array.from({ length: 4 }, (_, n) => `${n}kEy${"aB3dE5gH".repeat(7)}`);
    const [begin, end] = ["BEGIN", "END"].map((word) => `-----${word} PRIVATE KEY-----`);
    repository.writeQueue([
      execTask(
        "t",
        `for line in '${begin}' ${lines.join(" ")} '${end}'; do echo "$line"; sleep 0.05; done; ` +
          "echo behind; exit 1",
      ),
    ]);

    assertEquals((await repository.macp(["drain"])).code, 1);

    const log = repository.log("t");
    for (const line of lines) assert(!log.includes(line), log);
    assertStringIncludes(log, "[redacted:PRIVATE_KEY]");
    assertStringIncludes(log, "behind");
  });
});

Deno.test("macp shows of the address of a sink on this machine its host alone", async () => {
  const answers = [
    () => new Response(`no hook ${secretPart}`, { status: 500 }),
    () => new Response(null, { status: 302, headers: { location: `/elsewhere/${secretPart}` } }),
    () => new Response(`gone: /hooks/${secretPart}`, { status: 410 }),
  ];
  await withReceiver((index) => (answers[index % 3] ?? accepting)(), async ({ origin }) => {
    await withRepository(async (repository) => {
      const url = `${origin}/hooks/${secretPart}`;
      const sink = { enabled: true, retry_count: 0, timeout_seconds: 2 };
      const macp = (url: string) => ({
        webhook: { ...sink, url, event_filter: null },
        discord: { ...sink, url },
        slack: { ...sink, url },
        ntfy: { ...sink, url: `${url}/topic` },
      });
      const printed: string[] = [];
      const look = async (url: string, calls: string[][]) => {
        repository.writeConfig({ macp: macp(url) });
        writeEvents(repository, ["a", "b", "c"].map((id) => eventLine(id, "task.failed")));
        const alert = ["notify", "needs-human", "--issue", "r#1", "--detail", `see ${url}`];
        for (const args of [...calls, alert]) {
          const { stdout, stderr } = await repository.macp(args);
          printed.push(`macp ${args[0]}: ${stdout}${stderr}`);
        }
      };
      const sending = [["watch", "--once", "--verbose"], ["watch", "--once", "--since", "2h"]];
      const showing = [["status", "--json"], ["doctor"], ["validate"], ["config", "--json"]];
      await look(url, [
        ...sending,
        ["watch", "--once", "--since", "2h", "--json"],
        ["redrive", "webhook", "--dry-run", "--json"],
        ["redrive", "webhook"],
        ["redrive", "slack", "--verbose"],
        ["digest", "--discord", "--slack", "--json"],
        ...showing,
        ["status"],
        ["doctor", "--send-test"],
        ["config"],
        ["config", "macp.webhook.url"],
      ]);
      const others = [
        url.replace(/:\d+\//, ":9/"), // Nobody listens there.
        url.replace("http://", "https://"), // No TLS.
        url.replace("http://127.0.0.1", "http://user:pass@localhost"),
        url.replace("http://", "ftp://"),
        url.replace("127.0.0.1", "169.254.169.254"),
      ];
      for (const other of others) await look(other, [...sending, ...showing]);
      for (const part of secretPart.split("/")) {
        assertEquals(printed.filter((text) => text.includes(part)), []);
      }
      for (const path of filesBelow(repository.state())) {
        const text = path.endsWith("config.json") ? "" : textOf(path) ?? "";
        for (const part of secretPart.split("/")) assert(!text.includes(part), path);
      }
    });
  });
});

Deno.test("Parts of a sink's address that a worker or gate prints alone are in nothing that macp writes or sends", async () => {
  await withReceiver(accepting, async ({ origin, received }) => {
    await withRepository(async (repository) => {
      const parts = {
        slack: "/services/T00000000/B00000000/aaaaBBBBccccDDDDeeeeFFFF",
        discord: "/api/webhooks/123456789012345678/bbbbCCCC-dddd_EEEE1",
        password: "pass-w0rd",
        key: "ccccDDDDeeeeFFFF",
        topic: "builds-for-anna-and-nobody-else",
      };
      const env = {
        SLACK_AT: `${origin}${parts.slack}`,
        HOOK_AT: `${origin.replace("//", `//bot:${parts.password}@`)}/hook?key=${parts.key}`,
      };
      const on = { enabled: true, event_filter: null };
      repository.writeConfig({
        macp: {
          slack: { ...on, url_env: "SLACK_AT" },
          discord: { ...on, url: `${origin}${parts.discord}` },
          webhook: { ...on, url_env: "HOOK_AT" },
          ntfy: { ...on, url: `${origin}/${parts.topic}` },
          doorbell: { done_on: "completed" },
        },
      });
      const plain = "the services of webhooks at /hook";
      const tokens = [parts.slack, parts.discord].map((path) => path.split("/").at(-1) ?? "");
      const alone = [...Object.values(parts), ...tokens];
      const basic = btoa(`bot:${parts.password}`);
      const says = [
        ...[...alone, ...tokens, basic].map((part) => `> POST ${part} HTTP/1.1`),
        ...[parts.slack, parts.discord].map((path) => origin.replace("http://", "") + path),
        plain,
      ].map((text) => `echo '${text}'`).join("\n");
      const report = `printf '{"summary":"%s"}' '${alone.join(" ")}' >"$MACP_RESULT_FILE"`;
      repository.writeQueue([
        execTask("fails", `${says}\n${report}\nexit 3`, { title: `Mend ${parts.slack}` }),
        execTask("gated", report, { quality_gates: [`${says}\nexit 1`] }),
      ]);
      const printed: Ran[] = [];
      const calls = [["drain", "--verbose"], ["watch", "--once"], ["show", "fails"]];
      for (const args of [...calls, ["logs", "fails"], ["status", "--json"], ["config"]]) {
        printed.push(await repository.macp(args, { env }));
      }
      // A topic is told to its server, in its own field.
      const sent = received.map(({ body }) => body.replace(`{"topic":"${parts.topic}",`, "{"));
      assertEquals(new Set(received.map(({ path }) => path.split("?")[0])).size, 4);
      assert(sent.some((body) => body.includes("[redacted:")), sent.join("\n"));
      const own = repository.state("config.json");
      const tasks = repository.state("tasks.json");
      // Also of a command that a message holds cut.
      for (const part of [...alone, basic, "/api/webhooks/1234"]) {
        const found = (await placesWith(repository, part)).filter((at) =>
          at !== own && at !== tasks
        );
        assertEquals(found, [], part);
        const shown = [...printed.flatMap(({ stdout, stderr }) => [stdout, stderr]), ...sent];
        assertEquals(shown.filter((text) => text.includes(part)), [], part);
      }
      for (const name of ["fails", "gated"]) {
        assertStringIncludes(repository.log(name), "> POST [redacted:SLACK_AT] HTTP/1.1");
        assertStringIncludes(repository.log(name), plain);
      }
    });
  });
});

Deno.test("macp shows no secret of a configuration with faults, nor an address without a scheme", async () => {
  await withRepository(async (repository) => {
    const calls = [["status"], ["validate"], ["watch", "--once", "--json"], ["config"], ["doctor"]];
    const look = async (text: string, code: number) => {
      Deno.writeTextFileSync(repository.state("config.json"), text);
      for (const args of calls) {
        const ran = await repository.macp(args);
        assertEquals(ran.code, args[0] === "validate" && code !== 0 ? 1 : code, `${args}`);
        assert(!(ran.stdout + ran.stderr).includes("MARK"), ran.stdout + ran.stderr);
      }
    };
    await look('{"macp": {"webhook": {"auth_token": ["MARKMARK"]}}}', 2);
    await look('{"macp": {"slack": "https://hooks.slack.com/services/MARKMARK"}}', 2);
    await look('{"macp": {"webhook": {"signing_secret": {"a": "MARKMARK"}}}}', 2);
    await look('{"macp": {"webhook": {"auth_token": MARKMARK}}}', 2);
    calls.splice(0, calls.length, ["status"], ["config"], ["config", "--json"]);
    await look('{"macp": {"discord": {"url": "discord.com/api/webhooks/1/MARKMARK"}}}', 0);
    for (const place of ["u:MARKMARK@127.0.0.1:9", "localhost/MARKMARK", "[::1]/?k=MARKMARK"]) {
      await look(JSON.stringify({ macp: { webhook: { url: `http://${place}` } } }), 0);
    }
  });
});
