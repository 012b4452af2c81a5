import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { realWorld } from "../../../src/host/world.ts";
import { MacpError } from "../../../src/protocol/errors.ts";
import type { ExecConfig } from "../../../src/protocol/generated/types.ts";
import { resolveSettings } from "../../../src/protocol/settings.ts";
import { execSink } from "../../../src/sinks/exec.ts";
import type { Sink } from "../../../src/sinks/sink.ts";
import { eventOf, never } from "./test_receiver.ts";

/** Runs a test with a folder and a sink whose commands run in it. */
async function withFolder(
  test: (folder: string, sinkOf: (config: ExecConfig) => Sink) => Promise<void>,
): Promise<void> {
  const folder = Deno.makeTempDirSync();
  const env = { PATH: "/usr/bin:/bin", OWN: "own-secret", KEPT: "kept", GIT_DIR: "/elsewhere" };
  const place = { repository: folder, ownSecrets: ["OWN"] };
  const sinkOf = (config: ExecConfig) => {
    const layers = [{ origin: "test", values: { macp: { exec: config } } }];
    return execSink({ ...realWorld(), env }, resolveSettings(layers).settings.macp.exec, place);
  };
  try {
    await test(folder, sinkOf);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("execSink() gives the command the event as a line of JSON", () =>
  withFolder(async (folder, sinkOf) => {
    const event = eventOf({ message: "it's\nGrüße $(touch evil) `touch evil` \u0000" });
    const sink = sinkOf({ command: "cat > got.json; env > env.txt; pwd > pwd.txt" });
    assertEquals(await sink.deliver(event, never()), { kind: "delivered" });
    const read = (name: string) => Deno.readTextFileSync(join(folder, name));
    assertEquals(read("got.json"), `${JSON.stringify(event)}\n`);
    assertEquals(read("pwd.txt").trim(), Deno.realPathSync(folder));
    const env = read("env.txt");
    assertMatch(env, new RegExp(`^MACP_EVENT_ID=${event.event_id}$`, "m"));
    assertMatch(env, /^MACP_EVENT_TYPE=task\.completed$/m);
    assertMatch(env, /^MACP_TASK_ID=TASK-001$/m);
    assertMatch(env, /^KEPT=kept$/m);
    assertEquals(/own-secret|GIT_DIR/.test(env), false);
    assertEquals([...Deno.readDirSync(folder)].some(({ name }) => name === "evil"), false);
  }));

Deno.test("execSink() delivers an event larger than a pipe, whether it is read or not", () =>
  withFolder(async (folder, sinkOf) => {
    const event = eventOf({ message: "x".repeat(900_000) });
    const reading = sinkOf({ command: "wc -c > size.txt" });
    assertEquals(await reading.deliver(event, never()), { kind: "delivered" });
    const size = Number(Deno.readTextFileSync(join(folder, "size.txt")));
    assertEquals(size, JSON.stringify(event).length + 1);
    assertEquals(await sinkOf({ command: "true" }).deliver(event, never()), { kind: "delivered" });
  }));

for (
  const [command, expected] of [
    ["exit 0", { kind: "delivered" }],
    ["echo first; echo 'no such user' >&2; exit 65", {
      kind: "refused",
      reason: "the command ended with 65: no such user",
    }],
    ["exit 1", { kind: "retry", reason: "the command ended with 1", afterMs: null }],
    ["exit 75", { kind: "retry", reason: "the command ended with 75", afterMs: null }],
    ["kill -9 $$", { kind: "retry", reason: "the command ended with 137", afterMs: null }],
  ] as const
) {
  Deno.test(`execSink() tells "${expected.kind}" after ${command}`, () =>
    withFolder(async (_folder, sinkOf) => {
      assertEquals(await sinkOf({ command }).deliver(eventOf(), never()), expected);
    }));
}

Deno.test("execSink() tries again when there is no such command", () =>
  withFolder(async (_folder, sinkOf) => {
    const outcome = await sinkOf({ command: "no-such-command-anywhere" }).deliver(
      eventOf(),
      never(),
    );
    assertEquals(outcome.kind, "retry");
    if (outcome.kind === "retry") assertMatch(outcome.reason, /^the command ended with 127: /);
  }));

Deno.test("execSink() ends a command that takes too long, and what it started", () =>
  withFolder(async (folder, sinkOf) => {
    const command = "echo $$ > pid; sleep 1000 & echo $! > child; wait";
    const outcome = await sinkOf({ command, timeout_seconds: 0.5 }).deliver(eventOf(), never());
    assertEquals(outcome, {
      kind: "retry",
      reason: "the command did not end in time",
      afterMs: null,
    });
    for (const name of ["pid", "child"]) {
      const pid = Number(Deno.readTextFileSync(join(folder, name)));
      assertEquals(realWorld().processes.identify(pid), null);
    }
  }));

Deno.test("execSink() ends a command when its signal aborts", () =>
  withFolder(async (_folder, sinkOf) => {
    const signal = AbortSignal.timeout(300);
    const outcome = await sinkOf({ command: "sleep 1000" }).deliver(eventOf(), signal);
    assertEquals(outcome.kind, "retry");
  }));

Deno.test("execSink() refuses settings without a command", () =>
  withFolder((_folder, sinkOf) => {
    const error = assertThrows(() => sinkOf({ command: "  " }), MacpError);
    assertEquals(error.code, "sink_unusable");
    return Promise.resolve();
  }));
