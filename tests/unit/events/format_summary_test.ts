import { assertEquals } from "@std/assert";
import type { EventFacts } from "../../../src/events/format_event.ts";
import { formatSummary } from "../../../src/events/format_summary.ts";
import { bytesOf } from "../../../src/events/limit_text.ts";
import { ntfyMarkup } from "../../../src/events/neutralise_ntfy.ts";
import { summarise } from "../../../src/events/summarise.ts";

function event(type: string, id: string, more: Partial<EventFacts> = {}): EventFacts {
  return { event_type: type, task_id: id, ...more };
}

Deno.test("formatSummary() says so when there is nothing to tell", () => {
  assertEquals(formatSummary([]), "**MACP digest** — nothing to tell");
  assertEquals(
    formatSummary([event("task.exploded", "A", { timestamp: "2026-11-21T16:05:00Z" })]),
    "**MACP digest** — nothing to tell (2026-11-21 16:05 UTC)",
  );
});

Deno.test("formatSummary() tells each task as it stands last, those that need a person first", () => {
  const events = [
    event("task.completed", "A", { message: "Done", timestamp: "2026-11-21T08:00:00+01:00" }),
    event("task.failed", "B", { message: "Red" }),
    event("task.retry.scheduled", "B", { message: "Queued again by a person" }),
    event("task.escalated", "C", { message: "Why?", timestamp: "2026-11-21T09:30:00Z" }),
  ];
  assertEquals(
    formatSummary(events).split("\n"),
    [
      "**MACP digest** — 1 escalated, 1 completed, 1 waiting, 1 retry (2026-11-21 07:00 – 09:30 UTC)",
      "🚨 **Task C escalated** — Why?",
      "✅ **Task A completed** — Done",
      "⏳ **Task B waits** — Queued again by a person",
    ],
  );
});

Deno.test("formatSummary() keeps to the limit and counts what it leaves out", () => {
  const events = Array.from(
    { length: 1000 },
    (_, index) => event("task.failed", `TASK-${index}`, { message: "*é😀".repeat(500) }),
  );
  for (const most of [2000, 1999, 1500, 900, 120]) {
    const markup = { ...ntfyMarkup, most };
    const text = formatSummary(events, { markup });
    assertEquals(bytesOf(text) <= most, true);
    assertEquals(text.isWellFormed(), true);
    const lines = text.split("\n");
    assertEquals(lines.at(-1), `… and ${1000 - (lines.length - 2)} more`);
  }
  const discord = formatSummary(events);
  assertEquals(discord.length <= 2000 && discord.length > 1600, true, `${discord.length}`);
});

Deno.test("formatSummary() shows every line when they fit to the last character", () => {
  const events = [event("task.failed", "A"), event("task.failed", "B")];
  const whole = formatSummary(events, { markup: ntfyMarkup });
  const at = (most: number) => formatSummary(events, { markup: { ...ntfyMarkup, most } });
  assertEquals(at(bytesOf(whole)), whole);
  assertEquals(at(bytesOf(whole) - 1).split("\n").at(-1), "… and 1 more");
});

Deno.test("summarise() reads its events once and keeps the best one of each task", () => {
  function* once(): Generator<EventFacts> {
    yield event("task.assigned", "A");
    yield event("task.started", "A");
    yield event("rail.check.failed", "A");
    yield event("task.progress", "A", { metadata: { landed: { into: "main" } } });
    yield event("task.progress", "B", { timestamp: "never" });
  }
  assertEquals(summarise(once()), {
    events: 5,
    tasks: [{ id: "A", state: "running", event: event("task.started", "A") }],
    landed: 1,
    retries: 0,
    redGates: 1,
    from: null,
    to: null,
  });
});
