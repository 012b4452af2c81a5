/**
 * Random histories of an event file against what readers of it must have seen. The seed is
 * printed; MACP_MODEL_SEED and MACP_MODEL_RUNS set it and the number of histories. When one
 * fails, the shortest part of it that fails too is printed.
 */
import { assert, assertEquals } from "@std/assert";
import { Model, type Step, stepNames } from "./event_model.ts";

const runs = Number(Deno.env.get("MACP_MODEL_RUNS") ?? 10_000);
const firstSeed = Number(Deno.env.get("MACP_MODEL_SEED") ?? Date.now() % 1_000_000_000);

/** Random numbers from 0 to 1 that a seed decides (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function randomSteps(seed: number): Step[] {
  const random = randomFrom(seed);
  // Some histories are without what may repeat events: there nothing may come twice.
  const allowed = random() < 0.4
    ? stepNames.filter((name) => !["crash", "fail", "truncate"].includes(name))
    : stepNames;
  return Array.from({ length: 5 + Math.floor(random() * 30) }, () => {
    const name = random() < 0.4
      ? random() < 0.6 ? "write" : "poll"
      : allowed[Math.floor(random() * allowed.length)] ?? "poll";
    return { name, a: random(), b: random() };
  });
}

/** What is wrong with a history, or null. */
async function faultOf(steps: readonly Step[]): Promise<string | null> {
  try {
    await new Model().run(steps);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The shortest part of a history that fails, found by leaving out ever smaller pieces. */
async function shrink(steps: readonly Step[]): Promise<readonly Step[]> {
  let best = steps;
  for (let size = Math.ceil(best.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < best.length;) {
      const fewer = [...best.slice(0, at), ...best.slice(at + size)];
      if (await faultOf(fewer) !== null) best = fewer;
      else at += size;
    }
  }
  return best;
}

Deno.test("EventTail and cursors lose nothing in random histories of an event file", async () => {
  console.log(`seed ${firstSeed}, ${runs} histories`);
  for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
    const steps = randomSteps(seed);
    if (await faultOf(steps) === null) continue;
    const shrunk = await shrink(steps);
    const text = shrunk.map((step) => JSON.stringify(step)).join(",\n");
    throw new Error(`MACP_MODEL_SEED=${seed}: ${await faultOf(shrunk)}\n[${text}]`);
  }
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
  assertEquals(await faultOf([write, write, poll]), null);
});
