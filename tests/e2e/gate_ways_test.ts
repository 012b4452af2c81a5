import { assertEquals } from "@std/assert";
import { execTask, withRepository } from "./harness.ts";

/** A gate that goes wrong, and the same made green. */
interface Way {
  name: string;
  red: unknown;
  green: unknown;
  outcome: "failed" | "broken";
  exitCode: number;
}

const emptyRun = (runner: string) => `cat ${runner}.txt`;

const ways: Way[] = [
  { name: "exit 1", red: "exit 1", green: "exit 0", outcome: "failed", exitCode: 1 },
  {
    name: "no command",
    red: "no-such-command-xyz",
    green: "true",
    outcome: "broken",
    exitCode: 127,
  },
  { name: "exit 127", red: "exit 127", green: "true", outcome: "broken", exitCode: 127 },
  {
    name: "not executable",
    red: "./README",
    green: "cat README",
    outcome: "broken",
    exitCode: 126,
  },
  { name: "exit 126", red: "exit 126", green: "true", outcome: "broken", exitCode: 126 },
  {
    name: "time-out",
    red: { command: "sleep 600", timeout_seconds: 0.3 },
    green: { command: "true", timeout_seconds: 60 },
    outcome: "broken",
    exitCode: 124,
  },
  { name: "killed", red: "kill -9 $$", green: "true", outcome: "broken", exitCode: 137 },
  { name: "killed inside", red: "kill -SEGV $$", green: "true", outcome: "broken", exitCode: 139 },
  {
    name: "expect unmatched",
    red: { command: "echo nothing", expect: "[1-9]\\d* passed" },
    green: { command: "echo 3 passed", expect: "[1-9]\\d* passed" },
    outcome: "broken",
    exitCode: 0,
  },
  {
    name: "ai-review with a blocker",
    red: {
      type: "ai-review",
      command: `echo '{"findings":[{"severity":"blocker","title":"bad"}]}'`,
    },
    green: { type: "ai-review", command: `echo '{"findings":[{"severity":"low","title":"meh"}]}'` },
    outcome: "failed",
    exitCode: 0,
  },
  {
    name: "ai-review at fail_on",
    red: { type: "ai-review", fail_on: "low", command: `echo '[{"severity":"low","title":"x"}]'` },
    green: { type: "ai-review", fail_on: "low", command: `echo '[]'` },
    outcome: "failed",
    exitCode: 0,
  },
  {
    name: "ai-review not parseable",
    red: { type: "ai-review", command: "echo looks good to me" },
    green: { type: "ai-review", command: `echo '{"findings":[]}'` },
    outcome: "broken",
    exitCode: 0,
  },
  {
    name: "ai-review without output",
    red: { type: "ai-review", command: "true" },
    green: { type: "ai-review", command: `echo '{"findings":[]}'` },
    outcome: "broken",
    exitCode: 0,
  },
  {
    name: "ci-pipeline without command",
    red: { type: "ci-pipeline", command: "" },
    green: { type: "ci-pipeline", command: "true" },
    outcome: "broken",
    exitCode: 127,
  },
  {
    name: "ci-pipeline red",
    red: { type: "ci-pipeline", command: "exit 3" },
    green: { type: "ci-pipeline", command: "true" },
    outcome: "failed",
    exitCode: 3,
  },
  { name: "blank command", red: "  ", green: "true", outcome: "broken", exitCode: 127 },
];

