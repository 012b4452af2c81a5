import { assertEquals, assertThrows } from "@std/assert";
import { realWorld } from "../../../src/host/world.ts";
import { MacpError } from "../../../src/protocol/errors.ts";
import { parseEventLine, type ReadEvent } from "../../../src/protocol/events.ts";
import type { MacpConfig } from "../../../src/protocol/generated/types.ts";
import { resolveSettings } from "../../../src/protocol/settings.ts";
import {
  enabledSinks,
  type SinkName,
  type SinkOptions,
  tryDoorbells,
  trySinks,
} from "../../../src/sinks/enabled_sinks.ts";
import type { Sink } from "../../../src/sinks/sink.ts";
import type { World } from "../../../src/sys/world.ts";
import { accepting, eventOf, never, withReceiver } from "./test_receiver.ts";

const url = "http://127.0.0.1:9/topic";

function sinksOf(macp: MacpConfig, options: Partial<SinkOptions> = {}, world?: World): Sink[] {
  const { settings } = resolveSettings([{ origin: "test", values: { macp } }]);
  return enabledSinks(world ?? { ...realWorld(), env: {} }, settings.macp, {
    repository: "/srv/shop",
    flags: [],
    json: false,
    print: () => {},
    redaction: { text: (text) => text, event: (event) => event },
    ...options,
  });
}

function namesOf(macp: MacpConfig, options: Partial<SinkOptions> = {}): string[] {
  return sinksOf(macp, options).map(({ name }) => name);
}

Deno.test("enabledSinks() prints lines when nothing is configured", () => {
  assertEquals(namesOf({}), ["stdout"]);
});

Deno.test("enabledSinks() gives the sinks that are enabled, by settings or by a flag", () => {
  const macp: MacpConfig = {
    webhook: { enabled: true },
    slack: { url },
    ntfy: { url },
    exec: { enabled: true, command: "true" },
  };
  assertEquals(namesOf(macp), ["webhook", "exec", "stdout"]);
  const flags: SinkName[] = ["slack", "ntfy"];
  assertEquals(namesOf(macp, { flags }), ["webhook", "slack", "ntfy", "exec", "stdout"]);
});

Deno.test("enabledSinks() prints no lines when Discord gets them, unless it is told to", () => {
  const discord = { enabled: true, url };
  assertEquals(namesOf({ discord }), ["discord"]);
  assertEquals(namesOf({ discord: { url } }), ["stdout"]);
  assertEquals(namesOf({ discord: { url } }, { flags: ["discord"] }), ["discord"]);
  assertEquals(namesOf({}, { flags: ["discord"] }), ["stdout"]);
  assertEquals(namesOf({ discord, stdout: { enabled: true } }), ["discord", "stdout"]);
  assertEquals(namesOf({ discord }, { json: true }), ["discord", "stdout"]);
  assertEquals(namesOf({ stdout: { enabled: false } }), []);
  assertEquals(namesOf({ stdout: { enabled: false } }, { json: true }), []);
});

Deno.test("enabledSinks() prints events themselves with json", async () => {
  const lines: string[] = [];
  const [sink] = sinksOf({}, { json: true, print: (line) => lines.push(line) });
  await sink?.deliver(eventOf({ event_type: "rail.check.passed" }), never());
  assertEquals(lines, [JSON.stringify(eventOf({ event_type: "rail.check.passed" }))]);
});

Deno.test("enabledSinks() names the setting that a sink cannot be made with", () => {
  for (
    const [flags, setting] of [
      ["slack", "macp.slack.url"],
      ["ntfy", "macp.ntfy.url"],
      ["exec", "macp.exec.command"],
    ] as const
  ) {
    const error = assertThrows(() => sinksOf({}, { flags: [flags] }), MacpError);
    assertEquals([error.kind, error.code], ["usage", "sink_unusable"]);
    assertEquals(error.message.startsWith(`Cannot use ${setting} as `), true, error.message);
  }
});

Deno.test("trySinks() makes each sink alone, and tells which it could not make", () => {
  const macp: MacpConfig = {
    webhook: { enabled: true, url: "http://127.0.0.1:9/x" },
    discord: { enabled: true, url: "no address" },
    slack: { enabled: true, url_env: "NO_SUCH_VARIABLE" },
    exec: { enabled: true },
  };
  const { settings } = resolveSettings([{ origin: "test", values: { macp } }]);
  const { made, faults } = trySinks({ ...realWorld(), env: {} }, settings.macp, {
    repository: "/srv/shop",
    flags: [],
    json: false,
    print: () => {},
    redaction: { text: (text) => text, event: (event) => event },
  });
  assertEquals(made.map(({ name }) => name), ["webhook"]);
  assertEquals(faults.map(({ name, error }) => [name, error.setting]), [
    ["discord", "macp.discord.url"],
    ["slack", "macp.slack.url_env"],
    ["exec", "macp.exec.command"],
  ]);
});

