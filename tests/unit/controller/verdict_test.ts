import { assertEquals } from "@std/assert";
import { judgeBase, judgeGates } from "../../../src/controller/verdict.ts";
import type { GateEvidence } from "../../../src/protocol/generated/types.ts";

function gate(change: Partial<GateEvidence> = {}): GateEvidence {
  return {
    command: "npm test",
    type: "mechanical",
    outcome: "failed",
    reason: "It exited with code 1",
    exit_code: 1,
    duration_seconds: 1,
    output_tail: "ok test_b\nFAIL test_a: expected 3, got 4\n",
    ...change,
  };
}

Deno.test("judgeGates() says with which words each red gate ended", () => {
  const missing = gate({
    command: "lint",
    outcome: "broken",
    reason: "A command was not found (exit code 127)",
    exit_code: 127,
    output_tail: "sh: 1: lint: not found",
  });
  assertEquals(judgeGates([gate(), gate({ outcome: "passed", exit_code: 0 }), missing]), {
    outcome: "gate_failed",
    error: "npm test failed (exit 1): FAIL test_a: expected 3, got 4; " +
      "lint broken (exit 127): sh: 1: lint: not found",
  });
});

Deno.test("judgeGates() says what tells more than an exit code, and nothing where nothing was said", () => {
  const noTest = gate({ outcome: "broken", reason: "No test ran (jest)", exit_code: 0 });
  assertEquals(judgeGates([noTest])?.error, "npm test broken: No test ran (jest)");
  const silent = gate({ output_tail: "", baseline: "already_red" });
  assertEquals(
    judgeGates([silent])?.error,
    "npm test failed (exit 1) (red on the base commit too)",
  );
  assertEquals(judgeGates([gate({ outcome: "passed" })]), null);
  const long = judgeGates([gate({ command: `${"x".repeat(400)}\nexit 1` })])?.error;
  assertEquals(long, `${"x".repeat(119)}… failed (exit 1): FAIL test_a: expected 3, got 4`);
});

Deno.test("judgeBase() says with which words the gates of the base ended", () => {
  assertEquals(
    judgeBase([gate()], "0123456789abcdef")?.error,
    "Gate red on the base commit 0123456789ab, no worker began: " +
      "npm test failed (exit 1): FAIL test_a: expected 3, got 4",
  );
});
