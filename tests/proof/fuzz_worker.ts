/**
 * Tries cases in a thread of its own, so that one that never ends can be noticed from outside.
 *
 * @module
 */
import { caseOf, type CaseSubject, tryCase } from "./fuzz_case.ts";
import { shrink } from "./fuzz_shrink.ts";

/** What a thread is told. */
export interface FuzzTask {
  /** Seed of the first case; that of each further one is `step` more. */
  first: number;
  step: number;
  /** How many. */
  count: number;
  /** Shared memory: the number of cases that were begun. */
  begun: SharedArrayBuffer;
}

/** What a thread tells in the end. */
export interface FuzzPart {
  cases: number;
  subjects: Partial<Record<CaseSubject, number>>;
  /** The first fault, with its case made small. */
  fault: string | null;
}

/** The thread's side: `self` of a worker. */
interface Thread {
  onmessage: ((message: { data: FuzzTask }) => void) | null;
  postMessage(part: FuzzPart): void;
}

/** Tries cases until one has a fault. */
async function tryCases({ first, step, count, begun }: FuzzTask): Promise<FuzzPart> {
  const told = new Int32Array(begun);
  const part: FuzzPart = { cases: 0, subjects: {}, fault: null };
  for (; part.cases < count; part.cases++) {
    Atomics.store(told, 0, part.cases + 1);
    const seed = first + part.cases * step;
    const { subject, input } = caseOf(seed);
    part.subjects[subject] = (part.subjects[subject] ?? 0) + 1;
    const fault = await tryCase(subject, input);
    if (fault === null) continue;
    const small = await shrink(input, fault, async (candidate) => {
      Atomics.add(told, 1, 1);
      return await tryCase(subject, candidate);
    });
    part.fault = `seed ${seed} (${subject}): ${small.fault}\n  with ${JSON.stringify(small.input)}`;
    return part;
  }
  return part;
}

const thread = globalThis as typeof globalThis & Partial<Thread>;
if (typeof thread.postMessage === "function" && !("document" in globalThis)) {
  thread.onmessage = async ({ data }) => thread.postMessage?.(await tryCases(data));
}
