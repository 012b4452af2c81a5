import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { Webhook } from "standardwebhooks";
import { MacpError } from "../../../src/protocol/errors.ts";
import { parseEventLine } from "../../../src/protocol/events.ts";
import type { WebhookConfig } from "../../../src/protocol/generated/types.ts";
import { resolveSettings } from "../../../src/protocol/settings.ts";
import type { Sink } from "../../../src/sinks/sink.ts";
import { createWebhookCallback, sendWebhook, webhookSink } from "../../../src/sinks/webhook.ts";
import type { World } from "../../../src/sys/world.ts";
import { accepting, eventOf, never, withQuickClock, withReceiver } from "./test_receiver.ts";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const newSecret = "whsec_q1w2e3r4t5y6u7i8o9p0a1s2d3f4g5h6j7k8l9z0xxA=";

function sinkOf(world: World, config: WebhookConfig): Sink {
  const layers = [{ origin: "test", values: { macp: { webhook: config } } }];
  return webhookSink(world, resolveSettings(layers).settings.macp.webhook, "/srv/shop");
}

Deno.test("webhookSink() posts the event as JSON with the bearer token", () =>
  withReceiver(accepting, async ({ origin, received, world }) => {
    const event = eventOf();
    const sink = sinkOf(world, {
      url: `${origin}/macp/events?team=a`,
      auth_token: "t0ken-of-test",
    });
    assertEquals(await sink.deliver(event, never()), { kind: "delivered" });
    const [request] = received;
    assertEquals(request?.method, "POST");
    assertEquals(request?.path, "/macp/events?team=a");
    assertEquals(request?.body, JSON.stringify(event));
    assertEquals(request?.headers["content-type"], "application/json");
    assertEquals(request?.headers.authorization, "Bearer t0ken-of-test");
    assertEquals(request?.headers["idempotency-key"], event.event_id);
    assertEquals(request?.headers["webhook-id"], undefined);
  }));

Deno.test("webhookSink() takes its secrets from the environment where the twins name it", () =>
  withReceiver(accepting, async ({ origin, received, world }) => {
    const env = { HOOK: `${origin}/from-env\n`, BEARER: "from-env", SIGN: secret };
    const sink = sinkOf({ ...world, env }, {
      url: "http://127.0.0.1:9/never",
      url_env: "HOOK",
      auth_token: "never",
      auth_token_env: "BEARER",
      signing_secret_env: "SIGN",
    });
    assertEquals(await sink.deliver(eventOf(), never()), { kind: "delivered" });
    assertEquals(received[0]?.path, "/from-env");
    assertEquals(received[0]?.headers.authorization, "Bearer from-env");
    assertMatch(received[0]?.headers["webhook-signature"] ?? "", /^v1,/);
  }));

Deno.test("webhookSink() signs so that the published library accepts, also during a rotation", () =>
  withReceiver(accepting, async ({ origin, received, world }) => {
    const event = eventOf({ message: "Grüße, 世界 🎉" });
    await sinkOf(world, { url: origin, signing_secret: secret }).deliver(event, never());
    await sinkOf(world, {
      url: origin,
      signing_secret: newSecret,
      previous_signing_secret: secret,
    }).deliver(event, never());
    const [first, rotating] = received;
    if (!first || !rotating) throw new Error("nothing arrived");
    assertEquals(first.headers["webhook-id"], event.event_id);
    assertEquals(new Webhook(secret).verify(first.body, first.headers), event);
    assertEquals(new Webhook(secret).verify(rotating.body, rotating.headers), event);
    assertEquals(new Webhook(newSecret).verify(rotating.body, rotating.headers), event);
    assertThrows(() => new Webhook(newSecret).verify(first.body, first.headers));
    const changed = first.body.replace("TASK-001", "TASK-002");
    assertThrows(() => new Webhook(secret).verify(changed, first.headers));
  }));

Deno.test("webhookSink() keeps the id and renews the time when it tries again", () =>
  withReceiver(
    (index) => new Response(null, { status: index === 0 ? 500 : 200 }),
    async ({ origin, received, world }) => {
      const clock = { ...world.clock, now: () => 1_614_265_330_000 };
      const config = { url: origin, signing_secret: secret };
      const sinkThen = sinkOf({ ...world, clock }, config);
      await sinkThen.deliver(eventOf(), never());
      await sinkOf(world, config).deliver(eventOf(), never());
      assertEquals(received[0]?.headers["webhook-timestamp"], "1614265330");
      assertEquals(received[0]?.headers["webhook-id"], received[1]?.headers["webhook-id"]);
      const time = Number(received[1]?.headers["webhook-timestamp"]);
      assertEquals(Math.abs(time - Date.now() / 1000) < 60, true);
    },
  ));

