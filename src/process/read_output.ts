/**
 * Hands on what a child prints.
 *
 * @module
 */
import type { Child } from "../sys/processes.ts";
import type { Clock } from "../sys/world.ts";

/** Milliseconds of one step of waiting for the end of the output. */
const stepMs = 100;
/** Steps without any output after which waiting ends. */
const quietSteps = 10;
/** Steps after which waiting ends although there is output. */
const maximumSteps = 20;

/** What a child prints is handed to `onOutput`, chunk by chunk, as it comes. */
export interface OutputOptions {
  /** Whether standard error is a stream of its own. */
  separateStderr?: boolean;
  onOutput: (chunk: Uint8Array, stream: "out" | "err") => void;
  /** Called with what `onOutput` threw; no output is handed on after that. */
  onFault: (error: unknown) => void;
}

/** Output of a child that is being read. */
export interface Output {
  /**
   * To be called when nobody is left who should print: waits for the end of the output,
   * though not longer than 1 s without output (2 s in all) when someone else keeps
   * the pipe open, and closes the pipe. Never rejects.
   */
  finish(clock: Clock): Promise<void>;
}

/** Reads all that a child prints. `onOutput` is called only while this is not finished. */
export function readOutput(child: Child, options: OutputOptions): Output {
  let chunks = 0;
  const over = new AbortController();
  const pump = async (reader: ReadableStreamDefaultReader<Uint8Array>, stream: "out" | "err") => {
    let failed = false;
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      chunks++;
      if (failed) continue; // Read on, so that the child does not hang on a full pipe.
      try {
        options.onOutput(value, stream);
      } catch (error) {
        failed = true;
        options.onFault(error);
      }
    }
  };
  const streams = options.separateStderr ? ["out", "err"] as const : ["out"] as const;
  const readers = streams.map((name) => {
    const reader = (name === "out" ? child.stdout : child.stderr).getReader();
    return { reader, done: pump(reader, name).catch(options.onFault) };
  });
  const done = Promise.all(readers.map(({ done }) => done)).then(() => over.abort());
  return {
    async finish(clock) {
      for (let step = 0, quiet = 0; step < maximumSteps && quiet < quietSteps; step++) {
        if (over.signal.aborted) break;
        const before = chunks;
        await clock.sleep(stepMs, over.signal);
        quiet = chunks === before ? quiet + 1 : 0;
      }
      await Promise.all(readers.map(({ reader }) => reader.cancel().catch(() => {})));
      await done;
    },
  };
}
