import { assertEquals } from "@std/assert";
import { EventChanges } from "../../../src/events/event_changes.ts";
import { realWorld } from "../../../src/host/world.ts";
import type { World } from "../../../src/sys/world.ts";
import { tracesOf } from "../sys/signal_traces.ts";

/** A world in which time passes only by sleeping; `change` tells of a changed file. */
function smallWorld() {
  const { files, clock } = realWorld();
  const slept: number[] = [];
  let now = 0;
  let change: (name: string) => void = () => {};
  let watched = 0;
  const world: Pick<World, "files" | "clock"> = {
    files: {
      ...files,
      watch: (_folder, changed) => {
        change = changed;
        watched++;
        return () => void watched--;
      },
    },
    clock: {
      ...clock,
      elapsed: () => now,
      sleep: (ms, signal) => {
        slept.push(ms);
        if (ms <= 50) now += ms;
        if (signal?.aborted || ms <= 50) return Promise.resolve();
        return new Promise((resolve) => signal?.addEventListener("abort", () => resolve()));
      },
    },
  };
  return { world, slept, change: (name: string) => change(name), watched: () => watched };
}

Deno.test("EventChanges.wait() is short when the event file changes, or has changed before", async () => {
  const { world, slept, change, watched } = smallWorld();
  const changes = new EventChanges(world, "/o/events.ndjson");
  const waiting = changes.wait(2000);
  change("state.json");
  change("events.ndjson");
  await waiting;
  assertEquals(slept, [2000, 50]);
  change("events.ndjson");
  await changes.wait(2000);
  assertEquals(slept, [2000, 50, 50]);
  changes.stop();
  assertEquals(watched(), 0);
});

Deno.test("EventChanges.wait() ends when it is told to", async () => {
  const { world, slept, change } = smallWorld();
  const changes = new EventChanges(world, "/o/events.ndjson");
  const stop = new AbortController();
  const waiting = changes.wait(2000, stop.signal);
  change("state.json");
  stop.abort();
  await waiting;
  assertEquals(slept, [2000]);
});

Deno.test("EventChanges.wait() leaves nothing in a signal, however often it waits", async () => {
  const { world, change } = smallWorld();
  const changes = new EventChanges(world, "/o/events.ndjson");
  const traces = await tracesOf(async (signal) => {
    for (let looks = 0; looks < 100; looks++) {
      const waiting = changes.wait(2000, signal);
      change("events.ndjson");
      await waiting;
    }
  });
  assertEquals(traces, { listeners: 0, combined: 0 });
});
