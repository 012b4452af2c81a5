/**
 * Random histories of a model, the same ones at each run so that a change alone decides what
 * comes of it. The seed is printed; MACP_MODEL_SEED and MACP_MODEL_RUNS set it and the number
 * of histories, and the seed "random" takes new ones. When one fails, the shortest part of it that fails too is told.
 *
 * @module
 */
import { Choices } from "../../proof/random.ts";
import { type Model, type Step, stepNames } from "./event_model.ts";

const runs = Number(Deno.env.get("MACP_MODEL_RUNS") ?? 10_000);
const wantedSeed = Deno.env.get("MACP_MODEL_SEED") ?? "20261121";
const firstSeed = wantedSeed === "random" ? Date.now() % 1_000_000_000 : Number(wantedSeed);

function randomSteps(seed: number): Step[] {
  const choices = new Choices(seed);
  const random = () => choices.next();
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

/** What is wrong with a history of a model, or null. */
export async function faultOf(model: Model, steps: readonly Step[]): Promise<string | null> {
  try {
    await model.run(steps);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The shortest part of a history that fails, found by leaving out ever smaller pieces. */
async function shrink(make: () => Model, steps: readonly Step[]): Promise<readonly Step[]> {
  let best = steps;
  for (let size = Math.ceil(best.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < best.length;) {
      const fewer = [...best.slice(0, at), ...best.slice(at + size)];
      if (await faultOf(make(), fewer) !== null) best = fewer;
      else at += size;
    }
  }
  return best;
}

/** Runs random histories, each with a model of its own. Throws a short one that fails. */
export async function checkHistories(make: () => Model): Promise<void> {
  console.log(`seed ${firstSeed}, ${runs} histories`);
  for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
    const steps = randomSteps(seed);
    const fault = await faultOf(make(), steps);
    if (fault === null) continue;
    const shrunk = await shrink(make, steps);
    const text = shrunk.map((step) => JSON.stringify(step)).join(",\n");
    const why = await faultOf(make(), shrunk) ?? `${fault}, but not always`;
    throw new Error(`MACP_MODEL_SEED=${seed}: ${why}\n[${text}]`);
  }
}
