import { assertEquals, assertThrows } from "@std/assert";
import { MacpError } from "../../../src/protocol/errors.ts";
import type { MacpConfig } from "../../../src/protocol/generated/types.ts";
import { resolveSettings } from "../../../src/protocol/settings.ts";
import { renderNotification } from "../../../src/events/render_notification.ts";
import { doorbellSink } from "../../../src/sinks/doorbell.ts";
import { ntfyDoorbell } from "../../../src/sinks/ntfy.ts";
import type { Sink } from "../../../src/sinks/sink.ts";
import { slackDoorbell } from "../../../src/sinks/slack.ts";
import type { World } from "../../../src/sys/world.ts";
import { eventOf, never, withReceiver } from "./test_receiver.ts";

function settingsOf(macp: MacpConfig) {
  return resolveSettings([{ origin: "test", values: { macp } }]).settings.macp;
}

function bellOf(world: World, macp: MacpConfig) {
  const settings = settingsOf(macp);
  const place = { world, repository: "/srv/shop" };
  return macp.slack ? slackDoorbell(place, settings.slack) : ntfyDoorbell(place, settings.ntfy);
}

function sinkOf(world: World, macp: MacpConfig): Sink {
  const { doorbell, slack, ntfy } = settingsOf(macp);
  const eventFilter = (macp.slack ? slack : ntfy).event_filter;
  return doorbellSink(bellOf(world, macp), { repository: "shop", doorbell, eventFilter });
}

/** How Slack answers a message that it took. */
function ok(): Response {
  return new Response("ok");
}

const landed = eventOf({
  event_type: "task.progress",
  message: "Landed on main",
  metadata: {
    title: "Implement user auth",
    issue: "42",
    repo: "infra",
    thread_id: "t-1",
    landed: { into: "main", commit: "abc", at: "2026-03-14T09:26:53.589Z" },
  },
});

const doorbell = { base_url: "https://t3.example/" };

Deno.test("slackDoorbell() rings in a channel, with a link to the thread", () =>
  withReceiver(ok, async ({ origin, received, world }) => {
    const sink = sinkOf(world, { doorbell, slack: { url: `${origin}/services/T0/B0/x` } });
    assertEquals(await sink.deliver(landed, never()), { kind: "delivered" });
    assertEquals(received[0]?.path, "/services/T0/B0/x");
    const { text, blocks } = JSON.parse(received[0]?.body ?? "");
    assertEquals(text.startsWith("[DONE] infra#42 landed\n"), true, text);
    assertEquals(text.endsWith("\nThread: https://t3.example/?thread=t-1"), true, text);
    assertEquals(blocks.length, 3);
  }));

Deno.test("ntfyDoorbell() rings on a phone, by JSON to the server", () =>
  withReceiver(ok, async ({ origin, received, world }) => {
    const ntfy = { url: `${origin}/my-topic`, auth_token: "tk_0123" };
    const sink = sinkOf(world, { doorbell, ntfy });
    assertEquals(await sink.deliver(landed, never()), { kind: "delivered" });
    assertEquals([received[0]?.method, received[0]?.path], ["POST", "/"]);
    assertEquals(received[0]?.headers.authorization, "Bearer tk_0123");
    const body = JSON.parse(received[0]?.body ?? "");
    assertEquals([body.topic, body.title, body.priority, body.tags, body.click], [
      "my-topic",
      "[DONE] infra#42 landed",
      2,
      ["afk", "done"],
      "https://t3.example/?thread=t-1",
    ]);
  }));

for (const name of ["slack", "ntfy"] as const) {
  Deno.test(`a ${name} sink rings only for what means something to it`, () =>
    withReceiver(ok, async ({ origin, received, world }) => {
      const sink = sinkOf(world, { [name]: { url: `${origin}/x` } });
      const quiet = [
        eventOf(),
        eventOf({ event_type: "task.progress" }),
        eventOf({ event_type: "task.failed", metadata: { outcome: "cancelled" } }),
        eventOf({ event_type: "task.unheard-of" }),
      ];
      for (const event of quiet) {
        assertEquals(await sink.deliver(event, never()), { kind: "skipped" });
      }
      assertEquals(received, []);
      assertEquals(sink.accepts(landed), true);
      assertEquals(sink.accepts(eventOf({ event_type: "task.escalated" })), true);
      assertEquals(sink.accepts(eventOf({ event_type: "task.completed" })), false);
    }));

  Deno.test(`a ${name} sink rings on completed where workers land their own work`, () =>
    withReceiver(ok, async ({ origin, received, world }) => {
      const done = { done_on: "completed" } as const;
      const sink = sinkOf(world, { doorbell: done, [name]: { url: `${origin}/x` } });
      assertEquals(sink.accepts(eventOf()), true);
      assertEquals(await sink.deliver(eventOf(), never()), { kind: "delivered" });
      assertEquals(await sink.deliver(landed, never()), { kind: "skipped" });
      assertEquals(received.length, 1);
    }));
}

Deno.test("Doorbell.bodyOf() takes an alert that somebody rings by hand", () =>
  withReceiver(ok, async ({ origin, received, world }) => {
    const { receiver, bodyOf } = bellOf(world, { slack: { url: origin } });
    const alert = renderNotification("frozen", { repo: "infra", number: 42 }, null, "Stuck");
    const outcome = await receiver.send({ id: "by-hand", body: bodyOf(alert) }, never());
    assertEquals(outcome, { kind: "delivered" });
    assertEquals(received[0]?.body.includes("[FROZEN] infra#42 frozen — budget exhausted"), true);
  }));

Deno.test("ntfyDoorbell() refuses an address without a topic, and names no more than its host", () =>
  withReceiver(ok, ({ world }) => {
    for (const path of ["", "/", "/to%20pic", `/${"x".repeat(65)}`]) {
      const url = `https://ntfy.example.org${path}`;
      const error = assertThrows(() => bellOf(world, { ntfy: { url } }), MacpError);
      assertEquals(error.code, "sink_unusable");
      assertEquals(error.message.endsWith(": ntfy.example.org"), true);
    }
    return Promise.resolve();
  }));

Deno.test("a receiver that answers 410 is gone", () =>
  withReceiver(
    () => new Response("channel_is_archived", { status: 410 }),
    async ({ origin, port, world }) => {
      const sink = sinkOf(world, { slack: { url: `${origin}/services/T0/B0/x` } });
      assertEquals(await sink.deliver(landed, never()), {
        kind: "disabled",
        reason: `127.0.0.1:${port} answered 410: channel_is_archived`,
      });
    },
  ));
