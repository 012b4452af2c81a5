import { assertEquals, assertMatch } from "@std/assert";
import { checkHealth } from "../../../src/delegation/health.ts";
import { MacpError } from "../../../src/protocol/errors.ts";
import { never, withReceiver } from "../sinks/test_receiver.ts";
import { agentOf } from "./agent_of.ts";

/** Reason why a gateway that answers so is not healthy; null when it is. */
async function reasonFor(response: () => Response, base = ""): Promise<string | null> {
  let reason: string | null = null;
  await withReceiver(response, async ({ origin, port, world }) => {
    const health = await checkHealth(world, agentOf({ url: origin + base }), never());
    reason = health.healthy ? null : health.reason.replace(`127.0.0.1:${port}`, "HOST");
  });
  return reason;
}

function json(value: unknown, status = 200) {
  return () => Response.json(value, { status });
}

Deno.test("checkHealth() asks the health path, without a token", () =>
  withReceiver(() => new Response("ok"), async ({ origin, received, world }) => {
    const agent = agentOf({ url: `${origin}/gw`, healthPath: "/readyz" });
    assertEquals(await checkHealth(world, agent, never()), { healthy: true });
    const [{ method, path, headers, body } = { method: "", path: "", headers: {}, body: "" }] =
      received;
    assertEquals([method, path, body], ["GET", "/gw/readyz", ""]);
    assertEquals("authorization" in headers, false);
  }));

Deno.test("checkHealth() takes 204 and 200 for well", async () => {
  assertEquals(await reasonFor(() => new Response(null, { status: 204 })), null);
  assertEquals(await reasonFor(() => new Response(null)), null);
  assertEquals(await reasonFor(json({ ok: true, status: "live" })), null);
  assertEquals(await reasonFor(json({ status: "live" })), null);
  assertEquals(await reasonFor(() => new Response("fine")), null);
});

Deno.test("checkHealth() takes no web page for a gateway", async () => {
  const html = { headers: { "content-type": "text/html; charset=utf-8" } };
  const page = "HOST answers as a web page, not as a gateway";
  assertEquals(await reasonFor(() => new Response("ok", html)), page);
  assertEquals(await reasonFor(() => new Response("\n <!doctype html><p>")), page);
});

Deno.test("checkHealth() believes a gateway that says that it is not well", async () => {
  assertEquals(await reasonFor(json({ ok: false })), "HOST says that it is not well");
  assertEquals(
    await reasonFor(json({ ok: false, error: "draining." })),
    "HOST says that it is not well: draining",
  );
});

Deno.test("checkHealth() takes other answers for not well, and says what to look at", async () => {
  assertEquals(await reasonFor(json({ ok: true }, 202)), "HOST answered 202");
  assertEquals(
    await reasonFor(() => new Response("Not Found", { status: 404 })),
    "HOST answered 404: look at delegate.agents.auditor.health_path",
  );
  assertEquals(await reasonFor(json({ error: "busy" }, 503)), "HOST answered 503: busy");
  assertEquals(await reasonFor(() => new Response("<p>", { status: 502 })), "HOST answered 502");
});

Deno.test("checkHealth() follows no redirect", () =>
  withReceiver(
    () => new Response(null, { status: 302, headers: { location: "/healthy" } }),
    async ({ origin, port, received, world }) => {
      assertEquals(await checkHealth(world, agentOf({ url: origin }), never()), {
        healthy: false,
        reason: `127.0.0.1:${port} answered 302, and redirects are not followed: ` +
          "set delegate.agents.auditor.url to where it leads",
      });
      assertEquals(received.length, 1);
    },
  ));

Deno.test("checkHealth() repeats nothing of the address or the token", async () => {
  const token = "hook-token-0123456789";
  for (const text of [`bad token ${token}`, "no /s3cret/healthz", "x".repeat(60), "a\u001b[31mb"]) {
    const reason = await reasonFor(() => new Response(text, { status: 500 }), "/s3cret");
    assertEquals(reason, text.startsWith("a") ? "HOST answered 500: ab" : "HOST answered 500");
  }
});

Deno.test("checkHealth() says that nobody listens", () =>
  withReceiver(() => new Response(), async ({ world }) => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    assertEquals(await checkHealth(world, agentOf({ url: `http://127.0.0.1:${port}` }), never()), {
      healthy: false,
      reason: `Cannot reach 127.0.0.1:${port} as it refuses connections`,
    });
  }));

Deno.test("checkHealth() gives up after 5 s, and when it is interrupted", () =>
  withReceiver(
    (_, __, signal) =>
      new Promise((resolve) => signal().addEventListener("abort", () => resolve(new Response()))),
    async ({ origin, world }) => {
      const waited: number[] = [];
      const deadline = (ms: number) => {
        waited.push(ms);
        return AbortSignal.abort();
      };
      const clock = { ...world.clock, deadline };
      const late = await checkHealth({ ...world, clock }, agentOf({ url: origin }), never());
      assertMatch(late.healthy ? "" : late.reason, /did not answer in time$/);
      assertEquals(waited, [5000]);
      const stop = new AbortController();
      const asked = checkHealth(world, agentOf({ url: origin }), stop.signal);
      stop.abort();
      assertEquals((await asked).healthy, false);
    },
  ));

Deno.test("checkHealth() asks no host whose name leads to a forbidden address", () =>
  withReceiver(() => new Response(), async ({ port, received, world }) => {
    const http = { ...world.http, lookup: () => Promise.resolve(["169.254.169.254"]) };
    const agent = agentOf({ url: `http://agents.example.org:${port}` });
    const health = await checkHealth({ ...world, http }, agent, never());
    assertMatch(
      health.healthy ? "" : health.reason,
      /^Cannot send to agents\.example\.org:\d+ as /,
    );
    assertEquals(received, []);
  }));

Deno.test("checkHealth() reaches this machine directly, whatever proxy there is", () =>
  withReceiver(() => new Response(), async ({ port, received, world }) => {
    const env = { HTTP_PROXY: "http://127.0.0.1:9", http_proxy: "http://127.0.0.1:9" };
    const pinned: unknown[] = [];
    const http: typeof world.http = {
      ...world.http,
      request: (request) => {
        pinned.push(request.address);
        return world.http.request(request);
      },
      lookup: (host) =>
        host === "localhost"
          ? Promise.resolve(["127.0.0.1"])
          : Promise.reject(new MacpError("failure", "No", { code: "host_unknown" })),
    };
    for (const host of ["127.0.0.1", "localhost"]) {
      const agent = agentOf({ url: `http://${host}:${port}` });
      assertEquals(await checkHealth({ ...world, http, env }, agent, never()), { healthy: true });
    }
    assertEquals([received.length, pinned], [2, ["127.0.0.1", "127.0.0.1"]]);
  }));

Deno.test("checkHealth() takes no endless answer for a gateway's", async () => {
  const reason = await reasonFor(() => new Response("x".repeat(200_000)));
  assertEquals(reason, "HOST answers far more than a gateway says of its health");
});
