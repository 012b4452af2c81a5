import { assertEquals, assertRejects } from "@std/assert";
import { Turns } from "../../../src/git/turns.ts";

Deno.test("take() begins a call when the one before it has ended, also with an error", async () => {
  const turns = new Turns();
  const log: string[] = [];
  const first = Promise.withResolvers<void>();
  const calls = [
    turns.take(async () => {
      log.push("first begins");
      await first.promise;
      log.push("first ends");
      throw new Error("first failed");
    }),
    turns.take(() => Promise.resolve(log.push("second"))),
  ];
  first.resolve();
  await assertRejects(() => calls[0] as Promise<unknown>, Error, "first failed");
  await calls[1];
  assertEquals(log, ["first begins", "first ends", "second"]);
});
