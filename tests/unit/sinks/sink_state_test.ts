import { assertEquals } from "@std/assert";
import { positionAt } from "../../../src/events/tail_position.ts";
import { pauseMs } from "../../../src/sinks/pauses.ts";
import { SinkState } from "../../../src/sinks/sink_state.ts";
import { eventOf } from "./test_receiver.ts";

const now = Date.parse("2026-01-01T00:00:00Z");
const calm = { quiet: null, windowMs: 0 };

/** Ids of the events that are due. */
function dueIds(state: SinkState, at: number): string[] {
  return state.due(calm, at).map(({ event }) => event.event.event_id);
}

function stateWith(...tasks: string[]): SinkState {
  const state = new SinkState(positionAt(0));
  for (const [index, task_id] of tasks.entries()) {
    state.park(eventOf({ event_id: String(index), task_id }), now);
  }
  return state;
}

Deno.test("SinkState lets the events of a task wait behind one that failed, and no others", () => {
  const state = stateWith("a", "b", "a");
  const [first] = state.waiting;
  if (first) state.failed(first, { reason: "no", nextAt: now + 5000 });
  assertEquals(dueIds(state, now), ["1"]);
  assertEquals(dueIds(state, now + 5000), ["0", "1", "2"]);
  assertEquals([state.isBlocked("a"), state.isBlocked("c")], [true, false]);
  state.remove(state.waiting.slice(0, 1));
  assertEquals(state.isBlocked("a"), true);
  state.remove(state.waiting.slice(1));
  assertEquals(state.isBlocked("a"), false);
});

Deno.test("SinkState is the same after it was written and read", () => {
  const state = stateWith("a", "b");
  const [first] = state.waiting;
  if (first) state.failed(first, { reason: "no", nextAt: now + 5000 });
  state.close(now + 60_000);
  const again = new SinkState(JSON.parse(JSON.stringify(state.cursor())));
  assertEquals(again.cursor(), state.cursor());
  assertEquals([dueIds(again, now + 59_999), dueIds(again, now + 60_000)], [[], ["0", "1"]]);
});

Deno.test("SinkState ends its pauses with other settings, and only then it is enabled again", () => {
  const state = stateWith("a");
  assertEquals(state.configure("one", now), false);
  state.close(now + 60_000);
  assertEquals(state.configure("one", now), false);
  assertEquals(state.isClosed(now), true);
  assertEquals(state.configure("two", now), false);
  assertEquals(state.isClosed(now), false);
  state.disable("gone", "two", now);
  assertEquals(state.configure("two", now), false);
  assertEquals(state.disabled, "gone");
  assertEquals([state.hasSettings("two"), state.hasSettings("three")], [true, false]);
  assertEquals(state.configure("three", now), true);
  assertEquals(state.disabled, null);
});

Deno.test("SinkState takes a pause that is longer than a day for a fault of the clock", () => {
  const state = stateWith("a");
  state.close(now + 2 * 86_400_000);
  assertEquals(state.isClosed(now), false);
});

Deno.test("SinkState has room for a thousand events, and for four million characters", () => {
  const state = stateWith(...Array.from({ length: 999 }, () => "a"));
  assertEquals(state.hasRoom(), true);
  state.park(eventOf(), now);
  assertEquals(state.hasRoom(), false);
  const large = stateWith();
  large.park(eventOf({ message: "x".repeat(4 * 1024 * 1024) }), now);
  assertEquals(large.hasRoom(), false);
});

Deno.test("pauseMs() doubles up to a quarter of an hour, and chance makes it up to half shorter", () => {
  assertEquals([1, 2, 3, 9, 99].map((tries) => pauseMs(tries, 1)), [
    5000,
    10_000,
    20_000,
    900_000,
    900_000,
  ]);
  assertEquals(pauseMs(1, 0), 2500);
});
