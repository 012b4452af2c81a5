import { assertEquals, assertMatch } from "@std/assert";
import type { Agent } from "../../../src/delegation/agents.ts";
import { sendTask, type Sent } from "../../../src/delegation/send.ts";
import { type Answer, never, withQuickClock, withReceiver } from "../sinks/test_receiver.ts";
import { agentOf } from "./agent_of.ts";
import { withBreakingServer } from "./breaking_server.ts";
import type { World } from "../../../src/sys/world.ts";

const task = { runId: "orch-1-ab", attempt: 1, message: "Look", deliver: true };

/** What is asked, and what came of it. */
interface Sending {
  sent: Sent;
  notes: string[];
  bodies: string[];
  keys: (string | undefined)[];
}

async function send(
  world: World,
  url: string,
  changes: Partial<Omit<Agent, "url">> = {},
  asked: Partial<typeof task> = {},
): Promise<{ sent: Sent; notes: string[] }> {
  const notes: string[] = [];
  const options = { signal: never(), onNote: (text: string) => notes.push(text) };
  const sent = await sendTask(world, agentOf({ ...changes, url }), { ...task, ...asked }, options);
  return { sent, notes };
}

/** Sends to a gateway that answers so. */
async function sendTo(
  answer: Answer,
  changes: Partial<Omit<Agent, "url">> = {},
  base = "",
): Promise<Sending> {
  let sending: Sending | null = null;
  await withReceiver(answer, async ({ origin, port, received, world }) => {
    const { sent, notes } = await send(withQuickClock(world), origin + base, changes);
    sending = {
      sent: "reason" in sent
        ? { ...sent, reason: sent.reason.replaceAll(`127.0.0.1:${port}`, "HOST") }
        : sent,
      notes,
      bodies: received.map(({ body }) => body),
      keys: received.map(({ headers }) => headers["idempotency-key"]),
    };
  });
  if (sending === null) throw new Error("Nothing was sent");
  return sending;
}

function json(value: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return () => Response.json(value, { status, headers });
}

function text(words: string, status: number, headers: Record<string, string> = {}): Answer {
  return () => new Response(words, { status, headers });
}

function refused(reason: string): Sent {
  return { kind: "failed", reason, retry: false, afterMs: null };
}

/** Of which it is not known whether the gateway has it. */
function inDoubt(reason: string): Sent {
  return { kind: "failed", reason, retry: false, afterMs: null, inDoubt: true };
}

function later(reason: string, afterMs: number | null = null): Sent {
  return { kind: "failed", reason, retry: true, afterMs };
}

Deno.test("sendTask() posts the task with token and key", () =>
  withReceiver(json({ ok: true, runId: "r-1" }), async ({ origin, received, world }) => {
    const { sent, notes } = await send(world, `${origin}/gw`);
    assertEquals(sent, { kind: "admitted", gatewayRunId: "r-1" });
    assertEquals(notes, []);
    const [first] = received;
    assertEquals([first?.method, first?.path], ["POST", "/gw/hooks/agent"]);
    assertEquals(first?.headers.authorization, "Bearer hook-token-0123456789");
    assertEquals(first?.headers["idempotency-key"], "orch-1-ab:1");
    assertEquals(JSON.parse(first?.body ?? "").sessionKey, "hook:orchestrate:orch-1-ab:1");
  }));

Deno.test("sendTask() takes 200 and 202 for admitted", async () => {
  const cases: [Answer, string | null][] = [
    [json({ ok: true, runId: "r-1" }, 202), "r-1"],
    [json({}), null],
    [text("ok", 202), null],
    [text("", 200), null],
    [json({ runId: "\u001b[31m" }), null],
    [json({ runId: 7 }), null],
    [json(null), null],
  ];
  for (const [answer, gatewayRunId] of cases) {
    assertEquals((await sendTo(answer)).sent, { kind: "admitted", gatewayRunId });
  }
});

