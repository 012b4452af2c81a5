/** `macp delegate`: every end of the way, and what is printed there. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { eventsOf, printed, withAgent } from "./delegation_scene.ts";
import { exists, fingerprint, type Ran, until } from "./harness.ts";
import { answerOf, hookToken, putAnswer, putFile } from "./stand_in_gateway.ts";

Deno.test("macp delegate prints the answer of the agent when it is complete", async () => {
  await withAgent({ sessionKeys: true }, async ({ delegate, gateway, log }) => {
    const ran = await delegate(["webster", "What is new?", "--run-id", "run-1"]);
    assertEquals(ran, { ...ran, code: 0, stderr: "" });
    const { latencyMs, totalMs, ...answer } = printed(ran);
    assertEquals(answer, answerOf("run-1"));
    assertEquals([typeof latencyMs, typeof totalMs], ["number", "number"]);
    const [task] = gateway.admitted;
    assertEquals(gateway.requests.length, 1);
    assertEquals(task?.headers["idempotency-key"], "run-1:1");
    assertEquals(task?.headers.authorization, `Bearer ${hookToken}`);
    assertEquals(task?.fields, {
      ...task?.fields,
      name: "orchestrate:run-1",
      sessionKey: "hook:orchestrate:run-1:1",
      deliver: true,
      wakeMode: "now",
      timeoutSeconds: 600,
    });
    assertStringIncludes(String(task?.fields.message), "What is new?");
    assertEquals(eventsOf(log()), ["attempt_start", "complete"]);
    assertEquals(exists(`${task?.handoffPath.replace(/json$/, "lock")}`), false);
  });
});

Deno.test("macp delegate tells partial, blocked, failed, malformed and silent agents apart", async () => {
  const agent = (task: Parameters<typeof putAnswer>[0]) => {
    if (task.runId === "silent") return;
    if (task.runId === "malformed") return putFile(task.handoffPath, '{"status": "compl');
    putAnswer(task, { status: task.runId, notes: `Notes of ${task.runId}`, confidence: "low" });
  };
  await withAgent({ agent, sessionKeys: true }, async ({ delegate, log }) => {
    const ask = (runId: string, ...more: string[]) =>
      delegate(["webster", "Do", "--run-id", runId, ...more]);
    const [partial, blocked, failed, malformed, silent] = await Promise.all([
      ask("partial"),
      ask("blocked", "--retries", "3"),
      ask("failed"),
      ask("malformed"),
      ask("silent", "--timeout", "1"),
    ]);
    assertEquals([partial.code, printed(partial).status, partial.stderr], [0, "partial", ""]);
    assertEquals([blocked.code, printed(blocked).status], [1, "blocked"]);
    assertEquals(printed(blocked), {
      ...printed(blocked),
      result: "Answer of blocked",
      notes: "Notes of blocked",
      code: "agent_blocked",
    });
    assertMatch(blocked.stderr, /^error: Agent blocked: Notes of blocked$/m);
    assertEquals([failed.code, printed(failed).status], [1, "failed"]);
    assertMatch(failed.stderr, /^error: Agent reported failure: Notes of failed$/m);
    assertEquals([malformed.code, printed(malformed).status], [1, "malformed"]);
    assertEquals(printed(malformed).result, '{"status": "compl');
    assertEquals([silent.code, printed(silent).status, printed(silent).result], [
      1,
      "timeout",
      null,
    ]);
    assertEquals(printed(silent).notes, "Agent did not respond within 1s (attempt 1/1)");
    assertMatch(silent.stderr, /^hint: .*macp delegate --collect silent$/m);
    assertEquals(eventsOf(log("partial")), ["attempt_start", "complete"]);
    assertEquals(eventsOf(log("blocked")), ["attempt_start", "validation_failed"]);
    assertEquals(eventsOf(log("failed")), ["attempt_start", "validation_failed"]);
    assertEquals(eventsOf(log("malformed")), ["attempt_start", "validation_failed"]);
    assertEquals(eventsOf(log("silent")), ["attempt_start", "timeout"]);
  });
});

Deno.test("macp delegate asks again when an answer is not good, and says why", async () => {
  const agent = (task: Parameters<typeof putAnswer>[0]) =>
    task.index === 0
      ? putAnswer(task, { deliverable: { type: "poem", summary: "Verse" } })
      : putAnswer(task, { result: "second" });
  await withAgent({ agent, sessionKeys: true }, async ({ delegate, gateway, log, handoff }) => {
    const ran = await delegate(["webster", "Do", "--run-id", "twice", "--retries", "2"]);
    assertEquals([ran.code, printed(ran).result], [0, "second"]);
    assertEquals(gateway.admitted.map(({ headers }) => headers["idempotency-key"]), [
      "twice:1",
      "twice:2",
    ]);
    const [first, second] = gateway.admitted.map(({ fields }) => String(fields.message));
    assertEquals(first?.includes("RETRY"), false);
    assertStringIncludes(second ?? "", "RETRY (attempt 2)");
    assertStringIncludes(second ?? "", "Invalid deliverable type: 'poem'");
    assertEquals(eventsOf(log()), [
      ...["attempt_start", "validation_failed"],
      ...["attempt_start", "complete"],
    ]);
    assertEquals(log().map(({ attempt }) => attempt), [1, 1, 2, 2]);
    assertEquals(exists(handoff("twice.prev.json")), true);
  });
});

Deno.test("macp delegate takes an answer that arrives between retries, and sends nothing more", async () => {
  let late: (() => void) | null = null;
  const agent = (task: Parameters<typeof putAnswer>[0]) => {
    putAnswer(task, { status: "failed", notes: "not yet" });
    late = () => putAnswer(task, { result: "late" });
  };
  await withAgent({ agent, sessionKeys: true }, async ({ delegate, gateway, log, handoff }) => {
    const running = delegate(["webster", "Do", "--run-id", "late", "--retries", "3"]);
    await until("the bad answer was moved", () => exists(handoff("late.prev.json")));
    late?.();
    const ran = await running;
    assertEquals([ran.code, printed(ran).result], [0, "late"]);
    assertEquals(gateway.requests.length, 1);
    assertEquals(eventsOf(log()), [
      "attempt_start",
      "validation_failed",
      "attempt_start",
      "late_arrival",
    ]);
  });
});

Deno.test("macp delegate takes an answer that arrives while a failed send pauses", async () => {
  const hook = () => new Response("draining", { status: 503 });
  await withAgent({ hook }, async ({ delegate, gateway, log, handoff }) => {
    const running = delegate(["webster", "Do", "--run-id", "late", "--retries", "2"]);
    await until("the send failed", () => eventsOf(log()).includes("send_failed"));
    putFile(handoff("late.json"), JSON.stringify(answerOf("late")));
    const ran = await running;
    assertEquals([ran.code, printed(ran).status], [0, "complete"]);
    assertEquals(gateway.requests.length, 1);
    assertEquals(eventsOf(log()).at(-1), "late_arrival");
  });
});

Deno.test("macp delegate --no-wait prints the run id, and --collect takes the answer later", async () => {
  let answer: (() => void) | null = null;
  const agent = (task: Parameters<typeof putAnswer>[0]) => answer = () => putAnswer(task);
  await withAgent({ agent, sessionKeys: true }, async ({ delegate, gateway, log }) => {
    const trace = ["--workflow-id", "flow-1", "--step-id", "step-2"];
    const sent = await delegate(["webster", "Do", "--no-wait", ...trace]);
    const { runId, ...rest } = printed(sent);
    assertMatch(String(runId), /^orch-\d{10}-[0-9a-f]{8}$/);
    assertEquals(sent.code, 0);
    assertEquals(rest, {
      ...{ status: "sent", agent: "webster" },
      ...{ workflowRunId: "flow-1", stepId: "step-2" },
    });
    const early = await delegate(["--collect", String(runId), "--timeout", "0"]);
    assertEquals([early.code, printed(early).status], [1, "timeout"]);
    answer?.();
    const collected = await delegate(["--collect", String(runId)]);
    assertEquals([collected.code, collected.stderr], [0, ""]);
    assertEquals(printed(collected), {
      ...printed(collected),
      ...answerOf(String(runId)),
      ...{ workflowRunId: "flow-1", stepId: "step-2" },
    });
    assertEquals(gateway.requests.length, 1);
    assertEquals(eventsOf(log()), ["attempt_start", "timeout", "complete"]);
    assertEquals(log().map(({ workflowRunId, stepId }) => `${workflowRunId} ${stepId}`), [
      ...["flow-1 step-2", "flow-1 step-2", "flow-1 step-2"],
    ]);
    const unknown = await delegate(["--collect", "other"]);
    assertEquals([unknown.code, printed(unknown).code], [2, "unknown_run"]);
  });
});

Deno.test("macp delegate --collect waits for the answer, and judges it as it was asked for", async () => {
  const agent = (task: Parameters<typeof putAnswer>[0]) => {
    if (task.runId === "bare") putFile(task.handoffPath, '{"status":"complete","result":7}');
  };
  await withAgent({ agent, sessionKeys: true }, async ({ delegate, handoff }) => {
    const noWait = (runId: string, ...more: string[]) =>
      delegate(["webster", "Do", "--no-wait", "--run-id", runId, ...more]);
    await Promise.all([noWait("slow"), noWait("bare", "--no-validate")]);
    const waiting = delegate(["--collect", "slow"]);
    putFile(handoff("slow.json"), JSON.stringify(answerOf("slow", { confidence: 3 })));
    const slow = await waiting;
    assertEquals([slow.code, printed(slow).code], [1, "answer_invalid"]);
    const bare = await delegate(["--collect", "bare"]);
    assertEquals([bare.code, printed(bare).result], [0, 7]);
    const strict = await delegate(["--collect", "bare", "--validate"]);
    assertEquals(strict.code, 1);
    assertMatch(strict.stderr, /Missing fields: schemaVersion, confidence, timestamp/);
    assertEquals(exists(handoff("bare.json")), true);
  });
});

Deno.test("macp delegate --format text prints the result alone", async () => {
  const agent = (task: Parameters<typeof putAnswer>[0]) =>
    task.runId === "bad"
      ? putAnswer(task, { status: "failed", notes: "no" })
      : putAnswer(task, { result: task.runId === "list" ? [1, { a: 2 }] : "line 1\n\tline 2" });
  await withAgent({ agent, sessionKeys: true }, async ({ delegate }) => {
    const ask = (runId: string, ...more: string[]) =>
      delegate(["webster", "Do", "--run-id", runId, "--format", "text", ...more]);
    const [text, list, bad, sent] = await Promise.all([
      ...[ask("text"), ask("list"), ask("bad"), ask("sent", "--no-wait")],
    ]);
    assertEquals(text?.stdout, "line 1\n\tline 2\n");
    assertEquals(JSON.parse(list?.stdout ?? ""), [1, { a: 2 }]);
    assertEquals([bad?.code, bad?.stdout], [1, ""]);
    assertMatch(bad?.stderr ?? "", /^error: Agent reported failure: no$/m);
    assertEquals(sent?.stdout, "sent\n");
  });
});

Deno.test("macp delegate --json prints one document with a version, and errors as JSON", async () => {
  await withAgent({ sessionKeys: true }, async ({ delegate }) => {
    const good = await delegate(["webster", "Do", "--json"]);
    assertEquals([good.code, printed(good).schema_version], [0, 1]);
    const bad = await delegate(["webstre", "Do", "--json"]);
    assertEquals([bad.code, printed(bad).code], [1, "unknown_agent"]);
    const { error } = JSON.parse(bad.stderr);
    assertEquals(error, { ...error, code: "unknown_agent", exit_code: 1 });
    assertEquals(error.hints[0], "Did you mean webster?");
  });
});

Deno.test("macp delegate clamps counts, and refuses what is asked wrongly with 2", async () => {
  const hook = () => new Response("no", { status: 401 });
  await withAgent({ hook }, async ({ delegate, gateway, log }) => {
    const wrong: [string[], RegExp][] = [
      [[], /AGENT is missing/],
      [["webster"], /TASK is missing/],
      [["webster", " "], /TASK is empty/],
      [["webster", "Do", "--run-id", "../x"], /run id/],
      [["webster", "Do", "--run-id", "a.prev"], /run id/],
      [["webster", "Do", "--retries", "many"], /--retries as it is no number/],
      [["webster", "Do", "--context", "missing.md"], /no such file: .*missing\.md/],
      [["webster", "Do", "--context", "."], /it is a folder/],
      [["webster", "Do", "--context", "/dev/zero"], /it is a pipe or a device/],
      [["webster", "Do", "--timeout", "0.5"], /--timeout as it is less than 1: 0\.5/],
      [["webster", "Do", "--channel-messages", "3"], /without --channel-context/],
      [["--collect", "some", "--retries", "2"], /--retries with --collect/],
      [["--list", "--no-wait"], /--no-wait with --list/],
      [["webster", "Do", "--nonsense"], /--nonsense/],
      [["webster", "Do", "--wait", "--no-wait"], /together/],
      [["webster", "Do", "--channel-context", "general"], /without --caller/],
      [["webster", "Do", "--format", "xml"], /json, text/],
    ];
    const ran = await Promise.all(wrong.map(([args]) => delegate(args)));
    for (const [index, [args, message]] of wrong.entries()) {
      assertEquals([args, ran[index]?.code], [args, 2]);
      assertEquals(JSON.parse(ran[index]?.stdout ?? "").status, "error");
      assertMatch(ran[index]?.stderr ?? "", message);
    }
    assertEquals(log(), []);
    assertEquals(gateway.requests.length, 0);
    const clamped = await Promise.all(
      ["0", "-4", "99"].map((count) => delegate(["webster", "Do", `--retries=${count}`])),
    );
    for (const one of clamped) {
      assertEquals(one.code, 1);
      assertMatch(one.stderr, /--retries goes from 1 to 3: [13] counts, not/);
      assertMatch(printed(one).notes ?? "", /^Failed to send task after 1 attempt: /);
    }
  });
});

Deno.test("macp delegate takes what it asked before under the run id, and no other question", async () => {
  await withAgent({ sessionKeys: true }, async ({ delegate, gateway, log, handoff }) => {
    const ask = (task: string) => delegate(["webster", task, "--run-id", "same"]);
    assertEquals((await ask("Do")).code, 0);
    const again = await ask("Do");
    assertEquals([again.code, printed(again).status], [0, "complete"]);
    assertEquals(gateway.requests.length, 1);
    assertEquals(eventsOf(log()), ["attempt_start", "complete", "late_arrival"]);
    const before = Deno.readTextFileSync(handoff("same.json"));
    const other = await ask("Do something else");
    assertEquals([other.code, printed(other).code, printed(other).runId], [
      2,
      "run_id_taken",
      "same",
    ]);
    assertMatch(other.stderr, /another question was asked under this run id: same/);
    assertEquals(Deno.readTextFileSync(handoff("same.json")), before);
  });
});

Deno.test("macp delegate asks anew when the answer under the run id was not good", async () => {
  const agent = (task: Parameters<typeof putAnswer>[0]) =>
    putAnswer(task, task.index === 0 ? { status: "failed", notes: "first" } : {});
  await withAgent({ agent, sessionKeys: true }, async ({ delegate, gateway }) => {
    const ask = () => delegate(["webster", "Do", "--run-id", "again"]);
    assertEquals((await ask()).code, 1);
    assertEquals((await ask()).code, 0);
    assertEquals(gateway.admitted.length, 2);
    assertStringIncludes(String(gateway.admitted[1]?.fields.message), "first");
  });
});

Deno.test("macp delegate moves an answer aside that nobody asked for", async () => {
  await withAgent({ sessionKeys: true }, async ({ delegate, gateway, handoff, repository }) => {
    Deno.mkdirSync(repository.state("handoffs"));
    putFile(handoff("old.json"), JSON.stringify(answerOf("old", { result: "stale" })));
    const ran = await delegate(["webster", "Do", "--run-id", "old"]);
    assertEquals([ran.code, printed(ran).result], [0, "Answer of old"]);
    assertMatch(ran.stderr, /^warning: .*nobody asked for/);
    assertEquals(gateway.requests.length, 1);
    assertStringIncludes(Deno.readTextFileSync(handoff("old.prev.json")), "stale");
  });
});

Deno.test("macp delegate keeps a second process out of its run", async () => {
  let answer: (() => void) | null = null;
  const agent = (task: Parameters<typeof putAnswer>[0]) => answer = () => putAnswer(task);
  await withAgent({ agent, sessionKeys: true }, async ({ delegate, gateway, handoff }) => {
    const ask = () => delegate(["webster", "Do", "--run-id", "one"]);
    const first = ask();
    await until("the task was admitted", () => answer);
    const second = await ask();
    assertEquals([second.code, printed(second).code], [4, "run_busy"]);
    answer?.();
    assertEquals((await first).code, 0);
    assertEquals(gateway.requests.length, 1);
    assertEquals(exists(handoff("one.lock")), false);
  });
});

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`macp delegate ends with ${code} at ${signal}, and the answer can be collected`, async () => {
    let answer: (() => void) | null = null;
    const agent = (task: Parameters<typeof putAnswer>[0]) => answer = () => putAnswer(task);
    await withAgent({ agent, sessionKeys: true }, async ({ repository, delegate }) => {
      const running = repository.start(["delegate", "webster", "Do", "--run-id", "cut"], {
        env: { HOOK_TOKEN: hookToken },
      });
      await until("the task was admitted", () => answer);
      // The signal must meet the wait, not the send that is about to return.
      await new Promise((resolve) => setTimeout(resolve, 100));
      running.kill(signal);
      const ran = await running.ended;
      assertEquals(ran.code, code);
      assertMatch(ran.stderr, /macp delegate --collect cut/);
      answer?.();
      assertEquals((await delegate(["--collect", "cut"])).code, 0);
    });
  });
}

Deno.test("100 calls of macp delegate at once each get their own answer", async () => {
  const waiting: Parameters<typeof putAnswer>[0][] = [];
  const agent = (task: Parameters<typeof putAnswer>[0]) => {
    // None is answered before all were asked; the last is answered first.
    if (waiting.push(task) === 100) waiting.reverse().forEach((task) => putAnswer(task));
  };
  await withAgent({ agent, sessionKeys: true }, async ({ delegate, gateway, log }) => {
    const running: Promise<Ran>[] = [];
    for (let number = 0; number < 100; number++) {
      const args = ["webster", `Question ${number}`, "--run-id", `run-${number}`];
      running.push(delegate([...args, "--timeout", "120"]));
      // To start a program holds this one up, and the gateway in it.
      await new Promise((resolve) => setTimeout(resolve));
    }
    for (const [number, ran] of (await Promise.all(running)).entries()) {
      assertEquals([ran.code, ran.stderr], [0, ""]);
      assertEquals(printed(ran).result, `Answer of run-${number}`);
    }
    assertEquals(gateway.admitted.length, 100);
    assertEquals(log().length, 200);
  });
});

Deno.test("macp delegate --dry-run says what would be asked, and changes nothing", async () => {
  await withAgent({}, async ({ delegate, gateway, repository, handoff }) => {
    const before = fingerprint(repository.state());
    const dry = (...args: string[]) => delegate([...args, "--run-id", "dry", "--dry-run"]);
    const [whole, text, unknown] = await Promise.all([
      dry("webster", "What is new?"),
      dry("webster", "What is new?", "--format", "text"),
      dry("nobody", "What is new?"),
    ]);
    assertEquals([whole.code, text.code, unknown.code], [0, 0, 1]);
    const { message, notes, ...plan } = printed(whole);
    assertEquals(notes, "Nothing was sent, and the gateway was not asked for its health");
    assertEquals(text.stderr, `note: ${notes}\n`);
    assertEquals(plan, {
      ...{ status: "planned", gateway: gateway.origin.slice("http://".length) },
      ...{ answer: handoff("dry.json"), runId: "dry", agent: "webster" },
    });
    assertEquals(text.stdout, `${message}\n`);
    assertStringIncludes(text.stdout, "What is new?");
    assertEquals(gateway.requests.length + gateway.healthChecks, 0);
    assertEquals(fingerprint(repository.state()), before);
  });
});
