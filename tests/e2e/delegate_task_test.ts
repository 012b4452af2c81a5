/** Tasks of the queue that are delegated: `metadata.delegate` and the command `macp delegate`. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { dirname } from "@std/path";
import { eventsOf, type Scene, withAgent } from "./delegation_scene.ts";
import { execTask, macpPath, type TaskFields } from "./harness.ts";
import { type AdmittedTask, hookToken, putAnswer } from "./stand_in_gateway.ts";

/** A task that is delegated to webster. */
function delegated(id: string, options: TaskFields = {}, fields: TaskFields = {}): TaskFields {
  const metadata = { delegate: { agent: "webster", ...options } };
  return execTask(id, "macp delegate", { type: "research", metadata, ...fields });
}

/** Runs the queue, with macp on the PATH and the token in the environment. */
async function drain({ repository }: Scene, tasks: readonly TaskFields[]): Promise<number> {
  repository.writeQueue(tasks);
  const env = {
    PATH: `${dirname(macpPath)}:${repository.env.PATH}`,
    HOOK_TOKEN: hookToken,
    OTHER_TOKEN: "token-of-another-agent",
  };
  return (await repository.macp(["drain"], { env })).code;
}

Deno.test("a delegated task completes with the agent's answer", async () => {
  await withAgent({ sessionKeys: true }, async (scene) => {
    const { repository, gateway, log } = scene;
    const options = { timeout_seconds: 20, workflow_id: "flow", step_id: "one", deliver: false };
    const task = delegated("ASK-1", options, { description: "Which are unmaintained?" });
    assertEquals(await drain(scene, [task]), 0);
    assertEquals(repository.task("ASK-1").status, "completed");
    const { metadata, summary } = repository.result("ASK-1");
    assertEquals(summary, "It is answered");
    assertEquals(metadata?.worker, {
      delegation: {
        ...{ run_id: "ask-1-1", agent: "webster", status: "complete", confidence: "high" },
        deliverable: { type: "analysis", title: "Answer", path: null, summary: "It is answered" },
        result: "Answer of ask-1-1",
      },
    });
    const [admitted] = gateway.admitted;
    assertEquals(admitted?.runId, "ask-1-1");
    assertEquals(admitted?.fields.deliver, false);
    assertStringIncludes(
      String(admitted?.fields.message),
      "# Task ASK-1\n\nWhich are unmaintained?",
    );
    assertEquals(eventsOf(log()), ["attempt_start", "complete"]);
    assertEquals([log()[0]?.workflowRunId, log()[0]?.stepId], ["flow", "one"]);
    assertStringIncludes(repository.log("ASK-1"), '"status": "complete"');
    assertEquals(repository.log("ASK-1").includes(hookToken), false);
  });
});

Deno.test("a delegated task whose agent is blocked waits for a person", async () => {
  const agent = (task: AdmittedTask) =>
    String(task.fields.message).includes("Use the second one")
      ? putAnswer(task)
      : putAnswer(task, { status: "blocked", notes: "Which of the two?" });
  await withAgent({ agent, sessionKeys: true }, async (scene) => {
    const { repository, gateway } = scene;
    const task = delegated("ASK-1", {}, { max_attempts: 3 });
    assertEquals(await drain(scene, [task]), 3);
    assertEquals(repository.task("ASK-1").status, "escalated");
    assertEquals(repository.result("ASK-1").escalation_reason, "Agent blocked: Which of the two?");
    assertEquals(gateway.admitted.length, 1);
    assertEquals((await repository.macp(["reply", "ASK-1", "Use the second one"])).code, 0);
    assertEquals(await drain(scene, repository.readQueue()), 0);
    assertEquals(gateway.admitted.map(({ runId }) => runId), ["ask-1-1", "ask-1-2"]);
  });
});

Deno.test("a delegated task is retried under a run id of its own, and fails as the agent does", async () => {
  const agent = (task: AdmittedTask) => putAnswer(task, { status: "failed", notes: "no data" });
  await withAgent({ agent, sessionKeys: true }, async (scene) => {
    const { repository, gateway } = scene;
    assertEquals(await drain(scene, [delegated("Ask.1", {}, { max_attempts: 2 })]), 1);
    assertEquals(repository.readQueue()[0]?.status, "failed");
    assertEquals(gateway.admitted.length, 2);
    assertEquals(gateway.admitted.map(({ runId }) => runId), ["ask.1-1", "ask.1-2"]);
    assertStringIncludes(String(gateway.admitted[1]?.fields.message), "What went wrong");
  });
});

