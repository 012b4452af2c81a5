/**
 * The real outside world. Only `main` and the tests on the real thing import it.
 *
 * @module
 */
import type { World } from "../sys/world.ts";
import { realFiles } from "./files.ts";
import { finds } from "./finds.ts";
import { realHttp } from "./http.ts";
import { realPorts } from "./ports.ts";
import { realProcesses } from "./processes.ts";

/** Timers take 31 bits; a longer one would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** The real outside world. */
export function realWorld(): World {
  return {
    files: realFiles,
    processes: realProcesses,
    ports: realPorts,
    http: realHttp(),
    clock: {
      now: () => Date.now(),
      elapsed: () => performance.now(),
      // Cheaper than setTimeout, which loads modules of Node at its first use.
      deadline: (ms) => AbortSignal.timeout(Math.min(ms, longestTimerMs)),
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          if (signal?.aborted) return resolve();
          const done = () => {
            clearTimeout(timer);
            signal?.removeEventListener("abort", done);
            resolve();
          };
          const timer = setTimeout(done, Math.min(ms, longestTimerMs));
          signal?.addEventListener("abort", done);
        }),
    },
    env: Deno.env.toObject(),
    uuid: () => crypto.randomUUID(),
    finds,
  };
}
