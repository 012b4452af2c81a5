/** Gateways that refuse, move, babble or are not there: one clear end each. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { eventsOf, printed, type Scene, withAgent } from "./delegation_scene.ts";
import { filesBelow, type Ran, withRepository } from "./harness.ts";
import { answerOf, hookToken, putAnswer, putFile, withGateway } from "./stand_in_gateway.ts";

/** How a refused call has to end. */
interface Refusal {
  code: string;
  /** Of the sentence on standard error. */
  message: RegExp;
  /** Events of the log. */
  events: string[];
  /** Requests to the hook. */
  requests: number;
}

/** Asks with three attempts, and checks that the call ends as a refusal must. */
async function assertRefused(
  { delegate, gateway, log }: Scene,
  args: readonly string[],
  { code, message, events, requests }: Refusal,
): Promise<Ran> {
  const ran = await delegate([...args, "--run-id", "run-1", "--retries", "3"]);
  const document = printed(ran);
  assertEquals(ran.code, 1);
  assertEquals(document, {
    ...document,
    ...{ status: "error", result: null, code, agent: args[0], runId: "run-1" },
  });
  assertMatch(ran.stderr.split("\n")[0] ?? "", message);
  assertStringIncludes(ran.stderr, `error: ${document.notes}`);
  assertEquals(eventsOf(log()).filter((event) => event !== "attempt_start"), events);
  assertEquals(gateway.requests.length, requests);
  return ran;
}

const question = ["webster", "Do"];

Deno.test("macp delegate refuses an unknown agent with the nearest names", async () => {
  await withAgent({}, async (scene) => {
    const ran = await assertRefused(scene, ["webstr", "Do"], {
      code: "unknown_agent",
      message: /^error: Unknown agent 'webstr'$/,
      events: ["send_failed"],
      requests: 0,
    });
    assertMatch(ran.stderr, /^hint: Did you mean webster\?$/m);
    assertEquals(scene.gateway.healthChecks, 0);
    for (const name of ["__proto__", "constructor", "toString"]) {
      assertEquals(printed(await scene.delegate([name, "Do"])).code, "unknown_agent");
    }
  });
});

Deno.test("macp delegate tells names of agents without control characters", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ delegate: { agents: { "\u001b[1mwebster-of-letters": {} } } });
    const { code, stderr } = await repository.macp(["delegate", "webster-of-letters", "Do"]);
    assertEquals(code, 1);
    assertMatch(stderr, /^hint: Did you mean {2}\[1mwebster-of-letters\?$/m);
    assertEquals(stderr.includes("\u001b"), false);
  });
});

Deno.test("macp delegate asks nobody when the ACL denies it", async () => {
  const settings = () => ({ acl: { manager: ["webster"], auditor: [] } });
  await withAgent({ sessionKeys: true }, async (scene) => {
    await assertRefused(scene, [...question, "--caller", "auditor"], {
      code: "acl_denied",
      message: /^error: ACL denied: 'auditor' cannot delegate to 'webster'$/,
      events: ["acl_denied"],
      requests: 0,
    });
    assertEquals(scene.log()[0]?.detail, "caller=auditor");
    for (const caller of ["webster", "stranger", "__proto__", "constructor"]) {
      assertEquals(
        printed(await scene.delegate([...question, "--caller", caller])).code,
        "acl_denied",
      );
    }
    assertEquals((await scene.delegate([...question, "--caller", "manager"])).code, 0);
  }, settings);
});

Deno.test("macp delegate says so when the gateway is down", async () => {
  // Port 9 (discard) is served nowhere.
  const settings = () => ({ agents: { webster: { port: 9 } } });
  await withAgent({}, async (scene) => {
    await assertRefused(scene, question, {
      code: "agent_unreachable",
      message: /^error: Agent 'webster' unreachable at 127\.0\.0\.1:9: it refuses connections$/,
      events: ["health_failed"],
      requests: 0,
    });
  }, settings);
});

const unhealthy: readonly [string, () => Response, RegExp][] = [
  [
    "a web page with status 200",
    () =>
      new Response("<!doctype html><title>UI</title>", {
        headers: { "content-type": "text/html" },
      }),
    /answers as a web page, not as a gateway$/,
  ],
  ["a web page in disguise", () => new Response("  <html></html>"), /as a web page/],
  ["JSON that says it is not well", () => Response.json({ ok: false }), /is not well/],
  ["503", () => new Response("draining", { status: 503 }), /answered 503/],
  ["404", () => new Response("no", { status: 404 }), /answered 404/],
  [
    "a redirect",
    () => new Response(null, { status: 302, headers: { location: "http://127.0.0.1:9/healthz" } }),
    /redirect/,
  ],
];

for (const [what, health, message] of unhealthy) {
  Deno.test(`macp delegate sends nothing when the health check answers with ${what}`, async () => {
    await withAgent({ health }, async (scene) => {
      await assertRefused(scene, question, {
        ...{ code: "agent_unreachable", message, events: ["health_failed"], requests: 0 },
      });
    });
  });
}

