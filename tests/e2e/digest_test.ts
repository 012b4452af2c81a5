import { assertEquals, assertStringIncludes } from "@std/assert";
import { fingerprint, withRepository } from "./harness.ts";
import { accepting, bodyOf, eventLine, secretPart, withReceiver, writeEvents } from "./sinks.ts";

interface Digest {
  digest: string;
  tasks: { id: string; state: string; message: string }[];
  posts: { channel: string; delivered: boolean; reason: string | null }[];
  unreadable_lines: number;
}

Deno.test("macp digest sums up what happened since then, in rotated files too", async () => {
  await withRepository(async (repository) => {
    const now = new Date(Date.now() - 3_600_000).toISOString().replaceAll(/[-:.]/g, "");
    writeEvents(repository, [
      eventLine("OLD", "task.failed", { hours: 30 }),
      eventLine("A", "task.completed", { hours: 5, metadata: { title: "First" } }),
    ], `events.${now}.ndjson`);
    writeEvents(repository, [
      eventLine("B", "task.started"),
      "this is no event\n",
      eventLine("B", "task.escalated", { hours: 0.5 }),
      "an unfinished li",
    ]);
    const before = fingerprint(repository.path);
    const ran = await repository.macp(["digest"]);
    assertEquals(ran.code, 0, ran.stderr);
    const [head = "", ...lines] = ran.stdout.trimEnd().split("\n");
    assertStringIncludes(head, "**MACP digest** — 1 escalated, 1 completed (");
    assertEquals(lines, [
      "🚨 **Task B escalated** — Message of B",
      "✅ **Task A completed** — First",
    ]);
    assertStringIncludes(ran.stderr, "2 lines are no events");
    const all = await repository.json<Digest>(["digest", "--since", "7d"]);
    assertEquals(all.tasks.map(({ id, state }) => `${id} ${state}`), [
      "OLD failed",
      "A completed",
      "B escalated",
    ]);
    assertEquals([all.posts, all.unreadable_lines], [[], 2]);
    const recent = await repository.json<Digest>(["digest", "--since=45m"]);
    assertEquals(recent.tasks.map(({ id }) => id), ["B"]);
    assertEquals(fingerprint(repository.path), before);
  });
});

Deno.test("macp digest says so when nothing happened, and refuses a time that is none", async () => {
  await withRepository(async (repository) => {
    const ran = await repository.macp(["digest"]);
    assertEquals([ran.code, ran.stdout], [0, "**MACP digest** — nothing to tell\n"]);
    const wrong = await repository.macp(["digest", "--since", "yesterday"]);
    assertEquals(wrong.code, 2);
    assertStringIncludes(wrong.stderr, "yesterday");
  });
});

Deno.test("macp digest --discord --slack posts it, harmless for each", async () => {
  await withReceiver(accepting, (receiver) =>
    withRepository(async (repository) => {
      writeEvents(repository, [
        eventLine("A", "task.failed", { message: "@everyone <!channel> *bold*" }),
      ]);
      repository.writeConfig({
        macp: {
          discord: { url_env: "DISCORD_URL" },
          slack: { url: `${receiver.origin}/services/${secretPart}` },
        },
      });
      const env = { DISCORD_URL: `${receiver.origin}/api/webhooks/1/${secretPart}` };
      const ran = await repository.macp(["digest", "--discord", "--slack"], { env });
      assertEquals(ran.code, 0, ran.stderr);
      assertStringIncludes(ran.stdout, "posted to discord\nposted to slack\n");
      const find = (start: string) => receiver.received.find(({ path }) => path.startsWith(start));
      const discord = bodyOf(find(`/api/webhooks/1/${secretPart}`));
      assertEquals(discord.allowed_mentions, { parse: [] });
      assertStringIncludes(String(discord.content), "@\u200beveryone");
      assertStringIncludes(ran.stdout, String(discord.content).split("\n")[1] ?? "?");
      const slack = bodyOf(find(`/services/${secretPart}`));
      assertStringIncludes(String(slack.text), "@\u200beveryone &lt;!channel&gt;");
      assertEquals(receiver.received.length, 2);
    }));
});

Deno.test("macp digest exits 1 when a post failed, and never tells the address", async () => {
  const answer = (_: number, { path }: { path: string }) =>
    path.startsWith("/api") ? new Response(null, { status: 500 }) : accepting();
  await withReceiver(answer, (receiver) =>
    withRepository(async (repository) => {
      writeEvents(repository, [eventLine("A", "task.failed")]);
      repository.writeConfig({
        macp: {
          discord: { url: `${receiver.origin}/api/webhooks/${secretPart}`, retry_count: 1 },
          slack: { url: `${receiver.origin}/services/${secretPart}` },
        },
      });
      const ran = await repository.macp(["digest", "--discord", "--slack", "--json"]);
      assertEquals(ran.code, 1, ran.stderr);
      const host = new URL(receiver.origin).host;
      assertEquals(JSON.parse(ran.stdout).posts, [
        { channel: "discord", delivered: false, reason: `${host} answered 500` },
        { channel: "slack", delivered: true, reason: null },
      ]);
      assertStringIncludes(ran.stderr, `Cannot post the digest to discord as ${host} answered 500`);
      const posts = receiver.received.filter(({ path }) => path.startsWith("/api"));
      assertEquals(posts.length, 2);
      assertEquals(new Set(posts.map(({ headers }) => headers["idempotency-key"])).size, 1);
      assertEquals((ran.stdout + ran.stderr).includes("SECRET"), false);
    }));
});

Deno.test("macp digest --discord exits 2 and sends nothing when there is no address", async () => {
  await withReceiver(accepting, (receiver) =>
    withRepository(async (repository) => {
      repository.writeConfig({ macp: { slack: { url: receiver.origin } } });
      const ran = await repository.macp(["digest", "--discord", "--slack"]);
      assertEquals([ran.code, ran.stdout], [2, ""]);
      assertStringIncludes(ran.stderr, "macp.discord.url");
      assertEquals(receiver.received, []);
    }));
});
