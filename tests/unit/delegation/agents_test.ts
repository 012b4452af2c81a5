import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { agentNames, type Registry, resolveAgent } from "../../../src/delegation/agents.ts";
import { MacpError } from "../../../src/protocol/errors.ts";
import type { AgentConfig } from "../../../src/protocol/generated/types.ts";

interface Sources {
  agents?: Record<string, AgentConfig>;
  registry?: Registry | null;
  env?: Record<string, string>;
}

function resolve(name: string, { agents = {}, registry = null, env = {} }: Sources) {
  return resolveAgent(name, { settings: { agents }, registry, env });
}

function errorOf(name: string, sources: Sources): MacpError {
  const error = assertThrows(() => resolve(name, sources), MacpError);
  assertEquals(error.kind, "usage");
  return error;
}

function registryOf(name: string, entry: { url?: string; port?: number }): Registry {
  return new Map([[name, { url: null, port: null, ...entry }]]);
}

Deno.test("resolveAgent() fills in what an entry leaves out", () => {
  const { url, ...rest } = resolve("auditor", { agents: { auditor: { port: 18812 } } });
  assertEquals(url.href, "http://127.0.0.1:18812/");
  assertEquals(rest, {
    name: "auditor",
    hookPath: "/hooks/agent",
    healthPath: "/healthz",
    token: null,
    tokenName: null,
    agentId: null,
    sessionKey: true,
    model: null,
    thinking: null,
    channel: null,
    to: null,
    timeoutSeconds: 600,
  });
});

Deno.test("resolveAgent() takes each setting of an entry", () => {
  const entry = {
    url: "https://gw.example.org/base",
    port: 1,
    hook_path: "/hooks/macp",
    health_path: "/readyz",
    agent_id: "main",
    session_key: false,
    model: "m",
    thinking: "high",
    channel: "discord",
    to: "channel:dl-{agent}",
    timeout_seconds: 60,
  };
  const { url, ...rest } = resolve("a", { agents: { a: entry } });
  assertEquals(url.href, "https://gw.example.org/base");
  assertEquals(rest, {
    name: "a",
    hookPath: "/hooks/macp",
    healthPath: "/readyz",
    token: null,
    tokenName: null,
    agentId: "main",
    sessionKey: false,
    model: "m",
    thinking: "high",
    channel: "discord",
    to: "channel:dl-{agent}",
    timeoutSeconds: 60,
  });
});

Deno.test("resolveAgent() lets the registry tell the address, and the entry the rest", () => {
  const agents = { a: { port: 1000, agent_id: "main" }, b: { url: "http://b.example/" } };
  const byPort = resolve("a", { agents, registry: registryOf("a", { port: 2000 }) });
  assertEquals([byPort.url.port, byPort.agentId], ["2000", "main"]);
  const byUrl = { url: "http://new.example:81", port: 2000 };
  assertEquals(
    resolve("b", { agents, registry: registryOf("b", byUrl) }).url.host,
    "new.example:81",
  );
  assertEquals(resolve("a", { agents, registry: registryOf("a", {}) }).url.port, "1000");
  assertEquals(resolve("a", { agents, registry: registryOf("b", byUrl) }).url.port, "1000");
});

Deno.test("resolveAgent() knows an agent that only the registry knows", () => {
  const agent = resolve("new", { registry: registryOf("new", { port: 2000 }) });
  assertEquals([agent.url.host, agent.hookPath, agent.token], [
    "127.0.0.1:2000",
    "/hooks/agent",
    null,
  ]);
});

Deno.test("resolveAgent() names the nearest agents when it does not know one", () => {
  const agents = { auditor: { port: 1 }, webster: { port: 2 } };
  const error = errorOf("auditer", { agents, registry: registryOf("manager", { port: 3 }) });
  assertEquals([error.code, error.message], ["unknown_agent", "Unknown agent 'auditer'"]);
  assertEquals(error.hints, ["Did you mean auditor?", "Agents are auditor, manager, webster"]);
  assertEquals(errorOf("a", {}).hints, ["No agent is configured: add one to delegate.agents"]);
  assertEquals(errorOf("x\u001b[31m\ny", {}).message, "Unknown agent 'x [31m y'");
});

Deno.test("resolveAgent() takes no inherited member for an agent", () => {
  for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
    assertEquals(errorOf(name, { agents: { a: { port: 1 } } }).code, "unknown_agent");
    const agents = JSON.parse(`{${JSON.stringify(name)}: {"port": 7}}`);
    assertEquals(resolve(name, { agents }).url.port, "7");
  }
});

