import { assertEquals } from "@std/assert";
import { isEmptyCommand, resolveGates } from "../../../src/gates/resolve_gates.ts";

const plain = {
  type: "mechanical" as const,
  timeoutSeconds: 1800,
  failOn: "high" as const,
  expect: null,
  env: {},
};

Deno.test("resolveGates() takes those of the configuration when the task has none", () => {
  assertEquals(resolveGates({}, { quality_gates: ["make test"] }), [
    { command: "make test", ...plain },
  ]);
  assertEquals(resolveGates({}, {}), []);
});

Deno.test("resolveGates() takes the task's own instead, also when there are none", () => {
  const config = { quality_gates: ["make test"] };
  assertEquals(resolveGates({ quality_gates: ["own"] }, config), [{ command: "own", ...plain }]);
  assertEquals(resolveGates({ quality_gates: [] }, config), []);
});

Deno.test("resolveGates() keeps what a gate says", () => {
  const gate = {
    command: "review",
    type: "ai-review" as const,
    timeout_seconds: 5,
    fail_on: "low" as const,
    expect: "ok",
    env: { A: "1" },
  };
  assertEquals(resolveGates({ quality_gates: [gate] }, {}), [
    {
      command: "review",
      type: "ai-review",
      timeoutSeconds: 5,
      failOn: "low",
      expect: "ok",
      env: { A: "1" },
    },
  ]);
});

Deno.test("isEmptyCommand() is true when nothing would run", () => {
  for (const command of ["", " ", "\n\t\n", "# make test", "  # a\n\n # b\n"]) {
    assertEquals(isEmptyCommand(command), true, JSON.stringify(command));
  }
  for (const command of ["true", "# a\ntrue", "  make # test", ":"]) {
    assertEquals(isEmptyCommand(command), false, JSON.stringify(command));
  }
});