Deno.test("webhookSink() wraps events as CloudEvents 1.0 when it is told to", () =>
  withReceiver(accepting, async ({ origin, received, world }) => {
    const event = eventOf();
    const sink = sinkOf(world, { url: origin, format: "cloudevents", signing_secret: secret });
    assertEquals(await sink.deliver(event, never()), { kind: "delivered" });
    const [request] = received;
    assertEquals(request?.headers["content-type"], "application/cloudevents+json; charset=utf-8");
    assertEquals(JSON.parse(request?.body ?? ""), {
      specversion: "1.0",
      id: event.event_id,
      source: "/macp/shop",
      type: "dev.mosaicstack.macp.task.completed",
      subject: "TASK-001",
      time: "2026-03-14T09:26:53.589Z",
      datacontenttype: "application/json",
      data: event,
    });
    new Webhook(secret).verify(request?.body ?? "", request?.headers ?? {});
  }));

Deno.test("webhookSink() gives an event without id one that stays the same", () =>
  withReceiver(accepting, async ({ origin, received, world }) => {
    const line = '{"event_type":"task.failed","task_id":"OLD-1","source":"controller"}';
    const event = parseEventLine(line);
    if (event === null) throw new Error("no event");
    const sink = sinkOf(world, { url: origin });
    await sink.deliver(event, never());
    await sink.deliver(event, never());
    const ids = received.map(({ body }) => JSON.parse(body).event_id);
    assertMatch(ids[0], /^sha256-[0-9a-f]{32}$/);
    assertEquals(ids[0], ids[1]);
    assertEquals(received[0]?.headers["idempotency-key"], ids[0]);
  }));

for (
  const [status, expected] of [
    [200, "delivered"],
    [202, "delivered"],
    [204, "delivered"],
    [302, "retry"],
    [307, "retry"],
    [400, "refused"],
    [401, "retry"],
    [404, "retry"],
    [408, "retry"],
    [410, "disabled"],
    [413, "refused"],
    [422, "refused"],
    [429, "retry"],
    [500, "retry"],
    [503, "retry"],
  ] as const
) {
  Deno.test(`webhookSink() tells "${expected}" when the receiver answers ${status}`, () =>
    withReceiver(
      () => new Response(null, { status, headers: { location: "/elsewhere" } }),
      async ({ origin, received, world }) => {
        const outcome = await sinkOf(world, { url: `${origin}/events` }).deliver(
          eventOf(),
          never(),
        );
        assertEquals(outcome.kind, expected);
        assertEquals(received.length, 1); // No redirect was followed.
        if ("reason" in outcome) {
          assertMatch(outcome.reason, new RegExp(`^127.0.0.1:\\d+ answered ${status}`));
        }
      },
    ));
}

Deno.test("webhookSink() sends nothing while the receiver asks to wait", () =>
  withReceiver(
    (index) =>
      index === 0
        ? new Response("slow down", { status: 429, headers: { "retry-after": "7" } })
        : new Response(),
    async ({ origin, received, world }) => {
      let now = 1_700_000_000_000;
      const sink = sinkOf({ ...world, clock: { ...world.clock, now: () => now } }, { url: origin });
      const first = await sink.deliver(eventOf(), never());
      assertEquals(first.kind === "retry" && first.afterMs, 7000);
      now += 3000;
      const second = await sink.deliver(eventOf({ task_id: "TASK-002" }), never());
      assertEquals(second.kind === "retry" && second.afterMs, 4000);
      assertEquals(received.length, 1);
      now += 4000;
      assertEquals(await sink.deliver(eventOf(), never()), { kind: "delivered" });
      assertEquals(received.length, 2);
    },
  ));

Deno.test("webhookSink() shows the host alone, whatever goes wrong", () =>
  withReceiver(
    (_index, { path, headers }) =>
      new Response(`Cannot POST ${path} with ${headers.authorization}`, { status: 404 }),
    async ({ origin, port, world }) => {
      const secrets = /hunter2|p4th-secret|qu3ry-secret|b3arer-secret/;
      const path = "/p4th-secret?key=qu3ry-secret";
      const auth_token = "b3arer-secret";
      const failing = [
        { url: `${origin}${path}`, auth_token },
        { url: `http://user:hunter2@127.0.0.1:9${path}`, auth_token },
        { url: `https://127.0.0.1:${port}${path}`, auth_token },
        { url: `http://no-such-name.invalid${path}`, auth_token },
      ];
      for (const config of failing) {
        const outcome = await sinkOf(world, config).deliver(eventOf(), never());
        assertEquals(outcome.kind, "retry");
        const shown = JSON.stringify(outcome);
        assertEquals(secrets.test(shown), false, shown);
        assertEquals(shown.includes(new URL(config.url).hostname), true, shown);
      }
      for (const url of [`ftp://user:hunter2@127.0.0.1${path}`, "hunter2 is no address"]) {
        const error = assertThrows(() => sinkOf(world, { url }), MacpError);
        assertEquals([error.kind, error.code], ["usage", "sink_unusable"]);
        assertEquals(secrets.test(error.message + error.hints), false, error.message);
      }
    },
  ));

