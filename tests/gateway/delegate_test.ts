/** `macp delegate` against a real gateway that allows session keys. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { execTask, exists, inFolder, macpPath } from "../e2e/harness.ts";
import { agentThat, filled, type Told } from "./agent_of_message.ts";
import { hookToken, withGateway } from "./gateway.ts";
import { eventsOf, install, Scene } from "./scene.ts";

const agents = {
  stranger: { agent_id: "nobody" },
  chatter: { channel: "discord", to: "channel:dl-{agent}" },
  lost: { hook_path: "/hooks/nothing" },
};

Deno.test({
  name: "macp delegate asks an agent of a real gateway",
  ignore: install === null,
  fn: (t) =>
    inFolder((folder) =>
      withGateway(install ?? "", { sessionKeys: true, webPages: false }, async (gateway) => {
        const scene = new Scene(folder, gateway);
        await scene.prepare(agents);
        for (const [name, step] of Object.entries(steps)) await t.step(name, () => step(scene));
      })
    ),
});

/** Each in order; the last one ends the gateway. */
const steps: Record<string, (scene: Scene) => Promise<void>> = {
  "exits 0 with the answer that the agent wrote": async (scene) => {
    const { provider } = scene.gateway;
    const told: Told[] = [];
    provider.model = agentThat((message) => {
      told.push(message);
      return filled(message, { result: { files: 3 } });
    });
    const task = 'Count the files, "quoted", of {{runId}} — naïve \u{1f600}';
    const args = ["--run-id", "count-1", "--workflow-id", "w-1", "--step-id", "s-1"];
    const { code, stderr, answer, log } = await scene.delegate(["counter", task, ...args]);
    assertEquals([code, stderr], [0, ""]);
    assertEquals([answer.status, answer.result], ["complete", { files: 3 }]);
    assertEquals([answer.runId, answer.agent], ["count-1", "counter"]);
    assertEquals([answer.workflowRunId, answer.stepId], ["w-1", "s-1"]);
    assertEquals(eventsOf(log), ["attempt_start 1", "complete 1"]);
    assertEquals(told.length, 1);
    assertEquals(told[0]?.path, scene.answerPath("count-1"));
    assertEquals(told[0]?.form.runId, "count-1");
    assertStringIncludes(told[0]?.prompt ?? "", task);
    assertStringIncludes(told[0]?.prompt ?? "", "Task: orchestrate:count-1");
  },

  "exits 0 with attempt 2 when the first answer is invalid and the second is not": async (
    scene,
  ) => {
    const notes: (string | null)[] = [];
    scene.gateway.provider.model = agentThat((told) => {
      notes.push(told.retry);
      const wrong = { deliverable: { type: "poem", title: "x", path: null, summary: "y" } };
      return filled(told, told.retry === null ? wrong : { result: "better" });
    });
    const args = ["--run-id", "twice-1", "--retries", "2"];
    const { code, answer, log } = await scene.delegate(["counter", "Count again", ...args]);
    assertEquals([code, answer.status, answer.result], [0, "complete", "better"]);
    assertEquals(eventsOf(log), [
      "attempt_start 1",
      "validation_failed 1",
      "attempt_start 2",
      "complete 2",
    ]);
    assertEquals(notes.length, 2);
    assertStringIncludes(notes[1] ?? "", "Invalid deliverable type: 'poem'");
    assert(exists(scene.answerPath("twice-1.prev")), "the first answer was not kept");
  },

  "exits 1 and does not ask again when the agent is blocked": async (scene) => {
    scene.gateway.provider.model = agentThat((told) =>
      filled(told, { status: "blocked", result: null, notes: "I may not read that" })
    );
    const args = ["--run-id", "blocked-1", "--retries", "3"];
    const { code, stderr, answer, log } = await scene.delegate(["counter", "Count", ...args]);
    assertEquals([code, answer.status], [1, "blocked"]);
    assertStringIncludes(stderr, "Agent blocked: I may not read that");
    assertEquals(eventsOf(log), ["attempt_start 1", "validation_failed 1"]);
  },

  "gives each of several at once its own answer": async (scene) => {
    scene.gateway.provider.model = agentThat((told) =>
      filled(told, { result: `answer to ${told.form.runId}` })
    );
    const ids = ["one", "two", "three", "four"];
    const ended = await Promise.all(
      ids.map((id) => scene.delegate(["counter", `Question ${id}`, "--run-id", id])),
    );
    assertEquals(
      ended.map(({ code, answer }) => [code, answer.result]),
      ids.map((id) => [0, `answer to ${id}`]),
    );
  },

  "collects later what it did not wait for": async (scene) => {
    let write = () => {};
    const held = new Promise<void>((resolve) => write = resolve);
    scene.gateway.provider.model = agentThat(async (told) => {
      await held;
      return filled(told, { result: "late" });
    });
    const sent = await scene.delegate([
      "counter",
      "Take your time",
      "--no-wait",
      "--run-id",
      "l-1",
    ]);
    assertEquals([sent.code, sent.answer], [0, { status: "sent", runId: "l-1", agent: "counter" }]);
    await scene.untilAsked("Take your time");
    write();
    const { code, answer } = await scene.delegate(["--collect", "l-1", "--timeout", "60"]);
    assertEquals([code, answer.status, answer.result], [0, "complete", "late"]);
  },

  "answers a task of the queue": async ({ repository, gateway }) => {
    gateway.provider.model = agentThat((told) => {
      assertStringIncludes(told.prompt, "Count the stars");
      return filled(told, { result: "many" });
    });
    const metadata = { delegate: { agent: "counter", retries: 2, timeout_seconds: 60 } };
    repository.writeQueue([
      execTask("TASK-9", `${macpPath} delegate`, { title: "Count the stars", metadata }),
    ]);
    const { code, stdout, stderr } = await repository.macp(["drain"], {
      env: { HOOK_TOKEN: hookToken },
    });
    assertEquals(code, 0, stdout + stderr);
    const result = repository.result("TASK-9");
    assertEquals(result.status, "completed");
    const { delegation } = result.metadata?.worker as { delegation: Record<string, unknown> };
    assertEquals([delegation.run_id, delegation.agent], ["task-9-1", "counter"]);
    assertEquals([delegation.status, delegation.confidence], ["complete", "high"]);
  },

  "lists the agent as well": async (scene) => {
    const { code, stdout } = await scene.delegate(["--list"]);
    assertEquals(code, 0);
    assertMatch(stdout, new RegExp(`counter.*127\\.0\\.0\\.1:${scene.gateway.port}`));
  },

  "exits 1 with the reason and asks once when no other try can help": async (scene) => {
    const large = scene.repository.outside("large.txt");
    Deno.writeTextFileSync(large, "x".repeat(262_000));
    const cases: [string, string[], RegExp, Record<string, string>?][] = [
      ["a wrong token", ["counter"], /answered 401.*HOOK_TOKEN/, { HOOK_TOKEN: "wrong-token-42" }],
      ["an agent that macp does not know", ["conter"], /Unknown agent 'conter'/],
      ["an agent that the gateway does not know", ["stranger"], /400.*unknown agentId "nobody"/],
      ["a channel that the gateway does not have", ["chatter"], /400.*channel must be last/],
      ["a path that is no hook", ["lost"], /404.*hook_path/],
      ["a message that is too large", ["counter", "--context", large], /262,144/],
    ];
    for (const [what, [agent = "", ...more], reason, env] of cases) {
      const args = [agent, "Never asked", "--retries", "3", "--timeout", "20", ...more];
      const { code, stderr, answer, log } = await scene.delegate(args, env);
      assertEquals([what, code, answer.status, answer.result], [what, 1, "error", null]);
      assertMatch(String(answer.notes), reason);
      assertMatch(stderr, reason);
      assert(
        !`${stderr}${JSON.stringify(answer)}`.includes("wrong-token-42"),
        "the token is shown",
      );
      const sent = log.filter(({ event }) => event === "attempt_start");
      assert(sent.length <= 1, `${what}: ${sent.length} attempts`);
      assertEquals(log.filter(({ event }) => event === "send_failed").length, 1, what);
    }
    const { turns } = scene.gateway.provider;
    assert(!turns.some(({ prompt }) => prompt.includes("Never asked")), "the agent was asked");
  },

  "exits 1 with the reason when the gateway is killed half-way": async (scene) => {
    scene.gateway.provider.model = () => new Promise(() => {});
    const args = ["--run-id", "half-1", "--retries", "2", "--timeout", "20"];
    const delegated = scene.delegate(["counter", "Count for ever", ...args]);
    await scene.untilAsked("Count for ever");
    scene.gateway.signal("SIGKILL");
    const { code, stderr, answer, log } = await delegated;
    assertEquals([code, answer.status, answer.result], [1, "error", null]);
    assertMatch(String(answer.notes), /Failed to send task after 2 attempts: .*connect/i);
    assertStringIncludes(stderr, String(answer.notes));
    assertEquals(eventsOf(log), [
      "attempt_start 1",
      "timeout 1",
      "attempt_start 2",
      "send_failed 2",
    ]);
  },

  "exits 1 with the reason when the gateway is down": async (scene) => {
    const { code, answer, log } = await scene.delegate(["counter", "Count"]);
    assertEquals([code, answer.status], [1, "error"]);
    assertStringIncludes(String(answer.notes), "Agent 'counter' unreachable at 127.0.0.1:");
    assertEquals(eventsOf(log), ["health_failed 1"]);
  },
};
