/**
 * Results of a task that is shown.
 *
 * @module
 */
import { join } from "@std/path";
import { attemptResultsFolder, resultPath } from "../dispatcher/result_paths.ts";
import { readResult } from "../controller/previous_failure.ts";
import { readHeading } from "../logs/log_heading.ts";
import { messageOf } from "../protocol/errors.ts";
import { isRecord } from "../protocol/events.ts";
import type { TaskResult } from "../protocol/generated/types.ts";
import { validateResult } from "../protocol/generated/validators.js";
import { taskNames } from "../protocol/names.ts";
import type { Settings } from "../protocol/settings.ts";
import type { RawTask } from "../protocol/task.ts";
import { describeFault, faultsOf } from "../protocol/validation.ts";
import { prunedSerial } from "../retention/task_files.ts";
import { parseJson, readText } from "../store/read_json.ts";
import type { Files } from "../sys/files.ts";
import type { World } from "../sys/world.ts";
import { describeContradiction } from "../protocol/contradiction.ts";
import type { OpenRepository } from "./open_repository.ts";

/** What is on disk of a task's attempts. */
export interface TaskRecords {
  /** Result of the task, or null while it has none. */
  result: TaskResult | null;
  resultPath: string;
  /** Results of attempts that were retried, oldest first. */
  attempts: TaskResult[];
  /** Why files that should hold one of these results hold none, a sentence each. */
  damaged: string[];
  /** Why the result in the place of its own is none of the task, a sentence; null otherwise. */
  stranger: string | null;
  /** Where queue and result of the task contradict each other, a sentence; null otherwise. */
  contradiction: string | null;
  /** Logs, oldest first. */
  logs: { serial: number; path: string }[];
  /** Logs up to this serial that are missing were removed by retention; 0 when none was. */
  prunedLogs: number;
}

/** Reads what is on disk of a task's attempts. */
export async function findRecords(
  world: Pick<World, "files">,
  { paths, settings }: Pick<OpenRepository, "paths" | "settings">,
  id: string,
  raw: RawTask,
): Promise<TaskRecords> {
  const { files } = world;
  const names = await taskNames(id);
  const named = isRecord(raw) && typeof raw.result_path === "string" ? raw.result_path : undefined;
  const usual = resultPath(paths, settings, names, undefined) ?? "";
  const own = resultPath(paths, settings, names, named) ?? usual;
  const places = [...new Set([own, usual])];
  const looks = places.map((path) => ({ path, found: readResult(files, path) }));
  const look = looks.find(({ found }) => found?.task_id === id);
  const result = look?.found ?? null;
  const folder = join(attemptResultsFolder(paths, settings), names.file);
  const logs = join(paths.logs, names.file);
  const attempts = bySerial(files.list(folder), ".json").map(({ name }) => join(folder, name));
  const wanted = result === null ? [...places, ...attempts] : attempts;
  const other = result === null ? looks[0]?.found?.task_id : undefined;
  return {
    result,
    resultPath: look?.path ?? usual,
    attempts: attempts.flatMap((path) => readResult(files, path) ?? []),
    damaged: wanted.flatMap((path) => whyDamaged(files, path) ?? []),
    stranger: other === undefined
      ? null
      : `Cannot use ${own} as the result of ${id} as it is that of ${other}`,
    contradiction: result && describeContradiction(raw, result),
    logs: bySerial(files.list(logs), ".log")
      .map(({ serial, name }) => ({ serial, path: join(logs, name) })),
    prunedLogs: prunedSerial(files, logs),
  };
}

/** Why a file that is there is no result, or null. */
function whyDamaged(files: Files, path: string): string | null {
  try {
    const text = readText(files, path);
    if (text === null) return null;
    const [fault] = faultsOf(validateResult, parseJson(text, path));
    return fault === undefined ? null : `Cannot read ${describeFault(path, fault)}`;
  } catch (error) {
    return messageOf(error);
  }
}

/** Whether results are removed at all. */
export function removesResults({ macp: { retention } }: Settings): boolean {
  return retention.result_days !== null || retention.result_max_count !== null;
}

/** Bytes of a log in which its first line stands. */
const headBytes = 4096;

/** What a log is of: `worker attempt 1 of 2`, `acceptance`, `landing`; null when nothing tells. */
export function whatLogIsOf(files: Files, path: string): string | null {
  try {
    const file = files.open(path, { read: true });
    try {
      const buffer = new Uint8Array(headBytes);
      const text = new TextDecoder().decode(buffer.subarray(0, file.read(buffer) ?? 0));
      return readHeading(text.split("\n", 1)[0] ?? "");
    } finally {
      file.close();
    }
  } catch {
    return null;
  }
}

function bySerial(names: readonly string[], suffix: string): { serial: number; name: string }[] {
  return names.filter((name) => name.endsWith(suffix))
    .map((name) => ({ serial: Number.parseInt(name, 10), name }))
    .filter(({ serial }) => serial > 0)
    .sort((a, b) => a.serial - b.serial);
}
