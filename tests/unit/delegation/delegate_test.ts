import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { collect } from "../../../src/delegation/collect.ts";
import { realSteps } from "../../../src/delegation/delegation_run.ts";
import { delegate } from "../../../src/delegation/delegate.ts";
import type { Sent } from "../../../src/delegation/send.ts";
import { MacpError } from "../../../src/protocol/errors.ts";
import { asking, wholeAnswer, withDelegation } from "./delegation_scene.ts";

/** A send that fails, and that another attempt may help. */
function failing(changes: Partial<Extract<Sent, { kind: "failed" }>> = {}): Promise<Sent> {
  return Promise.resolve({
    ...{ kind: "failed", reason: "host answered 503", retry: true, afterMs: null },
    ...changes,
  });
}

Deno.test("delegate() takes the answer that comes", async () => {
  await withDelegation(
    ({ answer }) => ({
      sendTask: () => {
        Deno.writeTextFileSync(answer, wholeAnswer());
        return Promise.resolve({ kind: "admitted", gatewayRunId: null });
      },
    }),
    async ({ context, done, events }) => {
      const { document, error } = await delegate(context, asking());
      assertEquals([document.status, document.result, error], ["complete", "Done", null]);
      assertEquals(done, ["send 1", "wait 300000"]);
      assertEquals(events(), ["attempt_start", "complete"]);
    },
  );
});

Deno.test("delegate() pauses 5 s after a failed send, and gives up after the last", async () => {
  await withDelegation(() => ({ sendTask: () => failing() }), async ({ context, done }) => {
    const { document, error } = await delegate(context, asking());
    assertEquals(done, ["send 1", "wait 5000", "send 2", "wait 5000", "send 3"]);
    assertEquals(document.notes, "Failed to send task after 3 attempts: host answered 503");
    assertEquals(error?.code, "send_failed");
  });
});

Deno.test("delegate() pauses as long as the gateway asks for, where that fits", async () => {
  await withDelegation(
    () => ({ sendTask: (_, __, { attempt }) => failing({ afterMs: attempt * 200_000 }) }),
    async ({ context, done }) => {
      assertEquals((await delegate(context, asking())).error?.code, "send_failed");
      assertEquals(done, ["send 1", "wait 200000", "send 2"]);
    },
  );
});

Deno.test("delegate() sends once when no retry can help", async () => {
  await withDelegation(
    () => ({ sendTask: () => failing({ retry: false }) }),
    async ({ context, done }) => {
      assertEquals((await delegate(context, asking())).error?.code, "send_failed");
      assertEquals(done, ["send 1"]);
    },
  );
});

Deno.test("delegate() pauses 3 s after a bad answer, and not after none", async () => {
  await withDelegation(
    ({ answer }) => ({
      sendTask: (_, __, { attempt }) => {
        if (attempt === 1) Deno.writeTextFileSync(answer, wholeAnswer({ status: "failed" }));
        return Promise.resolve({ kind: "admitted", gatewayRunId: null });
      },
    }),
    async ({ context, done, events }) => {
      const { document } = await delegate(context, asking());
      assertEquals(document.notes, "Agent did not respond within 300s (attempt 3/3)");
      assertEquals(done, [
        ...["send 1", "wait 300000", "wait 3000"],
        ...["send 2", "wait 300000", "send 3", "wait 300000"],
      ]);
      assertEquals(events(), [
        ...["attempt_start", "validation_failed", "attempt_start", "timeout"],
        ...["attempt_start", "timeout"],
      ]);
    },
  );
});

Deno.test("delegate() gives a gateway that took its time a second chance", async () => {
  let now = 0;
  let checks = 0;
  await withDelegation(
    () => ({
      checkHealth: () => {
        now += 5000;
        checks++;
        return Promise.resolve(checks > 1 ? { healthy: true } : { healthy: false, reason: "slow" });
      },
    }),
    async ({ context, done }) => {
      const clock = { ...context.world.clock, elapsed: () => now };
      const world = { ...context.world, clock };
      await delegate({ ...context, world }, asking({ wait: false }));
      assertEquals([checks, done], [2, ["send 1"]]);
    },
  );
});

