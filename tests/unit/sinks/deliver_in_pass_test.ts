import { assertEquals } from "@std/assert";
import { backOffMs, chance, type Trial, tryInPass } from "../../../src/sinks/deliver_in_pass.ts";
import type { Delivered } from "../../../src/sinks/sink.ts";
import { realWorld } from "../../../src/host/world.ts";
import { tracesOf } from "../sys/signal_traces.ts";
import { never, withQuickClock } from "./test_receiver.ts";

const delivered: Delivered = { kind: "delivered" };

function failed(afterMs: number | null = null): Delivered {
  return { kind: "retry", reason: "no", afterMs };
}

/** Tries whose outcomes are given, the last one for ever. */
function trialOf(outcomes: Delivered[], changes: Partial<Trial> = {}): Trial & { tries: number } {
  const trial: Trial & { tries: number } = {
    tries: 0,
    retryCount: 2,
    timeoutMs: 10_000,
    signal: never(),
    attempt: () => {
      const outcome = outcomes[Math.min(trial.tries, outcomes.length - 1)] ?? delivered;
      trial.tries++;
      return Promise.resolve(outcome);
    },
    ...changes,
  };
  return trial;
}

Deno.test("tryInPass() tries again until it works", async () => {
  const world = withQuickClock(realWorld());
  const trial = trialOf([failed(), failed(), delivered]);
  assertEquals(await tryInPass(world, trial), delivered);
  assertEquals([trial.tries, world.slept.length], [3, 2]);
});

Deno.test("tryInPass() gives up after as many further tries as it may", async () => {
  for (const retryCount of [0, 1, 5]) {
    const trial = trialOf([failed()], { retryCount, timeoutMs: 1e9 });
    assertEquals(await tryInPass(withQuickClock(realWorld()), trial), failed());
    assertEquals(trial.tries, retryCount + 1);
  }
});

for (
  const outcome of [
    { kind: "refused", reason: "no" },
    { kind: "disabled", reason: "no" },
    { kind: "skipped" },
  ] as const
) {
  Deno.test(`tryInPass() does not try again what is ${outcome.kind}`, async () => {
    const trial = trialOf([outcome, delivered]);
    assertEquals(await tryInPass(withQuickClock(realWorld()), trial), outcome);
    assertEquals(trial.tries, 1);
  });
}

Deno.test("tryInPass() waits as long as it is asked to", async () => {
  const world = withQuickClock(realWorld());
  assertEquals(await tryInPass(world, trialOf([failed(1234), failed(0), delivered])), delivered);
  assertEquals(world.slept, [1234, 0]);
});

Deno.test("tryInPass() does not begin a wait that its time is too short for", async () => {
  const world = withQuickClock(realWorld());
  const trial = trialOf([failed(10_000), delivered]);
  assertEquals(await tryInPass(world, trial), failed(10_000));
  assertEquals([trial.tries, world.slept.length], [1, 0]);
});

Deno.test("tryInPass() ends when its signal aborts during a wait", async () => {
  const abort = new AbortController();
  const world = realWorld();
  const clock = {
    ...world.clock,
    sleep: (ms: number, signal?: AbortSignal) => {
      abort.abort();
      return world.clock.sleep(ms, signal);
    },
  };
  const trial = trialOf([failed(9000), delivered], { signal: abort.signal });
  assertEquals(await tryInPass({ ...world, clock }, trial), failed(9000));
  assertEquals(trial.tries, 1);
});

Deno.test("tryInPass() ends a try that takes longer than the time for all", async () => {
  const signals: AbortSignal[] = [];
  const trial = trialOf([], {
    timeoutMs: 50,
    attempt: (signal) => {
      signals.push(signal);
      return new Promise((resolve) => signal.addEventListener("abort", () => resolve(failed())));
    },
  });
  assertEquals(await tryInPass(realWorld(), trial), failed());
  assertEquals(signals.length, 1);
});

Deno.test("backOffMs() is anything from nothing to a limit that doubles up to a minute", () => {
  assertEquals([0, 1, 2, 3].map((retry) => backOffMs(retry, 0.999_999)), [999, 1999, 3999, 7999]);
  assertEquals(backOffMs(100, 0.5), 30_000);
  assertEquals([0, 5, 100].map((retry) => backOffMs(retry, 0)), [0, 0, 0]);
});

Deno.test("chance() spreads over 0 to 1", () => {
  const chances = Array.from({ length: 1000 }, () => chance(crypto.randomUUID()));
  assertEquals(chances.every((value) => value >= 0 && value < 1), true);
  const mean = chances.reduce((sum, value) => sum + value) / chances.length;
  assertEquals(Math.abs(mean - 0.5) < 0.1, true, `mean ${mean}`);
});

Deno.test("tryInPass() leaves nothing in a signal, however many events it tries", async () => {
  const world = withQuickClock(realWorld());
  const traces = await tracesOf(async (signal) => {
    for (let events = 0; events < 100; events++) {
      await tryInPass(world, trialOf([failed(), delivered], { signal }));
    }
  });
  assertEquals(traces, { listeners: 0, combined: 0 });
});
