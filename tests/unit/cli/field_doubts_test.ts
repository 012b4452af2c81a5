import { assertEquals } from "@std/assert";
import { fieldDoubts, gateFieldDoubts } from "../../../src/cli/field_doubts.ts";

const task = { id: "a", title: "x", status: "pending" };
const doubt = (name: string, meant: string) =>
  `field "${name}" has no effect; did you mean ${meant}?`;

Deno.test("fieldDoubts() names the known field that an unknown one is close to", () => {
  const cases: [string, string][] = [
    ["qualty_gates", "quality_gates"],
    ["qualityGates", "quality_gates"],
    ["gates", "quality_gates"],
    ["Checks", "quality_gates"],
    ["dependsOn", "depends_on"],
    ["retries", "max_attempts"],
    ["comand", "command"],
  ];
  for (const [name, meant] of cases) {
    assertEquals(fieldDoubts({ ...task, [name]: [] }), [doubt(name, meant)]);
  }
});

Deno.test("fieldDoubts() has none about own fields, and what stands there under its name", () => {
  const own = { priority: 1, owner: "me", labels: [], url: "https://x", estimate: 3, notes: "" };
  assertEquals(fieldDoubts({ ...task, ...own, quality_gates: [], gates: [] }), []);
  assertEquals(fieldDoubts({ ...task, metadata: { model: "opus", delegate: {} } }), []);
  assertEquals(fieldDoubts("a"), []);
});

Deno.test("fieldDoubts() looks into metadata and gates", () => {
  assertEquals(fieldDoubts({ ...task, metadata: { expect_changes: false } }), [
    doubt("metadata.expect_changes", "metadata.expects_changes"),
  ]);
  assertEquals(gateFieldDoubts(["true", { command: "true", expects: "ok", timeout: 3 }]), [
    doubt("quality_gates.1.expects", "quality_gates.1.expect"),
    doubt("quality_gates.1.timeout", "quality_gates.1.timeout_seconds"),
  ]);
});
