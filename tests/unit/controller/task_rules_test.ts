import { assertEquals } from "@std/assert";
import { changedRules, rulesOf } from "../../../src/controller/task_rules.ts";
import type { Task } from "../../../src/protocol/generated/types.ts";

const task: Task = {
  id: "t",
  title: "T",
  status: "running",
  type: "coding",
  quality_gates: ["npm test"],
  metadata: { issue: "#1", expects_changes: true },
};
const rules = rulesOf(task);

Deno.test("changedRules() gives null when only other fields changed, or nothing is known", () => {
  assertEquals(
    changedRules({ ...task, title: "U", metadata: { expects_changes: true } }, { rules }),
    null,
  );
  assertEquals(changedRules(undefined, { rules }), null);
  assertEquals(changedRules({ ...task, quality_gates: [] }, {}), null);
});

Deno.test("changedRules() puts back what was changed, and leaves the rest of the metadata", () => {
  const raw = { ...task, quality_gates: [], metadata: { mine: 1, expects_changes: false } };
  const changed = changedRules(raw, { rules });
  assertEquals(changed?.fields, {
    quality_gates: ["npm test"],
    metadata: { mine: 1, expects_changes: true },
  });
  assertEquals(
    changed?.told,
    "What judges the task was changed in tasks.json while it ran, and was put back: " +
      "quality_gates (was []), expects_changes (was false). To change it, do so while the task " +
      "does not run",
  );
});

Deno.test("changedRules() takes out what was added, and gives back what was taken out", () => {
  const plain: Task = { id: "t", title: "T", status: "running", type: "review" };
  const { type: _, ...raw } = { ...plain, quality_gates: ["true"], metadata: "none" };
  const changed = changedRules(raw, { rules: rulesOf(plain) });
  assertEquals(changed?.fields, { type: "review", quality_gates: undefined });
  assertEquals(changed?.told.includes('type (was gone), quality_gates (was ["true"])'), true);
});