Deno.test("sendTask() believes no web page and no gateway that says no", async () => {
  const page = refused(
    "HOST answers as a web page, not as a gateway: look at delegate.agents.auditor.hook_path",
  );
  assertEquals((await sendTo(text("<!doctype html>", 200))).sent, page);
  assertEquals((await sendTo(text("x", 202, { "content-type": "text/html" }))).sent, page);
  const no = "HOST answered 200 (not now), and says that it did not take the task";
  assertEquals((await sendTo(json({ ok: false, error: "not now" }))).sent, refused(no));
  const passed = refused("HOST answered 204: its mapping of this hook passed the task over");
  assertEquals((await sendTo(() => new Response(null, { status: 204 }))).sent, passed);
});

Deno.test("sendTask() says what to look at when no retry helps", async () => {
  const hook = "look at delegate.agents.auditor.hook_path, and whether its hooks are enabled";
  const cases: [Answer, string][] = [
    [
      json({ ok: false, error: 'unknown agentId "x"' }, 400),
      'HOST answered 400 (unknown agentId "x")',
    ],
    [
      text("Unauthorized", 401),
      "HOST answered 401 (Unauthorized): look at the token in AUDITOR_TOKEN",
    ],
    [text("", 403), "HOST answered 403: look at the token in AUDITOR_TOKEN"],
    [text("Not Found", 404), `HOST answered 404 (Not Found): ${hook}`],
    [text("Method Not Allowed", 405), `HOST answered 405 (Method Not Allowed): ${hook}`],
    [text("<h1>Gone</h1>", 410), `HOST answered 410: ${hook}`],
    [json({ error: { message: "no" } }, 422), "HOST answered 422 (no)"],
    [
      json({ ok: false, error: "payload too large" }, 413),
      "HOST answered 413 (payload too large): it takes less than the 146 bytes of this request",
    ],
  ];
  for (const [answer, reason] of cases) {
    const { sent, bodies } = await sendTo(answer);
    assertEquals(sent, refused(reason));
    assertEquals(bodies.length, 1);
  }
  const { sent } = await sendTo(text("", 401), { token: null, tokenName: null });
  const reason = "HOST answered 401: there is no token, set delegate.agents.auditor.token_env";
  assertEquals(sent, refused(reason));
});

Deno.test("sendTask() follows no redirect, and takes the token nowhere", async () => {
  for (const status of [301, 302, 303, 307, 308]) {
    const { sent, bodies } = await sendTo((index) =>
      index === 0
        ? new Response(null, { status, headers: { location: "/elsewhere" } })
        : Response.json({ ok: true })
    );
    const reason = `HOST answered ${status}, and redirects are not followed: ` +
      "set delegate.agents.auditor.url to where it leads";
    assertEquals([sent, bodies.length], [refused(reason), 1]);
  }
});

Deno.test("sendTask() leaves to another attempt what can pass, after the time that is asked for", async () => {
  const cases: [Answer, Sent][] = [
    [
      text("Too Many Requests", 429, { "retry-after": "60" }),
      later("HOST answered 429 (Too Many Requests)", 60_000),
    ],
    [text("", 429, { "retry-after": "soon" }), later("HOST answered 429")],
    [text("", 429, { "retry-after": "9".repeat(400) }), later("HOST answered 429")],
    [
      json({ error: "draining" }, 503, { "retry-after": "5" }),
      later("HOST answered 503 (draining)", 5000),
    ],
    [text("<html>", 500), later("HOST answered 500")],
    [
      json({ ok: false, error: "changed; retry request" }, 409),
      later("HOST answered 409 (changed; retry request)"),
    ],
    [text("", 408), later("HOST answered 408")],
    [json({ ok: false, error: "failed before" }, 502), later("HOST answered 502 (failed before)")],
  ];
  for (const [answer, expected] of cases) {
    const { sent, bodies } = await sendTo(answer);
    assertEquals(sent, expected);
    assertEquals(bodies.length, 1);
  }
});

