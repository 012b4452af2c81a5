/** Random histories of an event file against what readers of it must have seen. */
import { assert, assertEquals } from "@std/assert";
import { Model } from "./event_model.ts";
import { checkHistories, faultOf } from "./random_histories.ts";

Deno.test("EventTail and cursors lose nothing in random histories of an event file", async () => {
  await checkHistories(() => new Model());
});

Deno.test("The model of an event file sees a reader that loses, repeats or turns events around", async () => {
  const write = { name: "write", a: 0.99, b: 0.2 } as const;
  const poll = { name: "poll", a: 0, b: 0 } as const;
  const faults = {
    lose: "was not delivered",
    repeat: "was delivered again",
    turn: "out of order",
  } as const;
  for (const [bug, fault] of Object.entries(faults)) {
    let message = "";
    await new Model(bug as keyof typeof faults).run([write, write, poll]).catch((error) => {
      message = error instanceof Error ? error.message : String(error);
    });
    assert(message.includes(fault), `${bug}: ${message}`);
  }
  assertEquals(await faultOf(new Model(), [write, write, poll]), null);
});
