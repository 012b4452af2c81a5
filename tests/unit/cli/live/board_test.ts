import { assertEquals } from "@std/assert";
import { Stories, withGatesAhead } from "../../../../src/cli/live/board.ts";
import type { ReadEvent } from "../../../../src/protocol/events.ts";

function event(type: string, metadata: Record<string, unknown> = {}, message = ""): ReadEvent {
  return {
    event_id: "",
    event_type: type,
    task_id: "t",
    status: "",
    timestamp: "",
    source: "",
    message,
    metadata,
  };
}

function told(...events: ReadEvent[]) {
  const stories = new Stories();
  events.forEach((one) => stories.take(one));
  return stories.of("t");
}

Deno.test("Stories follow the gates of an attempt, and tell red from broken", () => {
  const { gates } = told(
    event("task.gated"),
    event("rail.check.started", { gate: "a" }),
    event("rail.check.passed", { gate: "a", gate_outcome: "passed" }),
    event("rail.check.started", { gate: "b" }),
    event("rail.check.failed", { gate: "b", gate_outcome: "failed" }),
    event("rail.check.failed", { gate: "c", gate_outcome: "broken" }),
    event("rail.check.started", { gate: "a" }),
  );
  assertEquals(gates.map(({ command, state }) => `${command} ${state}`), [
    "a passed",
    "b failed",
    "c broken",
    "a running",
  ]);
});

Deno.test("Stories begin anew with an attempt, and are over with its end", () => {
  const gate = event("rail.check.passed", { gate: "a" });
  assertEquals(told(gate, event("task.assigned")).gates, []);
  assertEquals(told(gate, event("task.retry.scheduled")).gates, []);
  assertEquals(told(event("task.progress", {}, "half")).progress, "half");
  const stories = new Stories();
  stories.take(gate);
  stories.keep(new Set());
  assertEquals(stories.of("t").gates, []);
});

Deno.test("withGatesAhead() adds the gates that were not told of", () => {
  const gates = withGatesAhead([{ command: "a", state: "passed" }], ["a", "b"]);
  assertEquals(gates.map(({ state }) => state), ["passed", "ahead"]);
});