Deno.test("sendTask() sends again without a session key that is refused, and says so", async () => {
  const error = "sessionKey is disabled for externally supplied hook payload values; " +
    "set hooks.allowRequestSessionKey=true to enable";
  const answer: Answer = (_, { body }) =>
    "sessionKey" in JSON.parse(body)
      ? Response.json({ ok: false, error }, { status: 400 })
      : Response.json({ ok: true, runId: "r-2" });
  const { sent, notes, bodies, keys } = await sendTo(answer);
  assertEquals(sent, { kind: "admitted", gatewayRunId: "r-2" });
  assertEquals(notes, [
    "The gateway of auditor refuses session keys, so the task is sent without one; " +
    "delegate.agents.auditor.session_key: false saves asking",
  ]);
  const [first, second] = bodies.map((body) => JSON.parse(body));
  assertEquals(bodies.length, 2);
  assertEquals({ ...second, sessionKey: "hook:orchestrate:orch-1-ab:1" }, first);
  assertEquals(keys, ["orch-1-ab:1", "orch-1-ab:1"]);
});

Deno.test("sendTask() asks once without a session key, and not again", async () => {
  const answer = json({ ok: false, error: "sessionKey must start with one of: hook:" }, 400);
  const expected = refused("HOST answered 400 (sessionKey must start with one of: hook:)");
  const first = await sendTo(answer);
  assertEquals([first.sent, first.bodies.length, first.notes.length], [expected, 2, 1]);
  const off = await sendTo(answer, { sessionKey: false });
  assertEquals([off.sent, off.bodies.length, off.notes.length], [expected, 1, 0]);
});

Deno.test("sendTask() sends nothing that is too large", () =>
  withReceiver(json({ ok: true }), async ({ origin, received, world }) => {
    const { sent } = await send(world, origin, {}, { message: "x".repeat(262_144) });
    assertMatch("reason" in sent ? sent.reason : "", /^the request would have 262,\d+ bytes/);
    assertEquals("retry" in sent && sent.retry, false);
    assertEquals(received, []);
  }));

Deno.test("sendTask() repeats the same request while it is not known what became of it", () =>
  withBreakingServer(
    (index) => index < 2 ? "" : "HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n" + '{"ok":true}',
    async ({ origin, requests, world }) => {
      const quick = withQuickClock(world);
      const { sent } = await send(quick, origin);
      assertEquals(sent, { kind: "admitted", gatewayRunId: null });
      assertEquals(requests.length, 3);
      assertEquals(new Set(requests).size, 1);
      assertMatch(requests[0] ?? "", /\r\nidempotency-key: orch-1-ab:1\r\n/);
      assertEquals(quick.slept, [500, 2000]);
    },
  ));

Deno.test("sendTask() gives up after three tries without an answer, and says what is not known", () =>
  withBreakingServer(() => "HTTP/1.1 2", async ({ origin, requests, world }) => {
    const { sent } = await send(withQuickClock(world), origin);
    const reason = "reason" in sent ? sent.reason : "";
    assertMatch(
      reason,
      /^Cannot reach 127\.0\.0\.1:\d+ as .*, so it is not known whether it has the task$/,
    );
    assertEquals([sent.kind, "retry" in sent && sent.retry, requests.length], ["failed", true, 3]);
  }));

Deno.test("sendTask() repeats what a server in front of the gateway had no answer to", async () => {
  const { sent, keys, bodies } = await sendTo((index) =>
    index < 2 ? new Response("<h1>Bad Gateway</h1>", { status: 502 }) : Response.json({ ok: true })
  );
  assertEquals(sent, { kind: "admitted", gatewayRunId: null });
  assertEquals([new Set(keys).size, new Set(bodies).size, bodies.length], [1, 1, 3]);
  const down = await sendTo(text("<h1>Gateway Timeout</h1>", 504));
  assertEquals([down.sent, down.bodies.length], [
    { ...inDoubt("HOST answered 504"), retry: true },
    3,
  ]);
});

Deno.test("sendTask() gives each try 30 s", () =>
  withReceiver(
    (_, __, signal) =>
      new Promise((resolve) => signal().addEventListener("abort", () => resolve(new Response()))),
    async ({ origin, world }) => {
      const waited: number[] = [];
      const quick = withQuickClock(world);
      const deadline = (ms: number) => {
        waited.push(ms);
        return AbortSignal.timeout(50);
      };
      const { sent } = await send({ ...quick, clock: { ...quick.clock, deadline } }, origin);
      assertEquals(waited, [30_000, 30_000, 30_000]);
      assertMatch(
        "reason" in sent ? sent.reason : "",
        /did not answer in time, so it is not known/,
      );
    },
  ));

