/**
 * A real gateway that refuses session keys and shows web pages, as it is set up out of the
 * box: `macp delegate` against it, what it says of an acp hand-over, and whether the
 * stand-in of the other tests answers as it does.
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { inFolder, until } from "../e2e/harness.ts";
import * as standIn from "../e2e/stand_in_gateway.ts";
import { agentThat, filled } from "./agent_of_message.ts";
import { answerTo, type Gateway, gatewayToken, hookToken, withGateway } from "./gateway.ts";
import { eventsOf, install, Scene } from "./scene.ts";

const agents = {
  keyless: { session_key: false },
  page: { health_path: "/status" },
};

Deno.test({
  name: "macp works with a real gateway as it is set up out of the box",
  ignore: install === null,
  fn: (t) =>
    inFolder((folder) =>
      withGateway(install ?? "", { sessionKeys: false, webPages: true }, async (gateway) => {
        const scene = new Scene(folder, gateway);
        await scene.prepare(agents);
        for (const [name, step] of Object.entries(steps)) await t.step(name, () => step(scene));
      })
    ),
});

/** Each in order; the last one ends the gateway. */
const steps: Record<string, (scene: Scene) => Promise<void>> = {
  "macp delegate sends again without the session key, and says so": async (scene) => {
    scene.gateway.provider.model = agentThat((told) => filled(told, { result: "without" }));
    const { code, stderr, answer, log } = await scene.delegate(["counter", "Count"]);
    assertEquals([code, answer.result], [0, "without"]);
    assertStringIncludes(stderr, "refuses session keys");
    assertStringIncludes(stderr, "delegate.agents.counter.session_key");
    assertEquals(eventsOf(log), ["attempt_start 1", "send_error 1", "complete 1"]);
  },

  "macp delegate sends no session key when the settings say so": async (scene) => {
    const { code, stderr, log } = await scene.delegate(["keyless", "Count"]);
    assertEquals([code, stderr], [0, ""]);
    assertEquals(eventsOf(log), ["attempt_start 1", "complete 1"]);
  },

  "macp delegate takes no web page for a healthy gateway": async (scene) => {
    const page = await scene.gateway.get("/status");
    assertEquals([page.status, page.type.split(";")[0]], [200, "text/html"]);
    const { code, answer, log } = await scene.delegate(["page", "Count"]);
    assertEquals(code, 1);
    assertStringIncludes(String(answer.notes), "answers as a web page, not as a gateway");
    assertEquals(eventsOf(log), ["health_failed 1"]);
  },

  "its sessions_spawn takes what an acp task hands over": async (scene) => {
    const handover = await handOver(scene);
    assertMatch(
      spawnFault(await spawn(scene.gateway, handover)),
      /no ACP runtime backend is loaded/,
    );
    // That says nothing of fields that are not looked at before: the same, to be run by itself.
    const { runtime: _, agentId: __, model: ___, ...plain } = handover;
    const asked = scene.gateway.provider.turns.length;
    assertEquals(spawnFault(await spawn(scene.gateway, plain)), "");
    await until(
      "the turn of the child",
      () =>
        scene.gateway.provider.turns.slice(asked).some(({ prompt }) =>
          prompt.includes("Paint the shed")
        ),
      60_000,
    );
    // It does refuse what is wrong.
    const wrong: [Record<string, unknown>, RegExp][] = [
      [{ taskName: "TASK-7" }, /Invalid taskName/],
      [{ timeoutSeconds: 5 }, /does not support "timeoutSeconds"/],
      [{ runTimeoutSeconds: 0.5 }, /runTimeoutSeconds must be a non-negative integer/],
      [{ task: undefined }, /task required/],
    ];
    for (const [fields, reason] of wrong) {
      assertMatch(spawnFault(await spawn(scene.gateway, { ...handover, ...fields })), reason);
    }
  },

  "the stand-in of the other tests answers as it does": async ({ gateway }) => {
    gateway.provider.model = () => ({ text: "Done" });
    const agent = () => {};
    await standIn.withGateway({ agent }, async ({ origin }) => {
      for (const [name, request] of Object.entries(requests)) {
        const real = await answerTo(gateway.origin, { token: hookToken, ...request });
        const played = await answerTo(origin, { token: standIn.hookToken, ...request });
        assertEquals([name, formOf(played)], [name, formOf(real)]);
      }
    });
  },

  "macp delegate takes the answer of a gateway that drains, which takes no new task": async (
    scene,
  ) => {
    const { gateway } = scene;
    let write = () => {};
    const held = new Promise<void>((resolve) => write = resolve);
    gateway.provider.model = agentThat(async (told) => {
      await held;
      return filled(told, { result: "in time" });
    });
    const slow = scene.delegate(["counter", "Count slowly", "--timeout", "120"]);
    await scene.untilAsked("Count slowly");
    gateway.signal("SIGTERM");
    await until("draining", async () => (await gateway.get("/readyz")).status === 503);

    const refused = await scene.delegate(["keyless", "Count", "--retries", "2"]);
    assertEquals([refused.code, refused.answer.status], [1, "error"]);
    assertMatch(
      String(refused.answer.notes),
      /after 2 attempts: .* 503 .*suspending or restarting/,
    );
    assertEquals(eventsOf(refused.log), [
      "attempt_start 1",
      "send_failed 1",
      "attempt_start 2",
      "send_failed 2",
    ]);

    write();
    const { code, answer } = await slow;
    assertEquals([code, answer.result], [0, "in time"]);
    await gateway.ended;
  },
};

