/** Handoff files of every kind: what is no answer is told apart, and never hangs. */
import { assertEquals, assertMatch } from "@std/assert";
import { eventsOf, printed, withAgent } from "./delegation_scene.ts";
import { exists } from "./harness.ts";
import { type AdmittedTask, answerOf, putAnswer, putFile } from "./stand_in_gateway.ts";

/** What an agent leaves, and how the call ends. */
interface BadAnswer {
  leave: (task: AdmittedTask) => void;
  status: string;
  code: string;
  notes: RegExp;
}

const gibibyte = 1024 ** 3;

const badAnswers: Record<string, BadAnswer> = {
  "of-1-GB": {
    leave: ({ handoffPath }) => {
      using file = Deno.openSync(handoffPath, { write: true, create: true });
      file.truncateSync(gibibyte);
    },
    ...{ status: "error", code: "answer_unreadable", notes: /has 1073741824 bytes, more than/ },
  },
  "with-NULs": {
    leave: (task) => putFile(task.handoffPath, `${JSON.stringify(answerOf(task.runId))}\0\0`),
    ...{ status: "malformed", code: "answer_malformed", notes: /holds NUL bytes/ },
  },
  "cut-off": {
    leave: (task) => putFile(task.handoffPath, JSON.stringify(answerOf(task.runId)).slice(0, -9)),
    ...{ status: "malformed", code: "answer_malformed", notes: /^Invalid JSON in handoff file: / },
  },
  "of-a-list": {
    leave: (task) => putFile(task.handoffPath, "[1]"),
    ...{ status: "malformed", code: "answer_malformed", notes: /a list, not a JSON object/ },
  },
  "of-deep-lists": {
    leave: (task) => {
      const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
      const text = JSON.stringify(answerOf(task.runId, { result: "DEEP" }));
      putFile(task.handoffPath, text.replace('"DEEP"', deep));
    },
    ...{ status: "malformed", code: "answer_malformed", notes: /nested more than/ },
  },
  "a-symlink": {
    leave: ({ handoffPath }) => {
      const elsewhere = handoffPath.replace(/json$/, "elsewhere");
      putFile(elsewhere, JSON.stringify(answerOf("a-symlink")));
      Deno.symlinkSync(elsewhere, handoffPath);
    },
    ...{ status: "error", code: "answer_unreadable", notes: /it is a symbolic link/ },
  },
  "a-folder": {
    leave: ({ handoffPath }) => Deno.mkdirSync(handoffPath),
    ...{ status: "error", code: "answer_unreadable", notes: /it is a folder/ },
  },
  "a-pipe": {
    leave: ({ handoffPath }) => {
      new Deno.Command("mkfifo", { args: [handoffPath] }).outputSync();
    },
    ...{ status: "error", code: "answer_unreadable", notes: /it is a pipe/ },
  },
  "of-unknown-status": {
    leave: (task) => putAnswer(task, { status: "done" }),
    ...{ status: "error", code: "answer_invalid", notes: /^Invalid status: 'done'$/ },
  },
  "of-unknown-deliverable": {
    leave: (task) => putAnswer(task, { deliverable: { type: "poem", summary: "s" } }),
    ...{ status: "error", code: "answer_invalid", notes: /^Invalid deliverable type: 'poem'/ },
  },
  "without-fields": {
    leave: (task) => putAnswer(task, { confidence: undefined, timestamp: undefined }),
    ...{
      status: "error",
      code: "answer_invalid",
      notes: /^Missing fields: confidence, timestamp$/,
    },
  },
  "of-another-run": {
    leave: (task) => putAnswer(task, { runId: "another" }),
    ...{ status: "error", code: "answer_invalid", notes: /^Answer of another run: 'another'$/ },
  },
};

// Root reads everything.
if (Deno.uid() !== 0) {
  badAnswers.unreadable = {
    leave: (task) => {
      putAnswer(task);
      Deno.chmodSync(task.handoffPath, 0o000);
    },
    ...{ status: "error", code: "answer_unreadable", notes: /[Pp]ermission denied/ },
  };
}

Deno.test("macp delegate tells apart what is no answer, and ends with 1", async () => {
  const agent = (task: AdmittedTask) => badAnswers[task.runId]?.leave(task);
  await withAgent({ agent, sessionKeys: true }, async ({ delegate, log }) => {
    await Promise.all(
      Object.entries(badAnswers).map(async ([runId, { status, code, notes }]) => {
        const ran = await delegate(["webster", "Do", "--run-id", runId]);
        const document = printed(ran);
        assertEquals([ran.code, runId, document.status, document.code], [1, runId, status, code]);
        assertMatch(document.notes ?? "", notes);
        assertMatch(ran.stderr, /^error: [^\n]+\n/);
        assertEquals(eventsOf(log(runId)), ["attempt_start", "validation_failed"]);
        const hasAnswer = code === "answer_invalid";
        assertEquals([runId, typeof document.answer], [runId, hasAnswer ? "object" : "undefined"]);
      }),
    );
  });
});

