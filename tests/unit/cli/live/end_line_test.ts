import { assertEquals } from "@std/assert";
import { endLine } from "../../../../src/cli/live/end_line.ts";
import { marksFor } from "../../../../src/cli/live/marks.ts";

function lineOf(
  event_type: string,
  metadata: Record<string, unknown>,
  message = "Why. Human review needed.",
): string | null {
  const event = {
    event_id: "e",
    event_type,
    task_id: "t",
    status: "",
    timestamp: "2026-11-21T08:00:00.000Z",
    source: "controller",
    message,
    metadata: { duration_seconds: 2, title: "Title", ...metadata },
  };
  return endLine(event, {
    marks: marksFor({ LANG: "C.UTF-8" }),
    paint: (color, text) => color === "bold" ? text : `<${color}>${text}</>`,
    redact: (text) => text,
    now: 0,
  });
}

Deno.test("endLine() gives a question a mark of its own, and a failure another", () => {
  for (const outcome of ["needs_input", "worker_escalated", "handed_over"]) {
    assertEquals(
      lineOf("task.escalated", { outcome }),
      "<yellow>?</> t  <yellow>escalated after 2s</>  Why",
    );
  }
  assertEquals(
    lineOf("task.escalated", { outcome: "gate_failed" }),
    "<red>✗</> t  <red>escalated after 2s</>  Why",
  );
});

Deno.test("endLine() calls cancelled what a person cancelled, and says where no gate looked", () => {
  assertEquals(
    lineOf("task.failed", { outcome: "cancelled" }, "Cancelled by a person"),
    "<red>✗</> t  <red>cancelled after 2s</>  Cancelled by a person",
  );
  const bare = lineOf("task.completed", { outcome: "completed", gates: 0 });
  assertEquals(bare, "<green>✓</> t  <green>completed in 2s (no gates)</>  Title");
  const gated = lineOf("task.completed", { outcome: "completed", gates: 2 });
  assertEquals(gated, "<green>✓</> t  <green>completed in 2s</>  Title");
});
