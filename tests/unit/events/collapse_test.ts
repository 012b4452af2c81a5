import { assertEquals } from "@std/assert";
import { type Calm, type Pending, planMessages } from "../../../src/events/collapse.ts";
import { readQuietHours } from "../../../src/events/quiet_hours.ts";

const noon = Date.parse("2026-11-21T12:00:00Z");
const second = 1000;
const collapsing: Calm<string> = { quiet: null, windowMs: 60 * second };

/** Events named `<task><number>`, each with its time in seconds after noon. */
function pending(...events: (readonly [string, number])[]): Pending<string>[] {
  return events.map(([event, at]) => ({
    event,
    taskId: event.slice(0, 1),
    at: noon + at * second,
  }));
}

function plan(events: Pending<string>[], calm: Calm<string>, now: number) {
  const { due, waiting, nextAt } = planMessages(events, calm, noon + now * second);
  return {
    due: due.map(({ event, earlier }) => [...earlier, event].join("+")),
    waiting,
    nextAt: nextAt === null ? null : (nextAt - noon) / second,
  };
}

Deno.test("planMessages() sends all at once, in order, when nothing is asked for", () => {
  const events = pending(["a1", 0], ["b1", 0], ["a2", 1]);
  assertEquals(plan(events, { quiet: null, windowMs: 0 }, 1), {
    due: ["a1", "b1", "a2"],
    waiting: [],
    nextAt: null,
  });
  assertEquals(plan([], collapsing, 0), { due: [], waiting: [], nextAt: null });
});

Deno.test("planMessages() makes a burst of a task one message once the task is still", () => {
  const events = pending(["a1", 0], ["b1", 5], ["a2", 20], ["a3", 40]);
  assertEquals(plan(events, collapsing, 64), {
    due: [],
    waiting: ["a1", "b1", "a2", "a3"],
    nextAt: 65,
  });
  assertEquals(plan(events, collapsing, 65), {
    due: ["b1"],
    waiting: ["a1", "a2", "a3"],
    nextAt: 100,
  });
  assertEquals(plan(events, collapsing, 100), {
    due: ["b1", "a1+a2+a3"],
    waiting: [],
    nextAt: null,
  });
});

Deno.test("planMessages() keeps bursts with a pause between them apart, in order", () => {
  const events = pending(["a1", 0], ["a2", 59], ["a3", 119], ["a4", 120]);
  assertEquals(plan(events, collapsing, 150), {
    due: ["a1+a2"],
    waiting: ["a3", "a4"],
    nextAt: 180,
  });
  assertEquals(plan(events, collapsing, 500).due, ["a1+a2", "a3+a4"]);
});

Deno.test("planMessages() tells a burst that does not end after five windows, or as asked", () => {
  const events = pending(
    ...Array.from({ length: 11 }, (_, index) => [`a${index}`, index * 30] as const),
  );
  assertEquals(plan(events.slice(0, 10), collapsing, 299).nextAt, 300);
  assertEquals(plan(events, collapsing, 300).due.length, 1);
  assertEquals(plan(events, collapsing, 300).waiting, []);
  assertEquals(plan(events.slice(0, 3), { ...collapsing, longestMs: 60 * second }, 61).due, [
    "a0+a1+a2",
  ]);
});

Deno.test("planMessages() tells a burst at once that its newest event ends", () => {
  const calm = { ...collapsing, endsBurst: (event: string) => event === "a3" || event === "b1" };
  const events = pending(["a1", 0], ["b1", 1], ["a2", 2], ["a3", 3], ["b2", 4]);
  assertEquals(plan(events, calm, 4), { due: ["a1+a2+a3"], waiting: ["b1", "b2"], nextAt: 64 });
});

Deno.test("planMessages() lets nobody wait for events whose time is unknown or yet to come", () => {
  const events: Pending<string>[] = [
    { event: "a1", taskId: "a", at: NaN },
    { event: "b1", taskId: "b", at: noon + 3600 * second },
    ...pending(["c1", 0]),
    { event: "c2", taskId: "c", at: NaN },
  ];
  assertEquals(plan(events, collapsing, 0), {
    due: ["a1", "b1"],
    waiting: ["c1", "c2"],
    nextAt: 60,
  });
});

Deno.test("planMessages() sends nothing in quiet hours and says when they end", () => {
  const quiet = readQuietHours({ from: "11:00", to: "13:00" }, "UTC");
  const events = pending(["a1", 0], ["b1", 10]);
  assertEquals(plan(events, { quiet, windowMs: 0 }, 20), {
    due: [],
    waiting: ["a1", "b1"],
    nextAt: 3600,
  });
  assertEquals(plan(events, { quiet, windowMs: 0 }, 3600).due, ["a1", "b1"]);
});

Deno.test("planMessages() makes what a task did in the same quiet hours one message", () => {
  const quiet = readQuietHours({ from: "11:00", to: "13:00" }, "UTC");
  const day = 24 * 3600;
  const events = pending(["a1", -7200], ["a2", 0], ["b1", 600], ["a3", 3000], ["a4", day]);
  assertEquals(plan(events, { quiet, windowMs: 60 * second }, day + 3600).due, [
    "a1",
    "b1",
    "a2+a3",
    "a4",
  ]);
});

Deno.test("planMessages() loses and repeats nothing and keeps the order of each task", () => {
  let state = 7;
  const next = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 8) % below;
  };
  for (let round = 0; round < 2000; round++) {
    let at = 0;
    const events = pending(...Array.from({ length: next(12) }, (_, index) => {
      at += next(90) - 5;
      return [`${"abc"[next(3)]}${index}`, next(20) === 0 ? NaN : at] as const;
    }));
    const { due, waiting } = planMessages(events, collapsing, noon + (at + next(120)) * second);
    const sent = due.flatMap(({ event, earlier }) => [...earlier, event]);
    for (const task of "abc") {
      const own = (event: string) => event.startsWith(task);
      assertEquals(
        [...sent.filter(own), ...waiting.filter(own)],
        events.map(({ event }) => event).filter(own),
      );
    }
    assertEquals(sent.length + waiting.length, events.length);
  }
});
