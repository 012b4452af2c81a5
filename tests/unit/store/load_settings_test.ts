import { assertEquals } from "@std/assert";
import { literalSecrets, secretVariables } from "../../../src/store/load_settings.ts";

Deno.test("literalSecrets() finds values under keys that name a secret, and addresses of sinks", () => {
  const values = {
    macp: {
      webhook: { url: "https://example.org/hook/abc", auth_token: "t0ken", auth_token_env: "X" },
      discord: { url: "https://discord.example/api/webhooks/1/x" },
    },
    worker: { command_template: "x", api_key: "12345" },
  };
  assertEquals(literalSecrets(values).map(({ path }) => path), [
    "macp.webhook.url",
    "macp.webhook.auth_token",
    "macp.discord.url",
    "worker.api_key",
  ]);
});

Deno.test("literalSecrets() leaves empty ones and addresses of this machine alone", () => {
  const webhook = { url: "http://localhost:8080/macp/events", auth_token: "" };
  assertEquals(literalSecrets({ macp: { webhook }, base: { url: "https://x.org" } }), []);
});

Deno.test("literalSecrets() finds what is private in an address of this machine, as a local one", () => {
  const found = (url: string) =>
    literalSecrets({ macp: { slack: { url } } }).map(({ isLocal }) => isLocal);
  for (
    const host of ["localhost", "app.localhost", "127.0.0.1", "127.1.2.3:8080", "[::1]:80"]
  ) {
    assertEquals(found(`http://${host}/hooks/SECRETPATH`), [true], host);
    assertEquals(found(`http://${host}/?key=SECRET`), [true], host);
    assertEquals(found(`http://user:word@${host}/`), [true], host);
    assertEquals([found(`http://${host}`), found(`http://${host}/`)], [[], []], host);
  }
  for (const host of ["localhost.example.org", "127.example.org", "10.0.0.1"]) {
    assertEquals(found(`http://${host}/hooks/x`), [false], host);
  }
});

Deno.test("secretVariables() names what keys that end in _env name", () => {
  assertEquals(secretVariables({ a: { token_env: "A_TOKEN" }, url_env: "" }, []), ["A_TOKEN"]);
});

Deno.test("secretVariables() and literalSecrets() know the tokens of agents and channels", () => {
  const agents = {
    auditor: { port: 1, token_env: "AUDITOR_HOOKS" },
    "token_env": { port: 2, token: "literal", session_key: true },
  };
  const channel_context = { command: ["fetch"], token_env: "CHAT_{CALLER}" };
  const values = { delegate: { agents, channel_context } };
  assertEquals(secretVariables(values, ["lead", "nx-expert"]), [
    "AUDITOR_HOOKS",
    "CHAT_LEAD",
    "CHAT_NX_EXPERT",
  ]);
  assertEquals(literalSecrets(values), [
    { path: "delegate.agents.token_env.token", value: "literal", isLocal: false },
  ]);
});

Deno.test("literalSecrets() finds addresses of sinks without a scheme", () => {
  const found = (url: string) => literalSecrets({ macp: { discord: { url } } }).length;
  for (const url of ["discord.com/api/webhooks/1/x", "127.0.0.1:80/x", "localhost:8080/x"]) {
    assertEquals(found(url), 1, url);
  }
  for (const url of ["", "todo", "later on"]) assertEquals(found(url), 0, url);
});