Deno.test("delegate() spends no more than the time-out on health, send and wait together", async () => {
  let now = 0;
  const limits: (number | undefined)[] = [];
  await withDelegation(
    () => ({
      checkHealth: () => {
        now += 3000;
        return Promise.resolve({ healthy: true });
      },
      sendTask: (_, __, ___, { timeoutMs }) => {
        limits.push(timeoutMs);
        now += 4000;
        return Promise.resolve({ kind: "admitted", gatewayRunId: null });
      },
    }),
    async ({ context, done }) => {
      const clock = { ...context.world.clock, elapsed: () => now };
      const world = { ...context.world, clock };
      await delegate({ ...context, world }, asking({ timeoutMs: 10_000, attempts: 2 }));
      assertEquals(limits, [7000, 10_000]);
      assertEquals(done, ["send 1", "wait 3000", "send 2", "wait 6000"]);
    },
  );
});

Deno.test("delegate() sends nothing when it is interrupted before", async () => {
  await withDelegation(() => ({}), async ({ context, done, stop }) => {
    stop.abort();
    const { error } = await delegate(context, asking());
    assertEquals([error?.code, error?.hints, done], ["interrupted", [], []]);
  });
});

Deno.test("delegate() says how to take the answer when it is interrupted in the wait", async () => {
  await withDelegation(
    ({ stop }) => ({
      waitForHandoff: () => {
        stop.abort();
        return Promise.resolve(null);
      },
    }),
    async ({ context, done }) => {
      const { error } = await delegate(context, asking());
      assertMatch(error?.hints[0] ?? "", /macp delegate --collect run-1$/);
      assertEquals(done, ["send 1", "wait 300000"]);
    },
  );
});

Deno.test("delegate() keeps to one question under a run id", async () => {
  await withDelegation(() => ({}), async ({ context }) => {
    await delegate(context, asking({ wait: false }));
    const other = asking({ wait: false, context: "more" });
    const error = await assertRejects(() => delegate(context, other), MacpError);
    assertEquals([error.kind, error.code], ["usage", "run_id_taken"]);
  });
});

Deno.test("delegate() logs no part of a secret that the task holds", async () => {
  const secret = "s".repeat(40);
  await withDelegation(() => ({}), async ({ context }) => {
    const { createRedactor } = await import("../../../src/redaction/redactor.ts");
    const redactor = createRedactor([{ name: "TOKEN", value: secret }]);
    const task = `${"x".repeat(180)}${secret}`;
    await delegate({ ...context, redactor }, asking({ wait: false, task }));
    const [day] = [...Deno.readDirSync(context.places.logs)];
    const text = Deno.readTextFileSync(`${context.places.logs}/${day?.name}`);
    assertEquals(text.includes("sss"), false);
  });
});

Deno.test("delegate() writes no secret into the record of what was asked", async () => {
  const secret = "s3cret-of-a-gateway";
  const steps = { sendTask: () => failing({ reason: `host says ${secret}`, retry: false }) };
  await withDelegation(() => steps, async ({ context, answer }) => {
    const { createRedactor } = await import("../../../src/redaction/redactor.ts");
    const redactor = createRedactor([{ name: "TOKEN", value: secret }]);
    const told = { workflowId: `wf ${secret}`, stepId: secret, caller: null };
    await delegate({ ...context, redactor }, asking(told));
    const text = Deno.readTextFileSync(answer.replace(/json$/, "request.json"));
    const { workflow_id, step_id, delivery } = JSON.parse(text);
    assertEquals([workflow_id, step_id], ["wf [redacted:TOKEN]", "[redacted:TOKEN]"]);
    assertEquals([delivery.state, delivery.reason], ["refused", "host says [redacted:TOKEN]"]);
  });
});

