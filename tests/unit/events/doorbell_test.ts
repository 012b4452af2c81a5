import { assertEquals } from "@std/assert";
import { type DoneOn, doorbellKind } from "../../../src/events/doorbell_kind.ts";
import type { EventFacts } from "../../../src/events/format_event.ts";
import { ringOf } from "../../../src/events/ring.ts";

function event(type: string, metadata?: Record<string, unknown>, message = "Why"): EventFacts {
  return { event_type: type, task_id: "TASK-001", message, ...(metadata ? { metadata } : {}) };
}

const landed = { into: "main", commit: "abc", at: "2026-11-21T16:05:00.000Z" };

Deno.test("doorbellKind() is done once the work landed, or once it is completed, never both", () => {
  const kinds = (doneOn?: DoneOn) => [
    doorbellKind(event("task.progress", { landed }), doneOn),
    doorbellKind(event("task.completed", {}), doneOn),
    doorbellKind(event("task.progress", { landed: true }), doneOn),
    doorbellKind(event("task.progress"), doneOn),
  ];
  assertEquals(kinds(), ["done", null, null, null]);
  assertEquals(kinds("landed"), ["done", null, null, null]);
  assertEquals(kinds("completed"), [null, "done", null, null]);
});

Deno.test("doorbellKind() tells exhausted attempts and time from what needs a person", () => {
  const kindOf = (outcome: string, type = "task.failed") =>
    doorbellKind(event(type, { outcome, attempt: 2, max_attempts: 2 }));
  for (
    const outcome of [
      "worker_failed",
      "timed_out",
      "stalled",
      "worker_lost",
      "setup_failed",
      "no_changes",
    ]
  ) assertEquals(kindOf(outcome), "frozen", outcome);
  for (const outcome of ["gate_failed", "gate_broken"]) {
    assertEquals(kindOf(outcome, "task.escalated"), "frozen", outcome);
  }
  for (
    const outcome of [
      "needs_input",
      "worker_escalated",
      "handed_over",
      "gate_files_blocked",
      "baseline_red",
      "merge_conflict",
      "invalid_task",
      "something_new",
      "constructor",
    ]
  ) assertEquals(kindOf(outcome, "task.escalated"), "needs-human", outcome);
  assertEquals(kindOf("worktree_failed"), "needs-human");
  assertEquals(kindOf("cancelled"), null);
});

Deno.test("doorbellKind() goes by the attempts that are left", () => {
  const kindOf = (metadata?: Record<string, unknown>) =>
    doorbellKind(event("task.failed", metadata));
  assertEquals(kindOf({ outcome: "worker_failed", attempt: 1, max_attempts: 3 }), "needs-human");
  assertEquals(kindOf({ outcome: "timed_out", attempt: 1, max_attempts: 3 }), "frozen");
  assertEquals(kindOf({ attempt: 3, max_attempts: 3 }), "frozen");
  assertEquals(kindOf({ attempt: 1, max_attempts: 3 }), "needs-human");
  assertEquals(kindOf(), "needs-human");
});

Deno.test("doorbellKind() is null for what is not the end of a task", () => {
  const types = ["task.assigned", "task.started", "task.gated", "task.retry.scheduled"];
  const others = ["rail.check.failed", "task.landed", "toString"];
  for (const type of [...types, ...others]) {
    assertEquals(doorbellKind(event(type, { outcome: "worker_failed", landed })), null, type);
  }
});

Deno.test("ringOf() names repository, issue and thread as the metadata do", () => {
  const issueOf = (metadata: Record<string, unknown>) =>
    ringOf(event("task.failed", metadata), { repository: "shop" })?.issue;
  const cases: [Record<string, unknown>, { repo: string; number: number | string }][] = [
    [{}, { repo: "shop", number: "TASK-001" }],
    [{ repo: "infra" }, { repo: "infra", number: "TASK-001" }],
    [{ repo: "infra", issue: "#42" }, { repo: "infra", number: 42 }],
    [{ issue: "42" }, { repo: "shop", number: 42 }],
    [{ issue: 42 }, { repo: "shop", number: 42 }],
    [{ repo: "infra", issue: "owner/web#7" }, { repo: "owner/web", number: 7 }],
    [{ issue: "https://git.example/o/r/issues/9" }, { repo: "shop", number: 9 }],
    [{ issue: "JIRA-12" }, { repo: "shop", number: "JIRA-12" }],
    [{ issue: "#" }, { repo: "shop", number: "TASK-001" }],
    [{ issue: " ", repo: 7 }, { repo: "shop", number: "TASK-001" }],
    [{ issue: ["42"], repo: "a b\n" }, { repo: "a-b", number: "TASK-001" }],
  ];
  for (const [metadata, issue] of cases) assertEquals(issueOf(metadata), issue);
});

Deno.test("ringOf() tells task, title and message on one line", () => {
  const about = { title: "Implement\nauth", issue: "#4", thread_id: "t-1", outcome: "needs_input" };
  assertEquals(
    ringOf(event("task.escalated", about, "Which\r\ndatabase?"), { repository: "shop" }),
    {
      kind: "needs-human",
      issue: { repo: "shop", number: 4 },
      threadId: "t-1",
      detail: "TASK-001: Implement auth — Which database?",
    },
  );
  assertEquals(ringOf(event("task.failed"), { repository: "shop", earlier: 2 }), {
    kind: "needs-human",
    issue: { repo: "shop", number: "TASK-001" },
    threadId: null,
    detail: "Why (+2 earlier)",
  });
  assertEquals(ringOf(event("task.started"), { repository: "shop" }), null);
});

Deno.test("ringOf() keeps what happened although the title is long", () => {
  const { detail = "" } = ringOf(event("task.failed", { title: "x".repeat(5000) }), {
    repository: "shop",
  }) ?? {};
  assertEquals(detail, `${"x".repeat(199)}… — Why`);
});