Deno.test("macp delegate asks a gateway whose health check answers 204", async () => {
  const health = () => new Response(null, { status: 204 });
  await withAgent({ health, sessionKeys: true }, async ({ delegate }) => {
    assertEquals((await delegate(question)).code, 0);
  });
});

const refusing: readonly [string, () => Response, RegExp][] = [
  ["401", () => new Response("Unauthorized", { status: 401 }), /401 .*token in HOOK_TOKEN/],
  ["404", () => new Response("Not Found", { status: 404 }), /404.*hook_path/],
  ["405", () => new Response("Method Not Allowed", { status: 405 }), /405/],
  ["413", () => Response.json({ ok: false, error: "payload too large" }, { status: 413 }), /413/],
  ["400", () => Response.json({ ok: false, error: "bad agentId" }, { status: 400 }), /bad agentId/],
  [
    "a redirect",
    () => new Response(null, { status: 307, headers: { location: "http://127.0.0.1:9/x" } }),
    /redirect/,
  ],
  [
    "a web page with status 200",
    () => new Response("<html></html>", { headers: { "content-type": "text/html" } }),
    /web page/,
  ],
  ["JSON that says no with status 200", () => Response.json({ ok: false, error: "no" }), /no/],
];

for (const [what, hook, message] of refusing) {
  Deno.test(`macp delegate does not ask again when the hook answers ${what}`, async () => {
    await withAgent({ hook }, async (scene) => {
      await assertRefused(scene, question, {
        ...{ code: "send_failed", message, events: ["send_failed"], requests: 1 },
      });
    });
  });
}

Deno.test("macp delegate does not ask again with a token that the gateway refuses", async () => {
  await withAgent({}, async ({ delegate, gateway }) => {
    const env = { HOOK_TOKEN: "wrong-token-0123456789" };
    const ran = await delegate([...question, "--retries", "3"], { env });
    assertEquals([ran.code, gateway.requests.length], [1, 1]);
    assertMatch(ran.stderr, /answered 401 .*look at the token in HOOK_TOKEN/);
    assertEquals(`${ran.stdout}${ran.stderr}`.includes("wrong-token"), false);
  });
});

Deno.test("macp delegate sends nothing that is larger than a gateway takes", async () => {
  await withAgent({ sessionKeys: true }, async (scene) => {
    scene.repository.write("large.md", "ä".repeat(131_000));
    const large = [...question, "--context", "large.md"];
    await assertRefused(scene, large, {
      code: "send_failed",
      message: /the request would have 26\d,\d+ bytes, and a gateway takes 262,144: shorten/,
      events: ["send_failed"],
      requests: 0,
    });
    scene.repository.write("fits.md", "ä".repeat(125_000));
    assertEquals((await scene.delegate([...question, "--context", "fits.md"])).code, 0);
  });
});

Deno.test("macp delegate asks again after the time that a 429 names", async () => {
  const busy = { status: 429, headers: { "retry-after": "1" } };
  const hook = (index: number) => index === 0 ? new Response("slow down", busy) : null;
  await withAgent({ hook, sessionKeys: true }, async ({ delegate, gateway, log }) => {
    const start = performance.now();
    const ran = await delegate([...question, "--retries", "2"]);
    assertEquals([ran.code, gateway.requests.length], [0, 2]);
    assertEquals(performance.now() - start >= 1000, true);
    assertEquals(eventsOf(log()), ["attempt_start", "send_failed", "attempt_start", "complete"]);
    assertStringIncludes(log()[1]?.detail ?? "", "answered 429 (slow down)");
  });
});

Deno.test("macp delegate does not wait for a 429 that asks for longer than an answer may take", async () => {
  const hook = () => new Response("", { status: 429, headers: { "retry-after": "3600" } });
  await withAgent({ hook }, async (scene) => {
    await assertRefused(scene, question, {
      ...{ code: "send_failed", message: /429/, events: ["send_failed"], requests: 1 },
    });
  });
});

Deno.test("macp delegate asks again when the gateway drains, and says why when it goes on", async () => {
  const hook = (index: number) => index < 2 ? new Response("draining", { status: 503 }) : null;
  await withAgent({ hook, sessionKeys: true }, async ({ delegate, gateway, log }) => {
    const ran = await delegate([...question, "--retries", "2", "--run-id", "run-1"]);
    assertEquals([ran.code, gateway.requests.length], [1, 2]);
    assertMatch(printed(ran).notes ?? "", /^Failed to send task after 2 attempts: .*answered 503/);
    assertEquals(eventsOf(log()), ["attempt_start", "send_failed", "attempt_start", "send_failed"]);
    assertEquals((await delegate([...question, "--run-id", "run-1"])).code, 0);
  });
});