Deno.test("collect() judges the answer as it was asked for, and moves nothing", async () => {
  await withDelegation(() => ({}), async ({ context, answer, done }) => {
    const asked = { runId: "run-1", timeoutMs: 10, strict: null, workflowId: null, stepId: null };
    await assertRejects(() => collect(context, asked), MacpError, "nothing was asked");
    await delegate(context, asking({ wait: false, strict: false, stepId: "one" }));
    assertEquals((await collect(context, asked)).document.status, "timeout");
    Deno.writeTextFileSync(answer, '{"status":"partial","result":1}');
    const { document } = await collect(context, asked);
    assertEquals([document.status, document.agent, document.stepId], ["partial", "webster", "one"]);
    assertEquals(
      (await collect(context, { ...asked, strict: true })).error?.code,
      "answer_invalid",
    );
    assertEquals(done, ["send 1", "wait 10", "wait 10", "wait 10"]);
  });
});

Deno.test("delegate() asks under the next number after a time-out and after a bad answer", async () => {
  await withDelegation(() => ({}), async ({ context, answer, done }) => {
    const sends = () => done.filter((what) => what.startsWith("send"));
    await delegate(context, asking({ attempts: 1 }));
    await delegate(context, asking({ attempts: 1 }));
    assertEquals(sends(), ["send 1", "send 2"]);
    Deno.writeTextFileSync(answer, wholeAnswer({ status: "failed" }));
    await delegate(context, asking({ attempts: 1 }));
    assertEquals(sends(), ["send 1", "send 2", "send 3"]);
  });
});

Deno.test("delegate() repeats a send whose outcome is not known as it was, also in another call", async () => {
  const asked: unknown[] = [];
  await withDelegation(
    () => ({
      sendTask: (_, __, task) => {
        asked.push(task);
        return failing({ inDoubt: true });
      },
    }),
    async ({ context }) => {
      await delegate(context, asking({ attempts: 2 }));
      await delegate(context, asking({ attempts: 1 }));
      assertEquals(asked.length, 3);
      assertEquals(asked[1], asked[0]);
      assertEquals(asked[2], asked[0]);
    },
  );
});

Deno.test("delegate() goes on with the number of a call that was killed while it sent", async () => {
  await withDelegation(() => ({}), async ({ context, done }) => {
    const killed = { ...context.steps, sendTask: () => Promise.reject(new Error("killed")) };
    await assertRejects(() => delegate({ ...context, steps: killed }, asking()), Error, "killed");
    await delegate(context, asking({ wait: false }));
    assertEquals(done, ["send 1"]);
  });
});

Deno.test("collect() says at once that a task was never sent, and the id is free again", async () => {
  const asked = { runId: "run-1", timeoutMs: 9000, strict: null, workflowId: null, stepId: null };
  await withDelegation(
    () => ({ sendTask: () => failing({ retry: false }) }),
    async ({ context, done }) => {
      await delegate(context, asking());
      const { document, error } = await collect(context, asked);
      assertEquals([error?.code, document.notes, done.at(-1)], [
        ...["not_sent", "The task was not sent: host answered 503", "wait 0"],
      ]);
      await delegate(context, asking({ task: "Do something else" }));
      assertEquals(done.filter((what) => what === "send 1").length, 2);
    },
  );
});

Deno.test("delegate() says that nothing was sent when it is interrupted after a failed send", async () => {
  for (const [inDoubt, text] of [[false, /before the task/], [true, /while the task/]] as const) {
    await withDelegation(
      ({ stop }) => ({
        sendTask: () => failing(inDoubt ? { inDoubt } : {}),
        waitForHandoff: () => {
          stop.abort();
          return Promise.resolve(null);
        },
      }),
      async ({ context }) => {
        const { document, error } = await delegate(context, asking());
        assertMatch(String(document.notes), text);
        assertEquals(error?.hints.length, inDoubt ? 1 : 0);
      },
    );
  }
});

