import { assertEquals } from "@std/assert";
import { stdoutSink } from "../../../src/sinks/stdout.ts";
import { eventOf, never } from "./test_receiver.ts";

function printing(format: "text" | "json", eventFilter: string[] | null = null) {
  const lines: string[] = [];
  return { lines, sink: stdoutSink({ format, eventFilter, print: (line) => lines.push(line) }) };
}

Deno.test("stdoutSink() prints the line of an event", async () => {
  const { lines, sink } = printing("text");
  assertEquals(await sink.deliver(eventOf(), never()), { kind: "delivered" });
  assertEquals(lines, [
    "✅ **Task TASK-001 completed** — Implement user auth (attempt 1/1, 45s)",
  ]);
});

Deno.test("stdoutSink() passes over events without a line, unless it prints JSON", async () => {
  const progress = eventOf({ event_type: "task.progress" });
  const text = printing("text", ["task.*"]);
  assertEquals(text.sink.accepts(progress), true);
  assertEquals(await text.sink.deliver(progress, never()), { kind: "skipped" });
  assertEquals(text.lines, []);
  assertEquals(printing("text").sink.accepts(progress), false);
  const json = printing("json");
  assertEquals(json.sink.accepts(progress), true);
  assertEquals(await json.sink.deliver(progress, never()), { kind: "delivered" });
  assertEquals(json.lines, [JSON.stringify(progress)]);
});

Deno.test("stdoutSink() keeps an event that could not be printed", async () => {
  const print = () => {
    throw new Error("Broken pipe");
  };
  const sink = stdoutSink({ format: "text", eventFilter: null, print });
  assertEquals(await sink.deliver(eventOf(), never()), {
    kind: "retry",
    reason: "standard output takes nothing: Broken pipe",
    afterMs: null,
  });
});