Deno.test("a delegated task gets the token of its agent and no other, and other tasks get none", async () => {
  const settings = ({ origin }: { origin: string }) => ({
    agents: {
      webster: { url: origin, token_env: "HOOK_TOKEN" },
      other: { url: origin, token_env: "OTHER_TOKEN" },
    },
  });
  await withAgent({ sessionKeys: true }, async (scene) => {
    const { repository } = scene;
    const show = 'echo "names: $(env | cut -d= -f1 | grep _TOKEN | tr "\\n" " ")"';
    const tasks = [
      delegated("OWN", {}, { command: show, quality_gates: [show] }),
      execTask("NONE", show, { type: "research" }),
      delegated("STRANGE", {}, { command: show, metadata: { delegate: { agent: "constructor" } } }),
    ];
    assertEquals(await drain(scene, tasks), 0);
    const names = (id: string) =>
      [...repository.log(id).matchAll(/^names: (.*)$/gm)].map(([, text]) => text?.trim());
    assertEquals(names("OWN"), ["HOOK_TOKEN", ""]);
    assertEquals(names("NONE"), [""]);
    assertEquals(names("STRANGE"), [""]);
  }, settings);
});

Deno.test("a task that is delegated wrongly waits for a person with what is wrong", async () => {
  await withAgent({ sessionKeys: true }, async (scene) => {
    const { repository, gateway } = scene;
    const cases: [string, TaskFields, RegExp][] = [
      ["NONE", {}, /metadata\.delegate is missing/],
      ["NOBODY", { delegate: { timeout_seconds: 3 } }, /metadata\.delegate\.agent names no agent/],
      ["UNKNOWN", { delegate: { agent: "webstr" } }, /Unknown agent 'webstr'/],
      [
        "KEY",
        { delegate: { agent: "webster", retry: 2 } },
        /metadata\.delegate\.retry is not known/,
      ],
      ["TIME", { delegate: { agent: "webster", timeout_seconds: 0 } }, /timeout_seconds is less/],
      ["TOKEN", { delegate: { agent: "other" } }, /OTHER_HOOK_TOKEN is not set/],
      ["TYPE", { delegate: { agent: "webster", retries: "2" } }, /retries is no number: "2"/],
    ];
    await drain(
      scene,
      cases.map(([id, metadata]) =>
        execTask(id, "macp delegate", { type: "research", metadata, max_attempts: 2 })
      ),
    );
    for (const [id, , message] of cases) {
      assertEquals([id, repository.task(id).status], [id, "escalated"]);
      assertMatch(repository.result(id).escalation_reason ?? "", message);
      assertMatch(repository.log(id), message);
    }
    assertEquals(gateway.requests.length, 0);
  }, ({ origin }) => ({
    agents: {
      webster: { url: origin, token_env: "HOOK_TOKEN" },
      other: { url: origin, token_env: "OTHER_HOOK_TOKEN" },
    },
  }));
});

Deno.test("a delegated task keeps the agent's result, shortened and without secrets", async () => {
  const agent = (task: AdmittedTask) =>
    putAnswer(task, { result: `${hookToken} ${"x".repeat(30_000)}` });
  await withAgent({ agent, sessionKeys: true }, async (scene) => {
    assertEquals(await drain(scene, [delegated("ASK-1")]), 0);
    const worker = scene.repository.result("ASK-1").metadata?.worker;
    const { result } = JSON.parse(JSON.stringify(worker)).delegation;
    assertEquals(result.length, 20_000);
    assertMatch(
      result,
      /^\[redacted:[^\]]*\] x+\n\[cut: 30,\d+ characters in the answer's file\]$/,
    );
  });
});

Deno.test("a delegated task whose agent fails says why in the status", async () => {
  const agent = (task: AdmittedTask) => putAnswer(task, { status: "failed", notes: "no data" });
  await withAgent({ agent, sessionKeys: true }, async (scene) => {
    assertEquals(await drain(scene, [delegated("ASK-1")]), 1);
    const status = await scene.repository.macp(["status"]);
    assertMatch(status.stdout, /worker_failed: Agent reported failure: no data/);
  });
});

Deno.test("a delegated task takes an answer that came for its attempt before, once", async () => {
  const answers: AdmittedTask[] = [];
  const agent = (task: AdmittedTask) => {
    answers.push(task);
    if (answers.length > 1) putAnswer(task);
  };
  await withAgent({ agent, sessionKeys: true }, async (scene) => {
    const { repository, gateway } = scene;
    const options = { timeout_seconds: 1 };
    assertEquals(await drain(scene, [delegated("ASK-1", options)]), 1);
    const [first] = answers;
    if (first) putAnswer(first, { result: "late" });
    assertEquals((await repository.macp(["retry", "ASK-1"])).code, 0);
    assertEquals(await drain(scene, repository.readQueue()), 0);
    assertEquals(gateway.admitted.length, 1);
    const worker = repository.result("ASK-1").metadata?.worker;
    const { run_id, result } = JSON.parse(JSON.stringify(worker)).delegation;
    assertEquals([run_id, result], ["ask-1-1", "late"]);
  });
});

Deno.test("a cancelled task ends its delegation", async () => {
  await withAgent({ sessionKeys: true, agent: () => cancel() }, async (scene) => {
    const { repository } = scene;
    cancel = () => repository.macp(["cancel", "ASK-1"]);
    await drain(scene, [delegated("ASK-1", { timeout_seconds: 60 })]);
    assertEquals(repository.task("ASK-1").outcome, "cancelled");
    assertMatch(repository.log("ASK-1"), /macp delegate --collect ask-1-1/);
  });
});

let cancel: () => unknown = () => {};
