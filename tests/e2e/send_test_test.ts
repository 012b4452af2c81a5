import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fingerprint, type Repository, textOf, withRepository } from "./harness.ts";
import { accepting, bodyOf, secretPart, withReceiver } from "./sinks.ts";

interface Found {
  check: string;
  level: string;
  message: string;
}

/** What doctor finds of sinks' receivers, without how far they have read. */
async function examine(
  repository: Repository,
  ...more: string[]
): Promise<{ code: number; found: Map<string, Found>; text: string }> {
  const ran = await repository.macp(["doctor", "--json", ...more]);
  const findings: Found[] = JSON.parse(ran.stdout).findings;
  const found = findings.filter(({ message }) => !message.includes("has not begun"));
  return {
    code: ran.code,
    found: new Map(found.map((finding) => [finding.check, finding])),
    text: ran.stdout + ran.stderr,
  };
}

/** Whether a text holds a part of an address that is a secret. */
function tellsSecret(text: string): boolean {
  return [...secretPart.split("/"), "sEcReTtOpIc"].some((part) => text.includes(part));
}

function configureAll(repository: Repository, origin: string): void {
  repository.writeConfig({
    macp: {
      webhook: { enabled: true, url: `${origin}/hook/${secretPart}`, event_filter: ["none"] },
      discord: { enabled: true, url: `${origin}/api/${secretPart}` },
      slack: { enabled: true, url: `${origin}/services/${secretPart}` },
      ntfy: { enabled: true, url: `${origin}/sEcReTtOpIc` },
      exec: { enabled: true, command: "cat > got.json" },
    },
  });
}

Deno.test("macp doctor looks at receivers without sending anything", async () => {
  await withReceiver(accepting, (receiver) =>
    withRepository(async (repository) => {
      configureAll(repository, receiver.origin);
      await repository.macp(["run", "--once"]);
      const before = fingerprint(repository.path);
      const { code, found, text } = await examine(repository);
      assertEquals(code, 0, text);
      for (const name of ["webhook", "discord", "slack", "ntfy"]) {
        const { level, message } = found.get(`sink.${name}`) ?? { level: "", message: "" };
        assertEquals(level, "ok", name);
        assertStringIncludes(message, `127.0.0.1:${receiver.port} can be posted to`);
      }
      assertEquals(receiver.received, []);
      assertEquals(fingerprint(repository.path), before);
      assert(!tellsSecret(text), text);
    }));
});

Deno.test("macp doctor tells of each sink that is set wrongly or that nobody can look up", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({
      macp: {
        webhook: { enabled: true, url: "http://no-such-host.invalid/hook" },
        discord: { enabled: true },
        slack: { enabled: true, url_env: "NO_SUCH_VARIABLE" },
        ntfy: { enabled: true, url: "http://169.254.169.254/topic" },
        exec: { enabled: true },
      },
    });
    const { code, found, text } = await examine(repository);
    assertEquals(code, 1, text);
    const tell = (name: string) => {
      const { level, message } = found.get(`sink.${name}`) ?? { level: "none", message: "" };
      return `${level}: ${message}`;
    };
    assertMatch(tell("webhook"), /^warn: Cannot reach no-such-host\.invalid/);
    assertEquals(tell("discord"), "warn: there is no address, so watch prints its lines");
    assertMatch(tell("slack"), /^fail: Cannot use macp\.slack\.url_env .*: NO_SUCH_VARIABLE$/);
    assertMatch(tell("ntfy"), /^fail: Cannot use macp\.ntfy\.url as its address is link-local/);
    assertMatch(tell("exec"), /^fail: Cannot use macp\.exec\.command/);
  });
});

Deno.test("macp doctor --send-test sends a test to every enabled sink, marked as one", async () => {
  await withReceiver(accepting, (receiver) =>
    withRepository(async (repository) => {
      configureAll(repository, receiver.origin);
      const { code, found, text } = await examine(repository, "--send-test");
      assertEquals(code, 0, text);
      for (const name of ["webhook", "discord", "slack", "ntfy"]) {
        const message = `127.0.0.1:${receiver.port} took the test`;
        assertEquals(found.get(`sink.${name}`)?.message, message);
      }
      assertEquals(found.get("sink.exec")?.message, "the command took the test");
      assertEquals(receiver.received.length, 4);
      const find = (start: string) =>
        bodyOf(receiver.received.find(({ path }) => path.startsWith(start)));
      const said = "This is a test of macp doctor --send-test: nothing happened";
      assertEquals(
        find("/api/").content,
        `✅ **Task MACP-TEST completed** — ${said}`,
      );
      assertEquals(find("/services/").text, `[DONE] project#MACP-TEST landed\n${said}`);
      const ntfy = receiver.received.find(({ path }) => path === "/");
      assertEquals(bodyOf(ntfy).message, said);
      assertEquals(bodyOf(ntfy).priority, 2);
      const programs = [find("/hook/"), JSON.parse(textOf(`${repository.path}/got.json`) ?? "")];
      for (const event of programs) {
        assertEquals(event.event_type, "task.progress");
        assertEquals([event.task_id, event.message], ["MACP-TEST", said]);
        assertEquals(event.metadata, { test: true });
      }
      assertEquals(repository.events(), []);
      assertEquals(textOf(repository.state("event_cursor.json")), null);
      assert(!tellsSecret(text), text);
    }));
});

Deno.test("macp doctor --send-test tells what each answered, tries once and exits 1", async () => {
  const answer = (_: number, { path }: { path: string }) =>
    path.startsWith("/hook")
      ? new Response("gone for good", { status: 410 })
      : path.startsWith("/api")
      ? new Response(null, { status: 302, headers: { location: "/else" } })
      : path.startsWith("/services")
      ? new Response("invalid_payload", { status: 400 })
      : accepting();
  await withReceiver(answer, (receiver) =>
    withRepository(async (repository) => {
      configureAll(repository, receiver.origin);
      const { code, found, text } = await examine(
        repository,
        "--send-test",
        '--set=macp.exec.command="echo out of order; exit 7"',
      );
      assertEquals(code, 1, text);
      const tell = (name: string) => found.get(`sink.${name}`)?.message;
      const start = `the test did not arrive: 127.0.0.1:${receiver.port}`;
      assertEquals(tell("webhook"), `${start} answered 410: gone for good`);
      assertEquals(tell("discord"), `${start} answered 302, and redirects are not followed`);
      assertEquals(tell("slack"), `${start} answered 400: invalid_payload`);
      assertEquals(tell("ntfy"), `127.0.0.1:${receiver.port} took the test`);
      assertEquals(
        tell("exec"),
        "the test did not arrive: the command ended with 7: out of order",
      );
      assertEquals(receiver.received.length, 4);
      assertEquals(textOf(repository.state("event_cursor.json")), null);
      assert(!tellsSecret(text), text);
    }));
});

Deno.test("macp doctor --send-test says so when no sink is enabled", async () => {
  await withRepository(async (repository) => {
    const { code, found } = await examine(repository, "--send-test");
    assertEquals(code, 1);
    assertEquals(found.get("sinks")?.message, "no sink is enabled, so no test was sent");
  });
});
