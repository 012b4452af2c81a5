import { assertEquals } from "@std/assert";
import {
  type EventFacts,
  formatDuration,
  formatEvent,
  isFormatted,
} from "../../../src/events/format_event.ts";

function event(type: string, more: Partial<EventFacts> = {}): EventFacts {
  return { event_type: type, task_id: "TASK-001", ...more };
}

Deno.test("formatEvent() gives the line of the specification for each type that has one", () => {
  const lines = [
    formatEvent(event("task.completed", {
      message: "Task completed",
      metadata: {
        title: "Implement user auth",
        attempt: 1,
        max_attempts: 1,
        duration_seconds: 45,
      },
    })),
    formatEvent(event("task.failed", {
      message: "Build error: exit code 1",
      metadata: { title: "Build", attempt: 2, max_attempts: 3, duration_seconds: 9 },
    })),
    formatEvent(event("task.escalated", {
      message: "Gate failures after 3 attempts. Human review needed.",
      metadata: { title: "Build", attempt: 3, max_attempts: 3, duration_seconds: 9 },
    })),
    formatEvent(event("task.gated", { message: "Quality gates running" })),
    formatEvent(event("task.started", {
      message: "Worker started",
      metadata: { runtime: "codex", dispatch: "yolo", attempt: 1, max_attempts: 1 },
    })),
  ];
  assertEquals(lines, [
    "✅ **Task TASK-001 completed** — Implement user auth (attempt 1/1, 45s)",
    "❌ **Task TASK-001 failed** — Build error: exit code 1 (attempt 2/3)",
    "🚨 **Task TASK-001 escalated** — Gate failures after 3 attempts. Human review needed.",
    "🔍 **Task TASK-001 gated** — Quality gates running...",
    "⚙️ **Task TASK-001 started** — Worker: codex, dispatch: yolo",
  ]);
});

Deno.test("formatEvent() has no line for other types, known or not", () => {
  const types = [
    "task.assigned",
    "task.progress",
    "task.retry.scheduled",
    "rail.check.started",
    "rail.check.passed",
    "rail.check.failed",
    "task.exploded",
    "constructor",
    "",
  ];
  assertEquals(types.map((type) => formatEvent(event(type))), types.map(() => null));
  assertEquals(types.filter(isFormatted), []);
  assertEquals(["task.gated", "task.started"].map(isFormatted), [true, true]);
});

Deno.test("formatEvent() leaves out what the metadata do not tell, or tell in another kind", () => {
  assertEquals(
    [
      formatEvent(event("task.completed", { message: "Implement user auth" })),
      formatEvent(event("task.completed", { message: "Done", metadata: { title: " " } })),
      formatEvent(event("task.completed", { metadata: { attempt: 2, duration_seconds: 0 } })),
      formatEvent(event("task.completed", {
        message: "Done",
        metadata: { attempt: "1", max_attempts: null, duration_seconds: null, title: 7 },
      })),
      formatEvent(event("task.failed", { message: "Cancelled", metadata: { attempt: 0 } })),
      formatEvent(event("task.started")),
      formatEvent(event("task.started", { metadata: { dispatch: "exec" } })),
      formatEvent(event("task.started", { metadata: { runtime: "codex" } })),
    ],
    [
      "✅ **Task TASK-001 completed** — Implement user auth",
      "✅ **Task TASK-001 completed** — Done",
      "✅ **Task TASK-001 completed** (attempt 2, 0s)",
      "✅ **Task TASK-001 completed** — Done",
      "❌ **Task TASK-001 failed** — Cancelled",
      "⚙️ **Task TASK-001 started**",
      "⚙️ **Task TASK-001 started** — dispatch: exec",
      "⚙️ **Task TASK-001 started** — Worker: codex",
    ],
  );
});

Deno.test("formatEvent() keeps to 2000 characters and to whole code points, and keeps the end of the line", () => {
  for (const letter of ["x", "😀", "*", "\\", "é", "`"]) {
    const line = formatEvent(event("task.completed", {
      metadata: { title: letter.repeat(5000), attempt: 1, max_attempts: 1 },
    })) ?? "";
    assertEquals(line.length <= 2000, true, `${letter}: ${line.length}`);
    assertEquals(line.length >= 1996, true, `${letter}: ${line.length}`);
    assertEquals(line.isWellFormed(), true, letter);
    assertEquals(line.endsWith("… (attempt 1/1)"), true, line.slice(-30));
  }
});

Deno.test("formatEvent() keeps to 2000 characters also when nothing but the id and the runtime are long", () => {
  const long = formatEvent({
    event_type: "task.started",
    task_id: "*".repeat(5000),
    metadata: { runtime: "r".repeat(5000), dispatch: "yolo" },
  }) ?? "";
  assertEquals(long.length <= 2000, true);
  assertEquals(long.isWellFormed(), true);
});

Deno.test("formatEvent() says how many earlier events the line stands for", () => {
  assertEquals(
    formatEvent(event("task.failed", { message: "Red", metadata: { attempt: 1 } }), {
      earlier: 2,
    }),
    "❌ **Task TASK-001 failed** — Red (attempt 1) (+2 earlier)",
  );
});

Deno.test("formatDuration() names the two largest units", () => {
  assertEquals(
    [0, 0.04, 1, 44.6, 59.6, 60, 125, 3600, 3725, 90_000, 266_400].map(formatDuration),
    ["0s", "<1s", "1s", "45s", "1m", "1m", "2m 5s", "1h", "1h 2m", "1d 1h", "3d 2h"],
  );
});