Deno.test("resolveAgent() takes the token out of the variable that is named, or of the entry", () => {
  const tokenOf = (entry: AgentConfig, env: Record<string, string> = {}) => {
    const { token, tokenName } = resolve("a", { agents: { a: { port: 1, ...entry } }, env });
    return [token, tokenName];
  };
  assertEquals(tokenOf({ token_env: "T", token: "own" }, { T: " t0ken\n" }), ["t0ken", "T"]);
  assertEquals(tokenOf({ token: "own" }), ["own", "delegate.agents.a.token"]);
  assertEquals(tokenOf({ token: "" }), [null, null]);
});

Deno.test("resolveAgent() says which variable is missing, and repeats no token", () => {
  const failing = (entry: AgentConfig, env: Record<string, string> = {}) => {
    const { code, message } = errorOf("a", { agents: { a: { port: 1, ...entry } }, env });
    return `${code}: ${message}`;
  };
  assertEquals(
    failing({ token_env: "GATEWAY_TOKEN", token: "own" }),
    "agent_token_missing: Cannot delegate to a as its token is missing: " +
      "the environment variable GATEWAY_TOKEN is not set",
  );
  assertMatch(failing({ token_env: "T" }, { T: " \n" }), /^agent_token_missing: .* T is not set$/);
  assertMatch(failing({ token_env: "constructor" }), /^agent_token_missing: /);
  const bad = failing({ token_env: "T" }, { T: "se\r\ncret" });
  assertEquals(
    bad,
    "agent_bad_token: Cannot delegate to a as its token in T holds a blank or a character " +
      "that no header can hold",
  );
});

Deno.test("resolveAgent() refuses an agent without an address", () => {
  const error = errorOf("a", { agents: { a: {} }, registry: registryOf("a", {}) });
  assertEquals(error.code, "agent_without_address");
  assertEquals(error.hints, ["Set delegate.agents.a.url or delegate.agents.a.port"]);
});

Deno.test("resolveAgent() refuses an address that is none to send to, and does not repeat it", () => {
  const bad: [string, RegExp][] = [
    ["s3cret", /does not begin with http/],
    ["ftp://s3cret.example/", /does not begin with http/],
    ["http://s3cret:pw@host/", /name or password/],
    ["http://host/?token=s3cret", /more than host, port and path/],
    ["http://host/#s3cret", /more than host, port and path/],
    ["http://169.254.169.254/s3cret", /link-local/],
    ["http://metadata.google.internal/s3cret", /metadata service/],
  ];
  for (const [url, why] of bad) {
    const error = errorOf("a", { agents: { a: { url } } });
    assertEquals(error.code, "agent_bad_address");
    assertMatch(error.message, why);
    assertMatch(error.message, /^Cannot delegate to a as delegate\.agents\.a\.url /);
    assertEquals(error.message.includes("s3cret"), false);
    const registered = errorOf("a", { registry: registryOf("a", { url }) });
    assertMatch(registered.message, /as its address in the registry /);
  }
});

Deno.test("resolveAgent() refuses a path that holds more than a path", () => {
  for (const path of ["/hooks?token=s3cret", "/hooks#a", "hooks", "/a b", "/a\nb"]) {
    const error = errorOf("a", { agents: { a: { port: 1, hook_path: path } } });
    assertEquals(error.code, "agent_bad_path");
    assertMatch(error.message, /delegate\.agents\.a\.hook_path/);
    assertEquals(error.message.includes("s3cret"), false);
  }
  const error = errorOf("a", { agents: { a: { port: 1, health_path: "/x?y" } } });
  assertMatch(error.message, /health_path/);
});

Deno.test("agentNames() gives those of the configuration and of the registry, sorted", () => {
  const settings = { agents: { b: {}, a: {} } };
  assertEquals(agentNames({ settings, registry: null }), ["a", "b"]);
  const registry = new Map([...registryOf("c", {}), ...registryOf("a", {})]);
  assertEquals(agentNames({ settings, registry }), ["a", "b", "c"]);
});

Deno.test("resolveAgent() refuses a target with a place that is not known", () => {
  const error = errorOf("a", { agents: { a: { port: 1, to: "dl-{agent}-{runId}" } } });
  assertEquals(error.code, "agent_bad_target");
  assertMatch(error.message, /delegate\.agents\.a\.to .*\{runId\}/);
});
