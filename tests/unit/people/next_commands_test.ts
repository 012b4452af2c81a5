import { assertEquals } from "@std/assert";
import { nextCommands, type NextFacts } from "../../../src/people/next_commands.ts";

function commands(facts: Partial<NextFacts>): string[] {
  const whole = {
    id: "t",
    outcome: null,
    hasLog: false,
    hasWork: false,
    worktree: null,
    branch: null,
    dependencies: [],
    ...facts,
  };
  return nextCommands(whole).map(({ command }) => command);
}

Deno.test("nextCommands() names for each outcome what helps it", () => {
  assertEquals(commands({ outcome: "needs_input", hasLog: true }), [
    "macp logs t",
    'macp reply t "…"',
  ]);
  assertEquals(commands({ outcome: "handed_over" }), ["macp show t --acp", "macp accept t"]);
  assertEquals(commands({ outcome: "gate_files_blocked" }), [
    "macp diff t",
    "macp accept t",
    'macp reply t "…"',
  ]);
  assertEquals(commands({ outcome: "gate_files_blocked", dependencies: ["feat/a"] }), [
    "macp show t",
    "macp retry t",
  ]);
  assertEquals(commands({ outcome: "invalid_task" }), ["macp validate", "macp retry t"]);
  assertEquals(commands({ outcome: "interrupted_accept" }), ["macp accept t"]);
  assertEquals(commands({ outcome: "worker_failed" }), ["macp retry t"]);
  assertEquals(commands({ outcome: null }), ["macp retry t"]);
});

Deno.test("nextCommands() leads into the worktree, or brings it back first", () => {
  const facts = { outcome: "gate_failed", hasWork: true };
  assertEquals(commands({ ...facts, worktree: "/work trees/t" }).slice(0, 3), [
    "macp diff t",
    "cd '/work trees/t'",
    "macp accept t",
  ]);
  assertEquals(commands(facts).slice(0, 3), ["macp diff t", "macp restore t", "macp accept t"]);
});

Deno.test("nextCommands() has a person merge the dependencies that conflict", () => {
  assertEquals(
    commands({ outcome: "merge_conflict", branch: "feat/t", dependencies: ["feat/a", "feat/b"] }),
    ["git switch feat/t", "git merge feat/a", "git merge feat/b", "git switch -", "macp retry t"],
  );
});

Deno.test("nextCommands() says what a reply does: it answers, or tells the worker what to change", () => {
  const why = (outcome: string) =>
    nextCommands({
      ...{ id: "t", outcome, hasLog: false, hasWork: false, worktree: null, branch: null },
      dependencies: [],
    }).find(({ command }) => command.startsWith("macp reply"))?.why;
  assertEquals(why("needs_input"), "answer it and queue it again");
  assertEquals(why("worker_escalated"), "answer it and queue it again");
  const otherwise = "say what to do differently, and queue it again";
  assertEquals(why("gate_failed"), otherwise);
  assertEquals(why("gate_broken"), otherwise);
  assertEquals(why("gate_files_blocked"), otherwise);
});
