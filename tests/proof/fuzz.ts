/**
 * Gives the program what is wrong somewhere: files, arguments, answers of servers, output of
 * workers. Nothing may throw, hang, leak, or be damaged.
 *
 * @module
 */
import { caseOf, type CaseSubject } from "./fuzz_case.ts";
import type { FuzzPart, FuzzTask } from "./fuzz_worker.ts";

/** What came of it. */
export interface FuzzReport {
  cases: number;
  /** Cases by what they are about. */
  subjects: Partial<Record<CaseSubject, number>>;
  seconds: number;
  /** Empty when all is well: faults with the seed and the smallest case that was found. */
  faults: string[];
}

/** How much is tried. */
export interface FuzzPlan {
  /** The same seed gives the same cases; the case of a seed is made again by `cases: 1`. */
  seed: number;
  cases: number;
  /** Threads; 2 unless given. */
  threads?: number;
  /** Told now and then of the number of cases that were begun. */
  onProgress?: (cases: number) => void;
}

/** Milliseconds between looks, and after which a case that still runs never ends. */
const lookMs = 500;
const hangMs = 30_000;

/** Tries cases in threads. Each thread ends with its first fault. */
export async function proveBadInput(plan: FuzzPlan): Promise<FuzzReport> {
  const { seed, cases, threads = 2, onProgress } = plan;
  const begun = performance.now();
  const counts = Array.from({ length: threads }, () => new SharedArrayBuffer(8));
  const parts = await Promise.all(counts.map((shared, thread) => {
    const count = Math.floor((cases + threads - 1 - thread) / threads);
    const task = { first: seed + thread, step: threads, count, begun: shared };
    return runThread(task, () => onProgress?.(sumOf(counts)));
  }));
  const subjects: FuzzReport["subjects"] = {};
  for (const part of parts) {
    for (const [subject, count] of Object.entries(part.subjects) as [CaseSubject, number][]) {
      subjects[subject] = (subjects[subject] ?? 0) + count;
    }
  }
  return {
    cases: parts.reduce((sum, part) => sum + part.cases, 0),
    subjects,
    seconds: (performance.now() - begun) / 1000,
    faults: parts.flatMap(({ fault }) => fault === null ? [] : [fault]),
  };
}

function sumOf(counts: readonly SharedArrayBuffer[]): number {
  return counts.reduce((sum, shared) => sum + Atomics.load(new Int32Array(shared), 0), 0);
}

/** One thread to its end, or to the end of patience with one of its cases. */
function runThread(task: FuzzTask, onLook: () => void): Promise<FuzzPart> {
  const worker = new Worker(new URL("./fuzz_worker.ts", import.meta.url), { type: "module" });
  const told = new Int32Array(task.begun);
  return new Promise((resolve) => {
    const since = { mark: "", ms: performance.now() };
    const end = (part: FuzzPart) => {
      clearInterval(timer);
      worker.terminate();
      resolve(part);
    };
    const broken = (why: string): FuzzPart => {
      const cases = Math.max(0, Atomics.load(told, 0) - 1);
      const seed = task.first + cases * task.step;
      const { subject, input } = caseOf(seed);
      return {
        cases,
        subjects: {},
        fault: `seed ${seed} (${subject}): ${why}\n  with ${JSON.stringify(input)}`,
      };
    };
    const timer = setInterval(() => {
      onLook();
      const mark = `${Atomics.load(told, 0)} ${Atomics.load(told, 1)}`;
      if (mark !== since.mark) Object.assign(since, { mark, ms: performance.now() });
      if (performance.now() - since.ms > hangMs) end(broken("it does not come to its end"));
    }, lookMs);
    worker.onmessage = ({ data }: MessageEvent<FuzzPart>) => end(data);
    worker.onerror = (event) => {
      event.preventDefault();
      end(broken(`nobody catches ${event.message}`));
    };
    worker.postMessage(task);
  });
}
