import { assert, assertEquals, assertRejects } from "@std/assert";
import { resolveGates } from "../../../src/gates/resolve_gates.ts";
import { type GateContext, runGate } from "../../../src/gates/run_gate.ts";
import { realWorld } from "../../../src/host/world.ts";
import { AttemptLog } from "../../../src/logs/attempt_log.ts";
import type { GateEvidence, GateObject } from "../../../src/protocol/generated/types.ts";
import { createRedactor } from "../../../src/redaction/redactor.ts";

const secret = "marker-secret-0123456789";
const redactor = createRedactor([{ name: "MARKER", value: secret }]);

interface Bench {
  context: GateContext;
  folder: string;
  run(gate: string | GateObject, change?: Partial<GateContext>): Promise<GateEvidence | null>;
  /** The log so far. */
  read(): string;
}

async function withGates(test: (bench: Bench) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync();
  const world = realWorld();
  const log = new AttemptLog({
    files: world.files,
    folder,
    name: "t",
    attempt: 1,
    maxBytes: 1 << 20,
    redactor,
  });
  const env = { PATH: Deno.env.get("PATH") ?? "", MACP_ATTEMPT_ID: crypto.randomUUID() };
  const context: GateContext = { world, cwd: folder, env, log, redactor };
  const run: Bench["run"] = async (gate, change = {}) => {
    const [resolved] = resolveGates({ quality_gates: [gate] }, {});
    return resolved ? await runGate({ ...context, ...change }, resolved) : null;
  };
  try {
    await test({ context, folder, run, read: () => Deno.readTextFileSync(log.path) });
    log.end();
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const sample = (name: string) =>
  new URL(`../../fixtures/runners/${name}.txt`, import.meta.url).pathname;

Deno.test("runGate() gives the evidence of a gate that passes", () =>
  withGates(async ({ run, read }) => {
    const evidence = await run("echo fine; echo also >&2");
    assert(evidence && evidence.duration_seconds >= 0 && evidence.duration_seconds < 60);
    assertEquals({ ...evidence, duration_seconds: 0 }, {
      command: "echo fine; echo also >&2",
      type: "mechanical",
      outcome: "passed",
      reason: null,
      exit_code: 0,
      duration_seconds: 0,
      output_tail: "fine\nalso",
    });
    assertEquals(
      read(),
      "== gate: echo fine; echo also >&2\nfine\nalso\n== gate passed\n",
    );
  }));

const cases: [
  what: string,
  gate: string | GateObject,
  outcome: string,
  exitCode: number,
  reason: string | null,
][] = [
  ["it exits with 3", "exit 3", "failed", 3, "It exited with code 3"],
  ["the last command of a pipe fails", "true | false", "failed", 1, "It exited with code 1"],
  [
    "its program does not exist",
    "no-such-program-here",
    "broken",
    127,
    "A command was not found (exit code 127)",
  ],
  ["it is no program", "/", "broken", 126, "A command could not be executed (exit code 126)"],
  ["it is empty", "", "broken", 127, "It has no command"],
  ["it is only a comment", "\n  # make test\n", "broken", 127, "It has no command"],
  [
    "a pipeline is empty",
    { command: " ", type: "ci-pipeline" },
    "broken",
    127,
    "It has no command",
  ],
  ["a review is empty", { command: "", type: "ai-review" }, "broken", 127, "It has no command"],
  ["it is killed", "kill -9 $$", "broken", 137, "It was killed by signal 9"],
  [
    "a child of it is killed",
    "sh -c 'kill -9 $$'; exit $?",
    "broken",
    137,
    "It was killed by signal 9",
  ],
  [
    "it hangs",
    { command: "echo begun; exec sleep 600", timeout_seconds: 0.2 },
    "broken",
    124,
    "It did not end within 0.2 s",
  ],
  [
    "its output is not what is expected",
    { command: "echo quiet", expect: "^\\d+ passed$" },
    "broken",
    0,
    "Its output does not match what is expected: ^\\d+ passed$",
  ],
  [
    "it prints nothing and something is expected",
    { command: "true", expect: "." },
    "broken",
    0,
    "Its output does not match what is expected: .",
  ],
  [
    "what is expected comes in colours and on standard error",
    { command: "printf '\\033[32m7\\033[0m passed\\r\\n' >&2", expect: "^\\d+ passed$" },
    "passed",
    0,
    null,
  ],
  [
    "its expect is no regular expression",
    { command: "true", expect: "[" },
    "broken",
    0,
    "Its expect is no regular expression: [",
  ],
  ["no test ran", `cat '${sample("mocha_none_empty")}'`, "broken", 0, "No test ran (mocha)"],
  [
    "no test ran in several runs",
    `cat '${sample("go_none_no_files")}' '${sample("pytest_none_empty")}'; exit 5`,
    "broken",
    5,
    "No test ran (go test, pytest)",
  ],
  [
    "one of several runs ran a test",
    `cat '${sample("mocha_none_empty")}' '${sample("mocha_ran_passed")}'`,
    "passed",
    0,
    null,
  ],
  [
    "it does not build",
    `cat '${sample("cargo_no_summary_build_failed")}'; exit 101`,
    "failed",
    101,
    "It exited with code 101",
  ],
  [
    "a review finds something grave",
    { command: `echo '[{"severity":"BLOCKER","title":"Leak"}]'`, type: "ai-review" },
    "failed",
    0,
    "1 finding of severity high or above (blocker: Leak)",
  ],
  [
    "a review finds nothing and talks on standard error",
    { command: "echo thinking >&2; echo '[]'", type: "ai-review" },
    "passed",
    0,
    null,
  ],
  [
    "a review talks on standard output",
    { command: "echo thinking; echo '[]'", type: "ai-review" },
    "broken",
    0,
    "Its findings cannot be read: it is no JSON",
  ],
  [
    "a review prints its findings on standard error",
    { command: "echo '[]' >&2", type: "ai-review" },
    "broken",
    0,
    "Its findings cannot be read: nothing was printed on standard output",
  ],
  ["it gets its own variables", { command: 'test "$A" = 1', env: { A: "1" } }, "passed", 0, null],
  ["it reads its standard input", "cat; read x || exit 4", "failed", 4, "It exited with code 4"],
];

for (const [what, gate, outcome, exitCode, reason] of cases) {
  Deno.test(`runGate() says ${outcome} when ${what}`, () =>
    withGates(async ({ run }) => {
      const evidence = await run(gate);
      assertEquals([evidence?.outcome, evidence?.exit_code, evidence?.reason], [
        outcome,
        exitCode,
        reason,
      ]);
    }));
}

Deno.test("runGate() says broken when its folder is missing", () =>
  withGates(async ({ run, folder }) => {
    const evidence = await run("true", { cwd: `${folder}/missing` });
    assertEquals([evidence?.outcome, evidence?.exit_code], ["broken", 127]);
    assert(
      evidence?.reason?.startsWith("It could not be started: Cannot "),
      evidence?.reason ?? "",
    );
  }));

Deno.test("runGate() keeps the marker of the attempt when a gate sets another", () =>
  withGates(async ({ run, context }) => {
    const env = { MACP_ATTEMPT_ID: "other" };
    const evidence = await run({ command: "echo $MACP_ATTEMPT_ID", env });
    assertEquals(evidence?.output_tail, context.env.MACP_ATTEMPT_ID);
  }));

Deno.test("runGate() gives the end of the output, redacted, of this gate alone", () =>
  withGates(async ({ run, read }) => {
    await run("echo earlier");
    const gate = { command: `seq 100; echo key ${secret}; printf open`, env: { S: secret } };
    const lines = (await run(gate))?.output_tail.split("\n") ?? [];
    assertEquals(lines.length, 40);
    assertEquals(lines.slice(-3), ["100", "key [redacted:MARKER]", "open"]);
    assert(!read().includes(secret));
  }));

Deno.test("runGate() gives at most 4 KiB of the output", () =>
  withGates(async ({ run }) => {
    const command = "i=0; while [ $i -lt 60 ]; do printf '%0300d\\n' $i; i=$((i+1)); done";
    assertEquals((await run(command))?.output_tail.length, 4096);
  }));

Deno.test("runGate() redacts the reason", () =>
  withGates(async ({ run, read }) => {
    const title = `leaks ${secret}`;
    const command = `echo '${JSON.stringify([{ severity: "high", title }])}'`;
    const evidence = await run({ command, type: "ai-review" });
    assertEquals(
      evidence?.reason,
      "1 finding of severity high or above (high: leaks [redacted:MARKER])",
    );
    assert(!read().includes(secret));
  }));

Deno.test("runGate() matches what is expected against all of a long output", () =>
  withGates(async ({ run }) => {
    const command = "echo first; yes 'a line of some length' | head -n 100000; echo last";
    assertEquals((await run({ command, expect: "^first$" }))?.outcome, "passed");
    assertEquals((await run({ command, expect: "^last$" }))?.outcome, "passed");
    assertEquals(
      (await run({ command, expect: "^first\\n(?:a line.*\\n){100000}last$" }))?.outcome,
      "passed",
    );
  }));

Deno.test("runGate() gives null when it is ended by the signal", () =>
  withGates(async ({ run }) => {
    const ender = new AbortController();
    const onStarted = () => ender.abort();
    assertEquals(await run("exec sleep 600", { signal: ender.signal, onStarted }), null);
    assertEquals(await run("true", { signal: ender.signal }), null);
  }));

Deno.test("runGate() throws when the log cannot be written", () =>
  withGates(async ({ run, context }) => {
    context.log.end();
    await assertRejects(() => run("echo text"));
  }));
