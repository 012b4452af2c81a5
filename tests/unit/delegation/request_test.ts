import { assertEquals, assertMatch } from "@std/assert";
import { addressBelow, buildRequest, requestFault } from "../../../src/delegation/request.ts";
import { agentOf } from "./agent_of.ts";

const asked = { runId: "orch-1-ab", attempt: 2, message: "Grüße", deliver: true, sessionKey: true };

Deno.test("buildRequest() asks as the gateway wants it", () => {
  const { url, headers, body } = buildRequest(agentOf(), asked);
  assertEquals(url.href, "http://127.0.0.1:18812/hooks/agent");
  assertEquals(headers, {
    authorization: "Bearer hook-token-0123456789",
    "content-type": "application/json",
    "idempotency-key": "orch-1-ab:2",
    "user-agent": "macp",
  });
  assertEquals(JSON.parse(body), {
    message: "Grüße",
    name: "orchestrate:orch-1-ab",
    sessionKey: "hook:orchestrate:orch-1-ab:2",
    deliver: true,
    wakeMode: "now",
    timeoutSeconds: 600,
  });
});

Deno.test("buildRequest() sends what is configured, and leaves the rest out", () => {
  const agent = agentOf({
    token: null,
    agentId: "main",
    model: "m",
    thinking: "low",
    channel: "discord",
    to: "channel:dl-{agent}-{run_id}-{other}",
    timeoutSeconds: 60,
  });
  const request = buildRequest(agent, { ...asked, deliver: false, sessionKey: false });
  assertEquals("authorization" in request.headers, false);
  assertEquals(JSON.parse(request.body), {
    message: "Grüße",
    name: "orchestrate:orch-1-ab",
    agentId: "main",
    deliver: false,
    channel: "discord",
    to: "channel:dl-auditor-orch-1-ab-{other}",
    model: "m",
    thinking: "low",
    wakeMode: "now",
    timeoutSeconds: 60,
  });
});

Deno.test("buildRequest() fills a target once", () => {
  const request = buildRequest(agentOf({ name: "{run_id}$&", to: "{agent}" }), asked);
  assertEquals(JSON.parse(request.body).to, "{run_id}$&");
});

Deno.test("buildRequest() is the same each time", () => {
  const agent = agentOf({ agentId: "main" });
  assertEquals(buildRequest(agent, asked), buildRequest(agent, asked));
});

Deno.test("requestFault() counts bytes, and takes all up to the limit", () => {
  assertEquals(requestFault("x".repeat(262_144)), null);
  assertEquals(requestFault("ü".repeat(131_072)), null);
  const fault = requestFault("ü".repeat(131_073)) ?? "";
  assertMatch(fault, /262,146 bytes/);
  assertMatch(fault, /takes 262,144: shorten task and context/);
});

Deno.test("addressBelow() keeps the path of the gateway, and never leaves its host", () => {
  const below = (base: string, path: string) => addressBelow(new URL(base), path).href;
  assertEquals(below("http://h:1", "/hooks/agent"), "http://h:1/hooks/agent");
  assertEquals(below("http://h:1/gw/", "/hooks/agent"), "http://h:1/gw/hooks/agent");
  assertEquals(below("https://h/gw", "//evil.example/x"), "https://h/gw//evil.example/x");
  assertEquals(below("https://h/", "//evil.example/x"), "https://h//evil.example/x");
});
