import { assertEquals } from "@std/assert";
import { checkDelegation } from "../../../src/cli/doctor/check_delegation.ts";
import { realFiles } from "../../../src/host/files.ts";
import { realWorld } from "../../../src/host/world.ts";
import { resolveSettings } from "../../../src/protocol/settings.ts";
import type { DelegateConfig } from "../../../src/protocol/generated/types.ts";
import { storePaths } from "../../../src/store/paths.ts";
import { Store } from "../../../src/store/store.ts";

/** What doctor finds in a repository with this configuration, each as `level check: message`. */
function findingsOf(
  delegate: DelegateConfig,
  { env = {}, repository = "/nowhere" }: {
    env?: Record<string, string>;
    repository?: string;
  } = {},
): string[] {
  const world = { ...realWorld(), files: realFiles, env };
  const { settings } = resolveSettings([{ origin: "test", values: { delegate } }]);
  const store = new Store(world, storePaths(repository), (event) => event, () => {});
  return checkDelegation({ settings, world, store })
    .map(({ level, check, message }) => `${level} ${check}: ${message}`);
}

Deno.test("checkDelegation() has nothing against agents that can be asked", () => {
  assertEquals(findingsOf({}), ["ok delegate: no agent can be delegated to"]);
  const agents = {
    auditor: { port: 18812, token_env: "HOOKS" },
    webster: { url: "https://agents.example.org", token: "literal-token" },
  };
  const acl = { lead: ["auditor", "webster"], auditor: ["webster"] };
  assertEquals(findingsOf({ agents, acl }, { env: { HOOKS: "value-of-hooks" } }), [
    "ok delegate.auditor: 127.0.0.1:18812, token of HOOKS",
    "ok delegate.webster: agents.example.org, token of delegate.agents.webster.token",
  ]);
});

Deno.test("checkDelegation() names agents that cannot be asked, and those that tell their token", () => {
  const agents = {
    a: { port: 1, token_env: "NOT_SET" },
    b: { token: "literal-token" },
    c: { port: 2 },
    d: { url: "http://agents.example.org", token: "literal-token" },
    e: { url: "http://[::1]:3", token: "literal-token" },
  };
  assertEquals(findingsOf({ agents }), [
    "warn delegate.a: Cannot delegate to a as its token is missing: the environment variable NOT_SET is not set",
    "warn delegate.b: Cannot delegate to b as neither a URL nor a port is known of it",
    "warn delegate.c: 127.0.0.1:2, without a token, which gateways refuse",
    "warn delegate.d: agents.example.org is given the token of delegate.agents.d.token in clear over the network",
    "ok delegate.e: [::1]:3, token of delegate.agents.e.token",
  ]);
});

Deno.test("checkDelegation() names what of the ACL leads nowhere", () => {
  const agents = { auditor: { port: 1, token: "literal-token" } };
  const acl = {
    lead: ["auditor", "__proto__"],
    auditor: ["auditor"],
    auditr: ["auditor"],
    constructor: ["auditor"],
  };
  assertEquals(findingsOf({ agents, acl }).slice(1), [
    "warn delegate.acl: lead may ask __proto__, which is no agent, " +
    "auditor may ask itself, which is always refused, caller auditr is no agent; auditor is one",
  ]);
});

Deno.test("checkDelegation() reads the registry, and says when it cannot", () => {
  const repository = Deno.makeTempDirSync();
  try {
    const configuration = { registry: "agents.json", agents: { a: { port: 1, token: "tokens" } } };
    const missing = findingsOf(configuration, { repository });
    assertEquals(missing.map((line) => line.split(":")[0]), [
      "warn delegate.registry",
      "ok delegate.a",
    ]);
    Deno.writeTextFileSync(
      `${repository}/agents.json`,
      '{"agents":{"a":{"port":7},"b":{"port":8}}}',
    );
    assertEquals(findingsOf(configuration, { repository }), [
      "ok delegate.a: 127.0.0.1:7, token of delegate.agents.a.token",
      "warn delegate.b: 127.0.0.1:8, without a token, which gateways refuse",
    ]);
  } finally {
    Deno.removeSync(repository, { recursive: true });
  }
});

Deno.test("checkDelegation() names variables that tokens of channels are to come from", () => {
  const acl = { "nx-lead": [], editor: [] };
  const channel_context = { command: ["fetch"], token_env: "CHAT_{CALLER}" };
  const env = { CHAT_EDITOR: "value" };
  const prefix =
    "warn delegate.channel_context: --channel-context needs variables that are not set: ";
  assertEquals(findingsOf({ acl, channel_context }, { env }).slice(1), [`${prefix}CHAT_NX_LEAD`]);
  const own = { command: ["fetch"], token_env: "CHAT" };
  assertEquals(findingsOf({ channel_context: own }, { env }).slice(1), [`${prefix}CHAT`]);
  assertEquals(findingsOf({ channel_context: { token_env: "CHAT" } }).length, 1);
});
