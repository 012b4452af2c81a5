import { assertEquals, assertStringIncludes } from "@std/assert";
import { fingerprint, type Repository, withRepository } from "./harness.ts";
import { accepting, bodyOf, secretPart, withReceiver } from "./sinks.ts";

const ring = ["notify", "needs-human", "--issue", "infra#42", "--detail", "Which region?"];

/** Enables Slack and ntfy, both at one receiver. */
function configure(
  repository: Repository,
  origin: string,
  more: Record<string, unknown> = {},
): void {
  repository.writeConfig({
    macp: {
      slack: { enabled: true, url: `${origin}/services/${secretPart}`, ...more },
      ntfy: { enabled: true, url: `${origin}/sEcReTtOpIc`, ...more },
      doorbell: { base_url: "https://t3.example//" },
    },
  });
}

Deno.test("macp notify rings every doorbell that is enabled", async () => {
  await withReceiver(accepting, (receiver) =>
    withRepository(async (repository) => {
      configure(repository, receiver.origin);
      const ran = await repository.macp([...ring, "--thread", "t-1"]);
      assertEquals(ran.code, 0, ran.stderr);
      const title = "[NEEDS-HUMAN] infra#42 needs a human";
      assertStringIncludes(ran.stdout, `rang slack: ${title}`);
      assertStringIncludes(ran.stdout, `rang ntfy: ${title}`);
      const link = "https://t3.example/?thread=t-1";
      const slack = receiver.received.find(({ path }) => path.startsWith("/services/"));
      assertEquals(bodyOf(slack).text, `${title}\nWhich region?\nThread: ${link}`);
      assertEquals(bodyOf(receiver.received.find(({ path }) => path === "/")), {
        topic: "sEcReTtOpIc",
        title,
        message: `Which region?\nThread: ${link}`,
        priority: 4,
        tags: ["afk", "escalation", "needs-human"],
        click: link,
      });
      assertEquals(receiver.received.length, 2);
    }));
});

Deno.test("macp notify refuses an unknown kind before anything is sent, and lists the three", async () => {
  await withReceiver(accepting, (receiver) =>
    withRepository(async (repository) => {
      configure(repository, receiver.origin);
      for (const kind of ["failed", "DONE", "needs human", "__proto__"]) {
        const ran = await repository.macp(["notify", kind, ...ring.slice(2)]);
        assertEquals([ran.code, ran.stdout], [2, ""]);
        assertStringIncludes(ran.stderr, "done, needs-human, frozen");
      }
      assertEquals(receiver.received, []);
    }));
});

Deno.test("macp notify exits 2 without issue or detail, and with an issue that is none", async () => {
  await withRepository(async (repository) => {
    configure(repository, "http://127.0.0.1:9");
    const refuse = async (why: string, ...args: string[]) => {
      const ran = await repository.macp(["notify", "done", ...args]);
      assertEquals([ran.code, ran.stdout], [2, ""]);
      assertStringIncludes(ran.stderr, why);
    };
    await refuse("--issue is missing");
    await refuse("--detail is missing", "--issue=infra#42");
    await refuse("repo#42", "--issue=42", "--detail=x");
    const none = await repository.macp(["notify"]);
    assertEquals(none.code, 2);
    assertStringIncludes(none.stderr, "KIND is missing");
  });
});

Deno.test("macp notify exits 2 and names the way out when no doorbell is enabled", async () => {
  await withRepository(async (repository) => {
    for (const args of [ring, [...ring, "--dry-run"]]) {
      const ran = await repository.macp(args);
      assertEquals([ran.code, ran.stdout], [2, ""]);
      assertStringIncludes(ran.stderr, "none is enabled: slack, ntfy");
      assertStringIncludes(ran.stderr, "macp.slack.enabled");
      assertStringIncludes(ran.stderr, "macp.ntfy.url");
    }
  });
});