/** The hand-over of an acp task with all that one can have. */
async function handOver({ repository }: Scene): Promise<Record<string, unknown>> {
  const title = "Paint the shed";
  const args = ["--task-id", "TASK-7", "--title", title, "--dispatch", "acp"];
  const submitted = await repository.macp(["submit", ...args, "--runtime", "codex"]);
  assertEquals(submitted.code, 0, submitted.stderr);
  const metadata = { model: "fake/fake-1", thinking: "low" };
  repository.writeQueue([{ ...repository.task("TASK-7"), metadata }]);
  assertEquals((await repository.macp(["drain"])).code, 3);
  const { code, stdout, stderr } = await repository.macp(["show", "TASK-7", "--acp"]);
  assertEquals(code, 0, stderr);
  const handover = JSON.parse(stdout);
  assertEquals([handover.runtime, handover.agentId, handover.label], ["acp", "codex", title]);
  return handover;
}

function spawn(gateway: Gateway, args: Record<string, unknown>): Promise<string> {
  const body = { tool: "sessions_spawn", args };
  return gateway.post("/tools/invoke", body, { token: gatewayToken }).then(({ text }) => text);
}

/** Why the tool refused; empty when it did not. */
function spawnFault(text: string): string {
  const answer: {
    error?: { message?: string };
    result?: { details?: { status?: string; error?: string } };
  } = JSON.parse(text);
  const details = answer.result?.details;
  if (details?.status === "accepted") return "";
  return answer.error?.message ?? details?.error ?? text;
}

/** Requests that the stand-in answers as well; the hook's address unless another is given. */
const requests: Record<string, Omit<Parameters<typeof answerTo>[1], "token"> & { token?: string }> =
  {
    "health": { path: "/healthz", method: "GET" },
    "a task": { body: { message: "x", deliver: false } },
    "a task with a key": { body: { message: "y" }, headers: { "idempotency-key": "r:1" } },
    "a wrong token": { body: { message: "x" }, token: "wrong" },
    "a token in the address": { path: "/hooks/agent?token=abc", body: { message: "x" } },
    "no JSON": { body: "{nope" },
    "no message": { body: {} },
    "an empty message": { body: { message: "" } },
    "a session key": { body: { message: "x", sessionKey: "hook:orchestrate:r:1" } },
    "another method": { method: "GET" },
    "another path": { path: "/hooks/nothing", body: { message: "x" } },
    "the largest body": { body: bodyOf(262_144) },
    "a larger body": { body: bodyOf(262_145) },
  };

/** A body of so many bytes. */
function bodyOf(bytes: number): string {
  const empty = JSON.stringify({ deliver: false, message: "" });
  return JSON.stringify({ deliver: false, message: "x".repeat(bytes - empty.length) });
}

/** What macp reads of an answer: all but the words. */
function formOf({ status, type, text }: { status: number; type: string; text: string }): unknown {
  const kind = type.split(";")[0] ?? "";
  if (kind !== "application/json") return { status, kind };
  const types = Object.entries(JSON.parse(text)).map(([name, value]) => [
    name,
    typeof value === "boolean" ? value : typeof value,
  ]);
  return { status, kind, types };
}
