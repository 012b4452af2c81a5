/**
 * Run ids, and the files that are named by them.
 *
 * @module
 */
import { join } from "@std/path";
import { MacpError } from "../protocol/errors.ts";
import { taskIdPattern } from "../protocol/names.ts";
import { shortJson } from "../protocol/validation.ts";
import type { World } from "../sys/world.ts";

/** Endings that would make a run's answer a file of another run. */
const reserved = /\.(?:prev|request|lock)$/i;

/** Files of one run. */
export interface HandoffPaths {
  /** Where the agent leaves its answer. */
  answer: string;
  /** The answer before, which was not good enough. */
  previous: string;
  /** What was asked. */
  request: string;
  /** Lock of the process that waits for the answer. */
  lock: string;
}

/** A new run id: `orch-<epoch seconds>-<8 hexadecimal digits>`. */
export function newRunId({ clock, uuid }: Pick<World, "clock" | "uuid">): string {
  const digits = uuid().replaceAll("-", "").slice(0, 8);
  return `orch-${Math.floor(clock.now() / 1000)}-${digits}`;
}

/**
 * Throws `MacpError` of kind usage, code `invalid_run_id`, unless the id can name a file of
 * its own in the folder of the answers.
 */
export function checkRunId(id: string): void {
  if (taskIdPattern.test(id) && !reserved.test(id)) return;
  const why = taskIdPattern.test(id) ? `it ends in ${reserved.exec(id)?.[0]}` : "it names no file";
  throw new MacpError("usage", `Cannot delegate under this run id as ${why}: ${shortJson(id)}`, {
    code: "invalid_run_id",
    hints: [
      "It begins with a letter or digit, goes on with letters, digits, '.', '_' and '-', " +
      "has at most 128 characters, and does not end in .prev, .request or .lock",
    ],
  });
}

/** Files of a run whose id was checked, in the folder of the answers. */
export function handoffPaths(folder: string, runId: string): HandoffPaths {
  return {
    answer: join(folder, `${runId}.json`),
    previous: join(folder, `${runId}.prev.json`),
    request: join(folder, `${runId}.request.json`),
    lock: join(folder, `${runId}.lock`),
  };
}
