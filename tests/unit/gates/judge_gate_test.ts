import { assertEquals } from "@std/assert";
import {
  expected,
  type GateRun,
  judgeEmptyGate,
  judgeExpected,
  judgeGate,
} from "../../../src/gates/judge_gate.ts";
import { resolveGates } from "../../../src/gates/resolve_gates.ts";
import type { GateObject } from "../../../src/protocol/generated/types.ts";

interface Given {
  gate?: Partial<GateObject>;
  exitCode?: number;
  cause?: GateRun["end"]["cause"];
  output?: string;
  standardOutput?: string | null;
  tests?: GateRun["tests"];
}

function judge({ gate, exitCode = 0, cause = "exited", output = "", ...given }: Given) {
  const [resolved] = resolveGates({ quality_gates: [{ command: "x", ...gate }] }, {});
  if (!resolved) throw new Error("no gate");
  const judgement = judgeGate({
    gate: resolved,
    end: { exitCode, cause },
    standardOutput: given.standardOutput === undefined ? output : given.standardOutput,
    tests: given.tests ?? { runners: [], ran: 0 },
  });
  const found = expected(resolved)?.test(output) ?? true;
  const { outcome, exit_code, reason } = judgement.outcome === "passed"
    ? judgeExpected(judgement, resolved, { found, seconds: 5 })
    : judgement;
  return [outcome, exit_code, reason];
}

const none = { runners: ["mocha", "jest"], ran: 0 };
const some = { runners: ["mocha"], ran: 1 };
const noTest = "No test ran (mocha, jest)";
const review = { type: "ai-review" as const };
const high = '[{"severity":"high","title":"Leak"},{"severity":"info"}]';

const cases: [what: string, given: Given, expected: [string, number, string | null]][] = [
  ["it exits with 0", {}, ["passed", 0, null]],
  ["it exits with 1", { exitCode: 1 }, ["failed", 1, "It exited with code 1"]],
  ["it exits with 128", { exitCode: 128 }, ["failed", 128, "It exited with code 128"]],
  ["it exits with 255", { exitCode: 255 }, ["failed", 255, "It exited with code 255"]],
  ["it cannot be executed", { exitCode: 126 }, [
    "broken",
    126,
    "A command could not be executed (exit code 126)",
  ]],
  ["it is not found", { exitCode: 127 }, [
    "broken",
    127,
    "A command was not found (exit code 127)",
  ]],
  ["it times out", { exitCode: 0, cause: "timed_out" }, [
    "broken",
    124,
    "It did not end within 1800 s",
  ]],
  ["it is killed", { exitCode: 137 }, ["broken", 137, "It was killed by signal 9"]],
  ["it crashes", { exitCode: 139 }, ["broken", 139, "It was killed by signal 11"]],
  ["it is terminated", { exitCode: 143 }, ["broken", 143, "It was killed by signal 15"]],
  ["it was aborted", { exitCode: 143, cause: "aborted" }, [
    "broken",
    143,
    "It was ended before it was done",
  ]],
  ["no test ran", { tests: none }, ["broken", 0, noTest]],
  ["no test ran and it exits with 1", { exitCode: 1, tests: none }, ["broken", 1, noTest]],
  ["no test ran and expect matches", { gate: { expect: "" }, tests: none }, ["broken", 0, noTest]],
  ["a test ran", { tests: some }, ["passed", 0, null]],
  ["a test ran and it exits with 1", { exitCode: 1, tests: some }, [
    "failed",
    1,
    "It exited with code 1",
  ]],
  ["expect matches a line", { gate: { expect: "^all \\w+$" }, output: "a\nall good\nb" }, [
    "passed",
    0,
    null,
  ]],
  ["expect does not match", { gate: { expect: "^done$" }, output: "not done" }, [
    "broken",
    0,
    "Its output does not match what is expected: ^done$",
  ]],
  ["expect does not match and it exits with 1", { gate: { expect: "done" }, exitCode: 1 }, [
    "failed",
    1,
    "It exited with code 1",
  ]],
  ["expect is no regular expression", { gate: { expect: "(" }, exitCode: 1 }, [
    "broken",
    1,
    "Its expect is no regular expression: (",
  ]],
  ["a pipeline fails", { gate: { type: "ci-pipeline" }, exitCode: 2 }, [
    "failed",
    2,
    "It exited with code 2",
  ]],
  ["a pipeline ran no test", { gate: { type: "ci-pipeline" }, tests: none }, ["broken", 0, noTest]],
  ["a review finds nothing", { gate: review, output: "[]" }, ["passed", 0, null]],
  ["a review finds something grave", { gate: review, output: high }, [
    "failed",
    0,
    "1 finding of severity high or above (high: Leak)",
  ]],
  ["a review finds something below", { gate: { ...review, fail_on: "blocker" }, output: high }, [
    "passed",
    0,
    null,
  ]],
  ["a review exits with 1 with findings", { gate: review, exitCode: 1, output: high }, [
    "failed",
    1,
    "1 finding of severity high or above (high: Leak)",
  ]],
  ["a review exits with 1 without findings", { gate: review, exitCode: 1, output: "[]" }, [
    "failed",
    1,
    "It exited with code 1",
  ]],
  ["a review prints no JSON", { gate: review, output: "Looks good" }, [
    "broken",
    0,
    "Its findings cannot be read: it is no JSON",
  ]],
  ["a review prints nothing", { gate: review, exitCode: 1 }, [
    "broken",
    1,
    "Its findings cannot be read: nothing was printed on standard output",
  ]],
  ["a review prints too much", { gate: review, standardOutput: null }, [
    "broken",
    0,
    "Its findings cannot be read: there are too many",
  ]],
  ["a review crashes", { gate: review, exitCode: 139, output: "[]" }, [
    "broken",
    139,
    "It was killed by signal 11",
  ]],
  ["a review quotes a runner", { gate: review, output: "[]", tests: none }, ["passed", 0, null]],
  ["a review misses expect", { gate: { ...review, expect: "x" }, output: "[]" }, [
    "broken",
    0,
    "Its output does not match what is expected: x",
  ]],
];

for (const [what, given, said] of cases) {
  Deno.test(`judgeGate() says ${said[0]} when ${what}`, () => {
    assertEquals(judge(given), said);
  });
}

Deno.test("judgeEmptyGate() says broken with exit code 127", () => {
  assertEquals(judgeEmptyGate(), {
    outcome: "broken",
    reason: "It has no command",
    exit_code: 127,
    conclusive: true,
  });
});

Deno.test("judgeGate() is conclusive unless the gate was cut short", () => {
  const [gate] = resolveGates({ quality_gates: ["x"] }, {});
  if (!gate) throw new Error("no gate");
  const conclusive = (exitCode: number, cause: GateRun["end"]["cause"] = "exited") => {
    const end = { exitCode, cause };
    return judgeGate({ gate, end, standardOutput: "", tests: { runners: [], ran: 0 } })
      .conclusive;
  };
  assertEquals([0, 1, 124, 126, 127].map((code) => conclusive(code)), Array(5).fill(true));
  assertEquals([conclusive(137), conclusive(124, "timed_out"), conclusive(1, "aborted")], [
    false,
    false,
    false,
  ]);
});
