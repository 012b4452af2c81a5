import { assertEquals } from "@std/assert";
import { backoffSeconds, followUp, type Outcome } from "../../../src/protocol/outcomes.ts";

const now = Date.UTC(2026, 0, 1);

function follow(outcome: Outcome, attempts: number, legacy = false) {
  return followUp({ outcome, attempts, maxAttempts: 2, legacy, backoffSeconds: 10, now });
}

// The table of section 4.7: outcome, status with attempts left, status without, spent.
const table: [Outcome, string, string, boolean][] = [
  ["completed", "completed", "completed", true],
  ["worker_failed", "pending", "failed", true],
  ["timed_out", "pending", "failed", true],
  ["stalled", "pending", "failed", true],
  ["worker_lost", "pending", "failed", true],
  ["setup_failed", "pending", "failed", true],
  ["no_changes", "pending", "failed", true],
  ["gate_failed", "pending", "escalated", true],
  ["gate_broken", "pending", "escalated", true],
  ["worktree_failed", "failed", "failed", true],
  ["cancelled", "failed", "failed", true],
  ["merge_conflict", "escalated", "escalated", true],
  ["needs_input", "escalated", "escalated", true],
  ["worker_escalated", "escalated", "escalated", true],
  ["handed_over", "escalated", "escalated", true],
  ["gate_files_blocked", "escalated", "escalated", true],
  ["invalid_task", "escalated", "escalated", true],
  ["rate_limited", "pending", "pending", false],
  ["interrupted", "pending", "pending", false],
];

for (const [outcome, withLeft, without, spent] of table) {
  Deno.test(`followUp() does as the specification says when the outcome is ${outcome}`, () => {
    assertEquals(follow(outcome, 1).status, withLeft);
    assertEquals(follow(outcome, 2).status, without);
    assertEquals(follow(outcome, 2).spent, spent);
  });
}

Deno.test("followUp() fails a legacy task whose gate is red, and never escalates it", () => {
  assertEquals(follow("gate_failed", 1, true).status, "pending");
  assertEquals(follow("gate_failed", 2, true).status, "failed");
  assertEquals(follow("gate_broken", 2, true).status, "failed");
});

Deno.test("followUp() says when the next attempt may start", () => {
  assertEquals(follow("gate_failed", 1).notBefore, new Date(now + 10_000).toISOString());
  assertEquals(follow("gate_failed", 2).notBefore, null);
  assertEquals(follow("interrupted", 1).notBefore, null);
});

Deno.test("backoffSeconds() doubles up to 300", () => {
  assertEquals([1, 2, 3, 5, 6, 60].map((n) => backoffSeconds(10, n)), [10, 20, 40, 160, 300, 300]);
});