Deno.test("macp delegate asks again after each of them, and keeps it aside", async () => {
  const agent = (task: AdmittedTask) =>
    task.fields.message?.toString().includes("RETRY")
      ? putAnswer(task)
      : badAnswers[task.runId]?.leave(task);
  await withAgent({ agent, sessionKeys: true }, async ({ delegate, log, handoff, gateway }) => {
    await Promise.all(
      Object.keys(badAnswers).map(async (runId) => {
        const ran = await delegate(["webster", "Do", "--run-id", runId, "--retries", "2"]);
        assertEquals([runId, ran.code, ran.stderr], [runId, 0, ""]);
        assertEquals(eventsOf(log(runId)), [
          ...["attempt_start", "validation_failed", "attempt_start", "complete"],
        ]);
        assertEquals([runId, exists(handoff(`${runId}.prev.json`))], [runId, true]);
      }),
    );
    assertEquals(gateway.admitted.length, 2 * Object.keys(badAnswers).length);
  });
});

Deno.test("macp delegate asks again for a partial answer with low confidence, and takes the last", async () => {
  const agent = (task: AdmittedTask) => putAnswer(task, { status: "partial", confidence: "low" });
  await withAgent({ agent, sessionKeys: true }, async ({ delegate, gateway, log }) => {
    const ran = await delegate(["webster", "Do", "--retries", "2"]);
    assertEquals([ran.code, printed(ran).status, gateway.admitted.length], [0, "partial", 2]);
    assertEquals(eventsOf(log()), [
      ...["attempt_start", "validation_failed", "attempt_start", "complete"],
    ]);
    assertEquals(log()[1]?.detail, "partial with low confidence");
  });
});

Deno.test("macp delegate waits for a file that grows until it is whole", async () => {
  const agent = async (task: AdmittedTask) => {
    const text = JSON.stringify(answerOf(task.runId));
    for (const part of [text.slice(0, 40), text.slice(40, 200), text.slice(200)]) {
      Deno.writeTextFileSync(task.handoffPath, part, { append: true });
      await new Promise((resolve) => setTimeout(resolve, 700));
    }
  };
  await withAgent({ agent, sessionKeys: true }, async ({ delegate }) => {
    const ran = await delegate(["webster", "Do"]);
    assertEquals([ran.code, printed(ran).status], [0, "complete"]);
  });
});

Deno.test("macp delegate --no-validate takes status and result, and nothing less", async () => {
  const agent = (task: AdmittedTask) =>
    putFile(
      task.handoffPath,
      task.runId === "less" ? '{"status":"complete"}' : '{"status":"complete","result":null}',
    );
  await withAgent({ agent, sessionKeys: true }, async ({ delegate }) => {
    const ask = (runId: string) => delegate(["webster", "Do", "--run-id", runId, "--no-validate"]);
    const [bare, less] = await Promise.all([ask("bare"), ask("less")]);
    assertEquals([bare.code, printed(bare).result], [0, null]);
    assertEquals([less.code, printed(less).notes], [1, "Missing fields: result"]);
  });
});

Deno.test("macp delegate runs nothing of an answer, and prints it without secrets", async () => {
  const secret = "value-of-a-secret-9f8e7d";
  const agent = (task: AdmittedTask) =>
    putAnswer(task, {
      result: `$(touch /tmp/never) ${secret}`,
      ...{ schema_version: 7, latencyMs: "agent's", agent: "mallory", constructor: "x" },
    });
  await withAgent({ agent, sessionKeys: true }, async ({ delegate, log }) => {
    const ran = await delegate(["webster", "Do"], { env: { SOME_SECRET: secret } });
    const document = printed(ran);
    assertEquals([ran.code, document.agent], [0, "webster"]);
    assertEquals(document.result, "$(touch /tmp/never) [redacted:SOME_SECRET]");
    assertEquals(typeof document.latencyMs, "number");
    assertEquals(JSON.stringify(log()).includes(secret), false);
    const json = await delegate(["webster", "Do", "--json"]);
    assertEquals(printed(json).schema_version, 1);
  });
});

Deno.test("macp delegate takes an answer that is written slowly, and does not ask again", async () => {
  const agent = async (task: AdmittedTask) => {
    const text = JSON.stringify(answerOf(task.runId, { result: "slow" }));
    using file = Deno.openSync(task.handoffPath, { write: true, create: true });
    file.writeSync(new TextEncoder().encode(text.slice(0, 50)));
    // Longer than what does not parse is given to settle.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    file.writeSync(new TextEncoder().encode(text.slice(50)));
  };
  await withAgent({ agent, sessionKeys: true }, async ({ delegate, gateway }) => {
    const ran = await delegate(["webster", "Do", "--run-id", "slow", "--retries", "2"]);
    assertEquals([ran.code, printed(ran).result], [0, "slow"]);
    assertEquals(gateway.requests.length, 1);
  });
});