Deno.test("delegate() leaves a bad answer in its place until the pause is over", async () => {
  await withDelegation(
    ({ answer, done }) => ({
      sendTask: (_, __, { attempt }) => {
        if (attempt === 1) Deno.writeTextFileSync(answer, '{"half');
        return Promise.resolve({ kind: "admitted", gatewayRunId: null });
      },
      waitForHandoff: (world, path) => {
        if (done.at(-1) === "wait 3000") {
          assertEquals(Deno.readTextFileSync(answer), '{"half');
          assertEquals(Deno.readTextFileSync(answer.replace(".json", ".prev.json")), '{"half');
          return Promise.resolve(null);
        }
        return Promise.resolve(realSteps.readHandoff(world.files, path));
      },
    }),
    async ({ context, done, answer }) => {
      await delegate(context, asking({ attempts: 2 }));
      assertEquals(done, ["send 1", "wait 300000", "wait 3000", "send 2", "wait 300000"]);
      assertEquals(realSteps.readHandoff(context.world.files, answer).kind, "absent");
      assertEquals(Deno.readTextFileSync(answer.replace(".json", ".prev.json")), '{"half');
    },
  );
});

Deno.test("delegate() takes an answer that was finished while it was moved aside", async () => {
  await withDelegation(
    ({ answer }) => ({
      sendTask: () => {
        Deno.writeTextFileSync(answer, '{"half');
        return Promise.resolve({ kind: "admitted", gatewayRunId: null });
      },
      waitForHandoff: (world, path, { except }) => {
        if (except) return Promise.resolve(null);
        return Promise.resolve(realSteps.readHandoff(world.files, path));
      },
    }),
    async ({ context, done }) => {
      const { files } = context.world;
      const rename = (from: string, to: string) => {
        if (to.endsWith("run-1.prev.json")) {
          if (!from.endsWith(".tmp")) Deno.writeTextFileSync(from, wholeAnswer());
        }
        files.rename(from, to);
      };
      const world = { ...context.world, files: { ...files, rename } };
      const { document } = await delegate({ ...context, world }, asking({ attempts: 2 }));
      assertEquals([document.status, done.filter((what) => what === "send 2")], ["complete", []]);
    },
  );
});

Deno.test("delegate() says why it does not wait as long as a gateway asks for", async () => {
  await withDelegation(
    () => ({ sendTask: () => failing({ afterMs: 400_000 }) }),
    async ({ context }) => {
      const { document } = await delegate(context, asking());
      assertEquals(
        document.notes,
        "Failed to send task after 1 attempt: host answered 503, and asks to wait 400 s " +
          "(Retry-After), longer than an answer is waited for (--timeout)",
      );
    },
  );
});

Deno.test("delegate() keeps an agent's fields apart from its own", async () => {
  const own = { code: "x", _raw: true, latencyMs: 9, workflowRunId: "w", agent: "other" };
  await withDelegation(
    ({ answer }) => ({
      sendTask: () => {
        Deno.writeTextFileSync(answer, wholeAnswer(own));
        return Promise.resolve({ kind: "admitted", gatewayRunId: null });
      },
    }),
    async ({ context }) => {
      const { document } = await delegate(context, asking());
      const { code, _raw, latencyMs, totalMs, workflowRunId, agent, agentFields } = document;
      assertEquals([code, _raw, workflowRunId, agent], [
        undefined,
        undefined,
        undefined,
        "webster",
      ]);
      assertEquals([latencyMs, totalMs], [0, 0]);
      assertEquals(agentFields, { code: "x", _raw: true, latencyMs: 9, workflowRunId: "w" });
    },
  );
});

Deno.test("delegate() says that the folder of the answers is gone", async () => {
  await withDelegation(() => ({}), async ({ context }) => {
    const { document } = await delegate({
      ...context,
      steps: {
        ...context.steps,
        waitForHandoff: () => {
          Deno.removeSync(context.places.handoffs, { recursive: true });
          return Promise.resolve(null);
        },
      },
    }, asking({ attempts: 1 }));
    assertMatch(String(document.notes), /; the folder of the answers is gone: \//);
  });
});

Deno.test("delegate() names the setting of a folder that cannot be made", async () => {
  await withDelegation(() => ({}), async ({ context }) => {
    Deno.writeTextFileSync(context.places.handoffs, "");
    const error = await assertRejects(() => delegate(context, asking()), MacpError);
    assertMatch(error.hints[0] ?? "", /delegate\.handoff_dir/);
  });
});