Deno.test("sendTask() takes no longer than it may in all", () =>
  withBreakingServer(() => "", async ({ origin, requests, world }) => {
    const quick = withQuickClock(world);
    const waited: number[] = [];
    const deadline = (ms: number) => {
      waited.push(ms);
      return world.clock.deadline(ms);
    };
    let now = 0;
    const clock = { ...quick.clock, deadline, elapsed: () => now++ };
    const options = { signal: never(), onNote: () => {}, timeoutMs: 600 };
    const sent = await sendTask({ ...quick, clock }, agentOf({ url: origin }), task, options);
    assertEquals([sent.kind, requests.length, quick.slept], ["failed", 2, [500]]);
    assertEquals(waited.every((ms) => ms < 600), true);
  }));

Deno.test("sendTask() does not repeat what was never sent", () =>
  withReceiver(json({}), async ({ world }) => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    const quick = withQuickClock(world);
    const { sent } = await send(quick, `http://127.0.0.1:${port}`);
    assertEquals(sent, later(`Cannot reach 127.0.0.1:${port} as it refuses connections`));
    assertEquals(quick.slept, []);
  }));

Deno.test("sendTask() sends nothing to a name that leads to a forbidden address", () =>
  withReceiver(json({}), async ({ port, received, world }) => {
    const http = { ...world.http, lookup: () => Promise.resolve(["127.0.0.1", "169.254.169.254"]) };
    const { sent } = await send({ ...world, http }, `http://agents.example.org:${port}`);
    assertMatch(
      "reason" in sent ? sent.reason : "",
      /^Cannot send to agents\.example\.org:\d+ as /,
    );
    assertEquals("retry" in sent && sent.retry, false);
    assertEquals(received, []);
  }));

Deno.test("sendTask() ends when it is interrupted, without another try", async () => {
  const stop = new AbortController();
  const answer: Answer = (_, __, signal) =>
    new Promise((resolve) => {
      signal().addEventListener("abort", () => resolve(new Response()));
      stop.abort();
    });
  await withReceiver(answer, async ({ origin, received, world }) => {
    const options = { signal: stop.signal, onNote: () => {} };
    const agent = agentOf({ url: origin });
    assertEquals(
      await sendTask(world, agent, task, options),
      inDoubt("the sending was interrupted"),
    );
    assertEquals(received.length, 1);
    assertEquals(
      await sendTask(world, agent, task, options),
      refused("the sending was interrupted"),
    );
    assertEquals(received.length, 1);
  });
});

Deno.test("sendTask() ends when it is interrupted in a pause", () =>
  withBreakingServer(() => "", async ({ origin, requests, world }) => {
    const stop = new AbortController();
    const clock = { ...world.clock, sleep: () => Promise.resolve(stop.abort()) };
    const options = { signal: stop.signal, onNote: () => {} };
    const sent = await sendTask({ ...world, clock }, agentOf({ url: origin }), task, options);
    const interrupted = inDoubt("the sending was interrupted");
    assertEquals([sent, requests.length], [interrupted, 1]);
  }));

Deno.test("sendTask() repeats no token, no path and nothing that a terminal obeys", async () => {
  const hidden = ["hook-token-0123456789", "/s3cret/hooks/pr1vate", "\u001b]0;x\u0007"];
  for (const part of hidden) {
    for (const answer of [text(`bad ${part}`, 400), json({ ok: false, error: part }, 503)]) {
      const { sent } = await sendTo(answer, { hookPath: "/hooks/pr1vate" }, "/s3cret");
      assertMatch("reason" in sent ? sent.reason : "", /^HOST answered (?:400 \(bad\)|\d+)$/);
    }
  }
});

Deno.test("sendTask() repeats the usual path, and none that is the gateway's own", async () => {
  const answer = text("Cannot POST here: /gw/hooks/agent", 400);
  assertEquals((await sendTo(answer, {}, "/gw")).sent, refused("HOST answered 400"));
  const usual = text("Cannot POST /hooks/agent", 400);
  const reason = "HOST answered 400 (Cannot POST /hooks/agent)";
  assertEquals((await sendTo(usual)).sent, refused(reason));
});