Deno.test("macp notify exits 1 after retry_count further tries, and rings the others", async () => {
  const answer = (_: number, { path }: { path: string }) =>
    path === "/" ? accepting() : new Response("slow down", { status: 503 });
  await withReceiver(answer, (receiver) =>
    withRepository(async (repository) => {
      configure(repository, receiver.origin, { retry_count: 1 });
      const ran = await repository.macp([...ring, "--json"]);
      assertEquals(ran.code, 1, ran.stderr);
      const reason = `${new URL(receiver.origin).host} answered 503: slow down`;
      assertEquals(JSON.parse(ran.stdout).rung, [
        { doorbell: "slack", delivered: false, reason },
        { doorbell: "ntfy", delivered: true, reason: null },
      ]);
      assertStringIncludes(ran.stderr, `Cannot ring slack as ${reason}`);
      const paths = receiver.received.map(({ path }) => path).sort();
      assertEquals(paths, ["/", `/services/${secretPart}`, `/services/${secretPart}`]);
      assertEquals((ran.stdout + ran.stderr).toUpperCase().includes("SECRET"), false);
    }));
});

Deno.test("macp notify exits 2 when a doorbell cannot be used, names it and rings the others", async () => {
  await withReceiver(accepting, async ({ origin, received }) => {
    await withRepository(async (repository) => {
      const slack = { enabled: true, url_env: "NO_SUCH_VARIABLE" };
      repository.writeConfig({ macp: { slack, ntfy: { enabled: true, url: `${origin}/topic` } } });
      const args = ["notify", "done", "--issue", "infra#42", "--detail", "Merged"];
      const ran = await repository.macp(args);
      assertEquals([ran.code, received.length], [2, 1], ran.stderr);
      assertStringIncludes(ran.stderr, "Cannot use macp.slack.url_env as the environment variable");
      const { unusable } = await repository.json<{ unusable: { doorbell: string }[] }>(args);
      assertEquals(unusable.map(({ doorbell }) => doorbell), ["slack"]);
    });
  });
});

Deno.test("macp notify exits 1 where nobody listens, and follows no redirect", async () => {
  let port = 0;
  await withReceiver(
    () => new Response(null, { status: 302, headers: { location: "/services/else" } }),
    (receiver) =>
      withRepository(async (repository) => {
        port = receiver.port;
        configure(repository, receiver.origin, { retry_count: 0 });
        const ran = await repository.macp(ring);
        assertEquals(ran.code, 1);
        assertStringIncludes(ran.stderr, "answered 302, and redirects are not followed");
        assertEquals(receiver.received.length, 2);
      }),
  );
  await withRepository(async (repository) => {
    configure(repository, `http://127.0.0.1:${port}`, { retry_count: 0 });
    const ran = await repository.macp(ring);
    assertEquals(ran.code, 1);
    assertStringIncludes(ran.stderr, `Cannot reach 127.0.0.1:${port} as it refuses connections`);
    assertEquals(ran.stderr.toUpperCase().includes("SECRET"), false);
  });
});

Deno.test("macp notify --dry-run shows the alert, sends nothing and changes nothing", async () => {
  await withReceiver(accepting, (receiver) =>
    withRepository(async (repository) => {
      configure(repository, receiver.origin);
      const before = fingerprint(repository.path);
      const ran = await repository.macp([...ring, "--dry-run"]);
      assertEquals([ran.code, ran.stderr], [0, ""]);
      assertEquals(ran.stdout.split("\n").slice(0, 3), [
        "would ring slack and ntfy:",
        "  [NEEDS-HUMAN] infra#42 needs a human",
        "  Which region?",
      ]);
      const json = await repository.json<Record<string, unknown>>([...ring, "--dry-run"]);
      assertEquals(json.dry_run, true);
      assertEquals(json.notification, {
        kind: "needs-human",
        issue_ref: "infra#42",
        title: "[NEEDS-HUMAN] infra#42 needs a human",
        body: "Which region?",
        link: null,
        priority: "high",
        tags: ["afk", "escalation", "needs-human"],
      });
      assertEquals(receiver.received, []);
      assertEquals(fingerprint(repository.path), before);
    }));
});

Deno.test("macp notify takes secrets out of the detail before it leaves", async () => {
  await withReceiver(accepting, (receiver) =>
    withRepository(async (repository) => {
      configure(repository, receiver.origin);
      const token = `ghp_${"a1B2".repeat(9)}`;
      const ran = await repository.macp([...ring.slice(0, 4), "--detail", `Use ${token} now`]);
      assertEquals(ran.code, 0, ran.stderr);
      assertEquals(receiver.received.length, 2);
      assertEquals(receiver.received.some(({ body }) => body.includes(token)), false);
    }));
});