Deno.test("macp delegate sends again without a session key that the gateway refuses, and says so", async () => {
  await withAgent({}, async ({ delegate, gateway, log }) => {
    const ran = await delegate(question);
    assertEquals(ran.code, 0);
    assertMatch(ran.stderr, /^warning: .*session/);
    const [first, second] = gateway.requests;
    assertEquals([first?.fields.sessionKey === undefined, gateway.requests.length], [false, 2]);
    assertEquals(second?.fields.sessionKey, undefined);
    assertEquals(second?.headers["idempotency-key"], first?.headers["idempotency-key"]);
    assertEquals(eventsOf(log()), ["attempt_start", "send_error", "complete"]);
  });
});

/** A server that takes the first task and breaks the connection off before it says so. */
async function withBreakingGateway(
  test: (origin: string, keys: readonly string[]) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const keys: string[] = [];
  const answer = async (connection: Deno.Conn) => {
    using _ = connection;
    const request = await readRequest(connection);
    const key = /^idempotency-key: (.*)$/im.exec(request)?.[1];
    if (key !== undefined) keys.push(key.trim());
    if (key !== undefined && keys.length === 1) return;
    const body = JSON.stringify({ ok: true, runId: "gateway-run" });
    const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n`;
    const whole = `${head}content-length: ${body.length}\r\n\r\n${body}`;
    const path = /(\/[^ "\\]*\/broken\.json)/.exec(request)?.[1];
    if (path) putFile(path, JSON.stringify(answerOf("broken")));
    await connection.write(new TextEncoder().encode(whole));
  };
  const serve = async () => {
    const connections: Promise<void>[] = [];
    for await (const connection of listener) connections.push(answer(connection));
    await Promise.all(connections);
  };
  const served = serve();
  try {
    await test(`http://127.0.0.1:${listener.addr.port}`, keys);
  } finally {
    listener.close();
    await served;
  }
}

/** A request with all of its body. */
async function readRequest(connection: Deno.Conn): Promise<string> {
  const buffer = new Uint8Array(65_536);
  let text = "";
  for (;;) {
    const read = await connection.read(buffer);
    if (read === null) return text;
    text += new TextDecoder("latin1").decode(buffer.subarray(0, read));
    const end = text.indexOf("\r\n\r\n");
    const length = Number(/^content-length: (\d+)/im.exec(text)?.[1] ?? 0);
    if (end >= 0 && text.length >= end + 4 + length) return text;
  }
}

Deno.test("macp delegate sends the same request again when it is not known what became of it", async () => {
  await withAgent({}, ({ delegate, repository }) =>
    withBreakingGateway(async (origin, keys) => {
      repository.writeConfig({ delegate: { agents: { webster: { url: origin } } } });
      const ran = await delegate([...question, "--run-id", "broken"]);
      assertEquals([ran.code, keys], [0, ["broken:1", "broken:1"]]);
    }));
});

Deno.test("macp delegate takes an answer that is written before the gateway says that it took the task", async () => {
  const hook = async (_: number, request: { fields: Record<string, unknown> }) => {
    const path = /^\s*(\/.*\/early\.json)\s*$/m.exec(String(request.fields.message))?.[1] ?? "";
    putAnswer({ runId: "early", handoffPath: path, index: 0, fields: {}, headers: {} });
    await new Promise((resolve) => setTimeout(resolve, 200));
    return new Response("broken", { status: 500 });
  };
  await withAgent({ hook }, async ({ delegate, gateway }) => {
    const ran = await delegate([...question, "--run-id", "early"]);
    assertEquals([ran.code, printed(ran).status, gateway.requests.length], [0, "complete", 1]);
  });
});

Deno.test("macp delegate tells that the gateway went away when no answer comes", async () => {
  await withAgent({ sessionKeys: true, agent: () => {} }, async (scene) => {
    let down = false;
    const health = () => down ? new Response("", { status: 503 }) : Response.json({ ok: true });
    await withGateway({ health, sessionKeys: true, agent: () => down = true }, async (gateway) => {
      const agents = { webster: { url: gateway.origin, token_env: "HOOK_TOKEN" } };
      scene.repository.writeConfig({ delegate: { agents } });
      const ran = await scene.delegate([...question, "--timeout", "1"]);
      assertEquals([ran.code, printed(ran).status], [1, "timeout"]);
      assertMatch(printed(ran).notes ?? "", /within 1s .*its gateway is down: .*503/);
    });
  });
});

Deno.test("macp delegate keeps the token out of everything but the header", async () => {
  const echo = (status: number) => (_: number, { headers }: { headers: Record<string, string> }) =>
    new Response(`bad ${headers.authorization}`, { status });
  for (const hook of [echo(400), echo(503)]) {
    await withAgent({ hook }, async ({ delegate, repository }) => {
      const ran = await delegate([...question, "--verbose"]);
      assertEquals(ran.code, 1);
      assertEquals(`${ran.stdout}${ran.stderr}`.includes(hookToken), false);
      for (const path of filesBelow(repository.state())) {
        assertEquals([path, Deno.readTextFileSync(path).includes(hookToken)], [path, false]);
      }
    });
  }
});