Deno.test("webhookSink() sends a name and password of the address as a header", () =>
  withReceiver(accepting, async ({ port, received, world }) => {
    const sink = sinkOf(world, { url: `http://us%C3%A9r:p%40ss@127.0.0.1:${port}/x` });
    assertEquals(await sink.deliver(eventOf(), never()), { kind: "delivered" });
    assertEquals(received[0]?.headers.authorization, "Basic dXPDqXI6cEBzcw==");
  }));

Deno.test("webhookSink() refuses settings that cannot work, before anything is sent", () =>
  withReceiver(accepting, ({ origin, received, world }) => {
    const wrong: WebhookConfig[] = [
      { url: "" },
      { url_env: "NOT_SET_ANYWHERE" },
      { url: origin, auth_token: "two words" },
      { url: origin, auth_token: "token\nx-evil: 1" },
      { url: origin, signing_secret: "whsec_dG9vIHNob3J0" },
      { url: origin, signing_secret: "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" },
      { url: origin, previous_signing_secret: "whsec_not/base64!" },
      { url: origin, ca_file: "no/such/file.pem" },
      { url: "http://169.254.169.254/latest/meta-data" },
      { url: "http://[fe80::1]/x" },
      { url: "http://metadata.google.internal/x" },
    ];
    for (const config of wrong) {
      const error = assertThrows(() => sinkOf(world, config), MacpError);
      assertEquals(error.code, "sink_unusable", JSON.stringify(config));
    }
    assertEquals(received, []);
    return Promise.resolve();
  }));

Deno.test("webhookSink() ends when its signal aborts while the receiver is silent", () => {
  const abort = new AbortController();
  return withReceiver(
    (_index, _request, signal) => {
      abort.abort();
      return new Promise((resolve) =>
        signal().addEventListener("abort", () => resolve(new Response()))
      );
    },
    async ({ origin, world }) => {
      const outcome = await sinkOf(world, { url: origin }).deliver(eventOf(), abort.signal);
      assertEquals(outcome.kind === "retry" && /in time/.test(outcome.reason), true);
    },
  );
});

Deno.test("webhookSink() changes its fingerprint with the settings, and shows no secret in it", () =>
  withReceiver(accepting, async ({ world }) => {
    const url = "http://127.0.0.1:9/secret-path";
    const configs: WebhookConfig[] = [
      { url },
      { url: `${url}/2` },
      { url, auth_token: "token" },
      { url, signing_secret: secret },
      { url, format: "cloudevents" },
    ];
    const prints = await Promise.all(configs.map((config) => sinkOf(world, config).fingerprint()));
    assertEquals(new Set(prints).size, configs.length);
    for (const print of prints) assertMatch(print, /^[0-9a-f]{16}$/);
    assertEquals(await sinkOf(world, { url, retry_count: 9 }).fingerprint(), prints[0]);
  }));

Deno.test("sendWebhook() is true on success, after tries that failed", () =>
  withReceiver(
    (index) => new Response(null, { status: index < 2 ? 503 : 200 }),
    async ({ origin, received, world }) => {
      const quick = withQuickClock(world);
      assertEquals(await sendWebhook(quick, eventOf(), { config: { url: origin } }), true);
      assertEquals(received.length, 3);
      assertEquals(quick.slept.length, 2);
    },
  ));

Deno.test("sendWebhook() is false when the tries are used up, and says why", () =>
  withReceiver(() => new Response(null, { status: 500 }), async ({ origin, received, world }) => {
    const told: string[] = [];
    const sent = await sendWebhook(withQuickClock(world), eventOf(), {
      config: { url: `${origin}/secret-path`, retry_count: 3 },
      onFailure: (message) => told.push(message),
    });
    assertEquals(sent, false);
    assertEquals(received.length, 4);
    assertEquals(told.length, 1);
    assertMatch(told[0] ?? "", /^Cannot deliver event 0198f5a2-\S+: 127.0.0.1:\d+ answered 500$/);
  }));

Deno.test("sendWebhook() takes no longer than its time, although the receiver is silent", () =>
  withReceiver(
    (_index, _request, signal) =>
      new Promise((resolve) => signal().addEventListener("abort", () => resolve(new Response()))),
    async ({ origin, received, world }) => {
      const config = { url: origin, timeout_seconds: 0.2, retry_count: 5 };
      const begun = performance.now();
      assertEquals(await sendWebhook(world, eventOf(), { config }), false);
      assertEquals(performance.now() - begun < 5000, true);
      assertEquals(received.length, 1);
    },
  ));

Deno.test("createWebhookCallback() posts what passes the filter, and never throws", () =>
  withReceiver(() => new Response(null, { status: 422 }), async ({ origin, received, world }) => {
    const told: string[] = [];
    const callback = createWebhookCallback(world, {
      config: { url: origin },
      onFailure: (message) => told.push(message),
    });
    await callback(eventOf({ event_type: "task.progress" }));
    assertEquals(received.length, 0);
    await callback(eventOf({ event_type: "task.escalated" }));
    assertEquals([received.length, told.length], [1, 1]);
  }));
