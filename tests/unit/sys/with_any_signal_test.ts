import { assertEquals, assertRejects } from "@std/assert";
import { withAnySignal } from "../../../src/sys/with_any_signal.ts";
import { tracesOf } from "./signal_traces.ts";

for (const index of [0, 1]) {
  Deno.test(`withAnySignal() aborts for the same reason when signal ${index} does`, async () => {
    const controllers = [new AbortController(), new AbortController()];
    const signals = controllers.map(({ signal }) => signal);
    const reason = await withAnySignal(signals, (signal) => {
      const aborted = Promise.withResolvers<unknown>();
      signal.addEventListener("abort", () => aborted.resolve(signal.reason));
      controllers[index]?.abort("enough");
      return aborted.promise;
    });
    assertEquals(reason, "enough");
  });
}

Deno.test("withAnySignal() begins aborted when a signal is", async () => {
  const signals = [new AbortController().signal, AbortSignal.abort("before")];
  const reason = await withAnySignal(
    signals,
    ({ aborted, reason }) => Promise.resolve(aborted ? reason : null),
  );
  assertEquals(reason, "before");
});

Deno.test("withAnySignal() aborts nothing after the work", async () => {
  const controller = new AbortController();
  const ended = await withAnySignal([controller.signal], (signal) => Promise.resolve({ signal }));
  controller.abort();
  assertEquals(ended.signal.aborted, false);
});

Deno.test("withAnySignal() leaves nothing in a signal, also when the work fails", async () => {
  const traces = await tracesOf(async (signal) => {
    await withAnySignal([signal], () => Promise.resolve());
    await assertRejects(() => withAnySignal([signal], () => Promise.reject(new Error("no"))));
    await assertRejects(() =>
      withAnySignal([signal], () => {
        throw new Error("at once");
      })
    );
  });
  assertEquals(traces, { listeners: 0, combined: 0 });
});
