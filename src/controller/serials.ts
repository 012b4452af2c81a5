/**
 * Serials of attempts: per task, never repeated, whatever became of the queue.
 *
 * @module
 */
import { join } from "@std/path";
import { isRecord } from "../protocol/events.ts";
import type { TaskNames } from "../protocol/names.ts";
import type { RawTask } from "../protocol/task.ts";
import type { Files } from "../sys/files.ts";

/** Folders in which each attempt leaves something named after its serial. */
export interface AttemptTraces {
  logs: string;
  attemptResults: string;
}

/** The serial of a task's next attempt. */
export function nextSerial(
  files: Files,
  traces: AttemptTraces,
  names: TaskNames,
  raw: RawTask,
): number {
  const recorded = isRecord(raw) && typeof raw.last_attempt === "number" ? raw.last_attempt : 0;
  const left = [join(traces.logs, names.file), join(traces.attemptResults, names.file)]
    .flatMap((folder) => files.list(folder))
    .map((name) => Number.parseInt(name, 10) || 0);
  return Math.max(recorded, ...left) + 1;
}