/** Last lines of known test runners that ran nothing, and that ran something. */
const runners: Record<string, { none: string; some: string }> = {
  node: {
    none:
      "# tests 0\n# suites 0\n# pass 0\n# fail 0\n# cancelled 0\n# skipped 0\n# todo 0\n# duration_ms 3.1\n",
    some:
      "# tests 2\n# suites 0\n# pass 2\n# fail 0\n# cancelled 0\n# skipped 0\n# todo 0\n# duration_ms 3.1\n",
  },
  deno: {
    none: "\nok | 0 passed | 0 failed (0ms)\n",
    some:
      "running 2 tests from ./a_test.ts\na ... ok (1ms)\nb ... ok (1ms)\n\nok | 2 passed | 0 failed (10ms)\n",
  },
  jest: {
    none: "No tests found, exiting with code 0\n",
    some:
      "Test Suites: 1 passed, 1 total\nTests:       2 passed, 2 total\nSnapshots:   0 total\nTime:        0.4 s\n",
  },
  vitest: {
    none: "No test files found, exiting with code 0\n",
    some: " Test Files  1 passed (1)\n      Tests  2 passed (2)\n   Duration  300ms\n",
  },
  pytest: {
    none: "============================ no tests ran in 0.01s ============================\n",
    some: "============================== 2 passed in 0.01s ==============================\n",
  },
  go: {
    none: "?   \texample.com/a\t[no test files]\n?   \texample.com/b\t[no test files]\n",
    some: "?   \texample.com/a\t[no test files]\nok  \texample.com/b\t0.003s\n",
  },
  cargo: {
    none:
      "running 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n",
    some:
      "running 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\n" +
      "running 2 tests\n\ntest result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n",
  },
  mocha: { none: "\n\n  0 passing (1ms)\n\n", some: "\n\n  2 passing (4ms)\n\n" },
};

const emptyRuns: Way[] = Object.keys(runners).map((runner) => ({
  name: `${runner} ran no test`,
  red: emptyRun(`${runner}-none`),
  green: emptyRun(`${runner}-some`),
  outcome: "broken",
  exitCode: 0,
}));

/** Files of the checkout that the gates of `emptyRuns` print. */
function outputs(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(runners).flatMap(([runner, { none, some }]) => [
      [`${runner}-none.txt`, none],
      [`${runner}-some.txt`, some],
    ]),
  );
}

for (const maxAttempts of [1, 2]) {
  const which = maxAttempts === 1 ? "only" : "first and last";
  Deno.test(`show 6: no way in which a gate goes wrong completes a task, ${which} attempt`, async (t) => {
    await withRepository(async (repository) => {
      await repository.commit({ README: "text\n", ...outputs() });
      const all = [...ways, ...emptyRuns];
      const fields = { max_attempts: maxAttempts };
      repository.writeQueue(
        all.map(({ red }, i) =>
          execTask(`red-${i}`, "echo work > work", { quality_gates: [red], ...fields })
        ),
      );

      const ran = await repository.macp(["drain", "--quiet"]);

      assertEquals(ran.code, 3, ran.stderr);
      for (const [i, way] of all.entries()) {
        await t.step(way.name, () => {
          const result = repository.result(`red-${i}`);
          assertEquals(repository.task(`red-${i}`).status, "escalated");
          assertEquals(repository.task(`red-${i}`).attempts, maxAttempts);
          assertEquals(result.status, "escalated");
          assertEquals(result.metadata?.outcome, `gate_${way.outcome}`);
          const gates = result.metadata?.gates?.map(({ outcome }) => outcome);
          assertEquals(gates, [way.outcome]);
          assertEquals(result.gate_results?.map(({ exit_code }) => exit_code), [way.exitCode]);
          if (maxAttempts === 2) {
            const first = repository.attemptResult(`red-${i}`, 1);
            assertEquals(first.metadata?.outcome, `gate_${way.outcome}`);
          }
          const types = repository.eventTypes(`red-${i}`);
          assertEquals(types.includes("task.completed"), false);
          assertEquals(types.at(-1), "task.escalated");
        });
      }
      // The same tasks with their gates made green.
      const queue = JSON.parse(repository.queueText());
      for (const [i, { green }] of all.entries()) queue.tasks[i].quality_gates = [green];
      repository.writeQueue(queue.tasks);
      for (const i of all.keys()) {
        assertEquals((await repository.macp(["retry", `red-${i}`])).code, 0);
      }
      const mended = await repository.macp(["drain", "--quiet"]);
      assertEquals(mended.code, 0, mended.stderr);
      for (const [i, { name }] of all.entries()) {
        await t.step(`${name}, made green`, () => {
          const { metadata } = repository.result(`red-${i}`);
          const gates = metadata?.gates?.map(({ outcome, reason }) => [outcome, reason ?? ""]);
          assertEquals(gates, [["passed", ""]]);
          assertEquals(repository.task(`red-${i}`).status, "completed");
        });
      }
    });
  });
}
