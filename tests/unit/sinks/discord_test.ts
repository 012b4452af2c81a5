import { assertEquals } from "@std/assert";
import eventSchema from "../../../schemas/event.schema.json" with { type: "json" };
import { isFormatted } from "../../../src/events/format_event.ts";
import type { DiscordConfig } from "../../../src/protocol/generated/types.ts";
import { resolveSettings } from "../../../src/protocol/settings.ts";
import { discordSink, formattedTypes } from "../../../src/sinks/discord.ts";
import { deliverInPass } from "../../../src/sinks/deliver_in_pass.ts";
import type { Sink } from "../../../src/sinks/sink.ts";
import type { World } from "../../../src/sys/world.ts";
import { eventOf, never, withQuickClock, withReceiver } from "./test_receiver.ts";

function sinkOf(world: World, discord: DiscordConfig): Sink {
  const { settings } = resolveSettings([{ origin: "test", values: { macp: { discord } } }]);
  const sink = discordSink({ world, repository: "/srv/shop" }, settings.macp.discord);
  if (sink === null) throw new Error("no sink");
  return sink;
}

/** Discord's answer to a message that it kept. */
function kept(headers: Record<string, string> = {}): Response {
  return Response.json({ id: "1", type: 0 }, { headers });
}

Deno.test("discordSink() posts the line of an event, mentions nobody, and waits until it is kept", () =>
  withReceiver(() => kept(), async ({ origin, received, world }) => {
    const sink = sinkOf(world, { url: `${origin}/api/webhooks/1/t0ken?thread_id=7` });
    assertEquals(await sink.deliver(eventOf(), never()), { kind: "delivered" });
    assertEquals(received[0]?.path, "/api/webhooks/1/t0ken?thread_id=7&wait=true");
    const { content, allowed_mentions } = JSON.parse(received[0]?.body ?? "");
    assertEquals(
      content,
      "✅ **Task TASK-001 completed** — Implement user auth (attempt 1/1, 45s)",
    );
    assertEquals(allowed_mentions, { parse: [] });
  }));

Deno.test("discordSink() says for how many events a message stands", () =>
  withReceiver(() => kept(), async ({ origin, received, world }) => {
    await sinkOf(world, { url: origin }).deliver(eventOf(), never(), 3);
    assertEquals(JSON.parse(received[0]?.body ?? "").content.endsWith("(+3 earlier)"), true);
  }));

Deno.test("discordSink() passes over events without a line", () =>
  withReceiver(() => kept(), async ({ origin, received, world }) => {
    const sink = sinkOf(world, { url: origin, event_filter: ["task.*"] });
    const progress = eventOf({ event_type: "task.progress" });
    assertEquals(sink.accepts(progress), false);
    assertEquals(await sink.deliver(progress, never()), { kind: "skipped" });
    assertEquals(received, []);
  }));

Deno.test("formattedTypes are the types that have a line", () => {
  const types = eventSchema.properties.event_type.enum;
  assertEquals([...formattedTypes].sort(), types.filter(isFormatted).sort());
});

Deno.test("discordSink() waits the seconds that Discord asks for, and no request earlier", () =>
  withReceiver(
    (index) => {
      if (index > 0) return kept();
      const body = { message: "You are being rate limited.", retry_after: 2.4, global: false };
      return Response.json(body, { status: 429, headers: { "retry-after": "3" } });
    },
    async ({ origin, received, world }) => {
      const quick = withQuickClock(world);
      const sink = sinkOf(quick, { url: origin });
      const outcome = await deliverInPass(quick, sink, { event: eventOf(), signal: never() });
      assertEquals(outcome, { kind: "delivered" });
      assertEquals(quick.slept, [2400]);
      assertEquals(received.length, 2);
    },
  ));

Deno.test("discordSink() sends nothing more when Discord announces that its limit is reached", () =>
  withReceiver(
    () => kept({ "x-ratelimit-remaining": "0", "x-ratelimit-reset-after": "1.5" }),
    async ({ origin, received, world }) => {
      const now = world.clock.now();
      const sink = sinkOf({ ...world, clock: { ...world.clock, now: () => now } }, { url: origin });
      assertEquals(await sink.deliver(eventOf(), never()), { kind: "delivered" });
      const second = await sink.deliver(eventOf(), never());
      assertEquals(second.kind === "retry" && second.afterMs, 1500);
      assertEquals(received.length, 1);
    },
  ));

Deno.test("discordSink() is none without an address", () =>
  withReceiver(() => kept(), ({ world }) => {
    const { settings } = resolveSettings([]);
    const place = { world, repository: "/srv/shop" };
    assertEquals(discordSink(place, settings.macp.discord), null);
    return Promise.resolve();
  }));
