import { assertEquals } from "@std/assert";
import { resolveGates } from "../../../src/gates/resolve_gates.ts";
import type { GateContext } from "../../../src/gates/run_gate.ts";
import { runGates } from "../../../src/gates/run_gates.ts";
import { realWorld } from "../../../src/host/world.ts";
import { AttemptLog } from "../../../src/logs/attempt_log.ts";
import { createRedactor } from "../../../src/redaction/redactor.ts";

async function withContext(test: (context: GateContext) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync();
  const world = realWorld();
  const redactor = createRedactor([]);
  const log = new AttemptLog({
    files: world.files,
    folder,
    name: "t",
    attempt: 1,
    maxBytes: 1 << 20,
    redactor,
  });
  const env = { PATH: Deno.env.get("PATH") ?? "", MACP_ATTEMPT_ID: crypto.randomUUID() };
  try {
    await test({ world, cwd: folder, env, log, redactor });
    log.end();
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const gates = resolveGates({ quality_gates: ["exit 1", "", "exit 0"] }, {});

Deno.test("runGates() runs all in order, also after a red one, and calls back around each", () =>
  withContext(async (context) => {
    const calls: string[] = [];
    const { evidence, aborted } = await runGates(context, gates, {
      before: async ({ command }, index) => {
        await Promise.resolve();
        calls.push(`before ${index} ${command}`);
      },
      after: ({ outcome }, index) => {
        calls.push(`after ${index} ${outcome}`);
      },
    });
    assertEquals(aborted, false);
    assertEquals(evidence.map(({ outcome }) => outcome), ["failed", "broken", "passed"]);
    assertEquals(calls, [
      "before 0 exit 1",
      "after 0 failed",
      "before 1 ",
      "after 1 broken",
      "before 2 exit 0",
      "after 2 passed",
    ]);
  }));

Deno.test("runGates() stops between two gates when the signal was given", () =>
  withContext(async (context) => {
    const ender = new AbortController();
    const run = await runGates({ ...context, signal: ender.signal }, gates, {
      after: () => ender.abort(),
    });
    assertEquals(run.aborted, true);
    assertEquals(run.evidence.map(({ outcome }) => outcome), ["failed"]);
  }));

Deno.test("runGates() stops within a gate when the signal is given", () =>
  withContext(async (context) => {
    const ender = new AbortController();
    const hanging = resolveGates({ quality_gates: ["exit 0", "exec sleep 600", "exit 0"] }, {});
    let started = 0;
    const run = await runGates({
      ...context,
      signal: ender.signal,
      onStarted: () => {
        if (++started === 2) ender.abort();
      },
    }, hanging);
    assertEquals(run.aborted, true);
    assertEquals(run.evidence.map(({ outcome }) => outcome), ["passed"]);
  }));

Deno.test("runGates() says nothing when there are no gates", () =>
  withContext(async (context) => {
    assertEquals(await runGates(context, []), { evidence: [], aborted: false });
  }));