Deno.test("enabledSinks() names the variable whose value a sink cannot use", () => {
  const env = {
    ADDRESS: "hooks.example.org/s3cret",
    BLANK: "s3 cret",
    META: "http://169.254.1.1/x",
  };
  for (
    const [macp, message] of [
      [
        { slack: { url_env: "ADDRESS" } },
        "Cannot use macp.slack.url_env as it is no address that begins with http:// or https:// " +
        "(the environment variable ADDRESS)",
      ],
      [
        { slack: { url_env: "META" } },
        "Cannot use macp.slack.url_env as its address is link-local: 169.254.1.1 " +
        "(the environment variable META)",
      ],
      [
        { webhook: { signing_secret_env: "ADDRESS" } },
        "Cannot use macp.webhook.signing_secret_env as it is not whsec_ and base64 of 24 to 64 " +
        "bytes (the environment variable ADDRESS)",
      ],
      [
        { webhook: { auth_token_env: "BLANK" } },
        "Cannot use macp.webhook.auth_token_env as it holds a blank or a character that no header " +
        "can hold (the environment variable BLANK)",
      ],
    ] as const
  ) {
    const flags = Object.keys(macp) as SinkName[];
    const make = () => sinksOf(macp, { flags }, { ...realWorld(), env });
    assertEquals(assertThrows(make, MacpError).message, message);
  }
});

Deno.test("enabledSinks() tells what stands at ca_file when it is no file", () => {
  const of = (ca_file: string) => () => sinksOf({ webhook: { enabled: true, ca_file } });
  for (
    const [path, why] of [
      ["/tmp", "it is a folder, not a file"],
      ["/dev/null", "it is a pipe or a device, not a file"],
      ["/no/such/file", "there is no such file"],
    ] as const
  ) {
    const { message } = assertThrows(of(path), MacpError);
    assertEquals(message, `Cannot use macp.webhook.ca_file as ${why}: ${path}`);
  }
});

Deno.test("enabledSinks() takes secrets out of what it sends and of its reasons", () =>
  withReceiver(
    () => new Response("the word is s3cret", { status: 500 }),
    async ({ origin, port, received, world }) => {
      const hide = (text: string) => text.replaceAll("s3cret", "[redacted:X]");
      const redaction = {
        text: hide,
        event: (event: ReadEvent) => ({ ...event, message: hide(event.message) }),
      };
      const [sink] = sinksOf({ webhook: { enabled: true, url: origin } }, { redaction }, world);
      const outcome = await sink?.deliver(eventOf({ message: "was s3cret" }), never());
      assertEquals(JSON.parse(received[0]?.body ?? "").message, "was [redacted:X]");
      assertEquals(outcome, {
        kind: "retry",
        reason: `127.0.0.1:${port} answered 500: the word is [redacted:X]`,
        afterMs: null,
      });
    },
  ));

Deno.test("enabledSinks() keeps the command from macp's own secrets", () =>
  withReceiver(accepting, async ({ world }) => {
    const env = { ...world.env, PATH: "/usr/bin:/bin", HOOK: url };
    const macp: MacpConfig = {
      webhook: { url_env: "HOOK" },
      exec: { enabled: true, command: '[ -z "$HOOK" ]' },
      stdout: { enabled: false },
    };
    const folder = Deno.makeTempDirSync();
    const [sink] = sinksOf(macp, { repository: folder }, { ...world, env });
    assertEquals(await sink?.deliver(eventOf(), never()), { kind: "delivered" });
    Deno.removeSync(folder, { recursive: true });
  }));

Deno.test("tryDoorbells() gives those that the settings or a flag enable", () => {
  const layers = { macp: { slack: { enabled: true, url }, ntfy: { url } } };
  const { settings } = resolveSettings([{ origin: "test", values: layers }]);
  const bells = (flags: SinkName[]) =>
    tryDoorbells(realWorld(), settings.macp, { repository: "/srv/shop", flags })
      .made.map(({ name }) => name);
  assertEquals(bells([]), ["slack"]);
  assertEquals(bells(["ntfy"]), ["slack", "ntfy"]);
});

const fixtures = new URL("../../fixtures/", import.meta.url);

function fixture(name: string): string {
  return Deno.readTextFileSync(new URL(name, fixtures));
}

for (
  const [name, source] of [
    ["hostile", "messages/hostile.events.ndjson"],
    ["predecessor", "legacy/events.predecessor.ndjson"],
  ] as const
) {
  for (const service of ["discord", "slack", "ntfy", "webhook"] as const) {
    if (name === "hostile" && service === "webhook") continue;
    Deno.test(`a ${service} receiver gets the bytes of the fixture for ${name} events`, () =>
      withReceiver(accepting, async ({ origin, received, world }) => {
        const settings = { enabled: true, url: `${origin}/macp`, event_filter: null };
        const macp: MacpConfig = {
          [service]: settings,
          doorbell: { done_on: "completed", base_url: "https://t3.example/" },
          stdout: { enabled: false },
        };
        const [sink] = sinksOf(macp, {}, world);
        for (const line of fixture(source).trimEnd().split("\n")) {
          const event = parseEventLine(line);
          if (event !== null && sink?.accepts(event)) await sink.deliver(event, never());
        }
        const bodies = received.map(({ body }) => `${body}\n`).join("");
        assertEquals(bodies, fixture(`messages/${name}.${service}.ndjson`));
      }));
  }
}
