/**
 * The files through which an attempt and its worker talk, in a folder of their own
 * that is removed afterwards.
 *
 * @module
 */
import { join } from "@std/path";
import { MacpError, messageOf } from "../protocol/errors.ts";
import type { Settings } from "../protocol/settings.ts";
import type { Task, TaskResult } from "../protocol/generated/types.ts";
import { readText } from "../store/read_json.ts";
import type { Files } from "../sys/files.ts";
import type { World } from "../sys/world.ts";
import { composeBrief } from "./brief.ts";
import { isBelow, realPathOf } from "../sys/real_path.ts";

/** Paths of one attempt's files. */
export interface AttemptFiles {
  folder: string;
  task: string;
  brief: string;
  result: string;
  /** Empty text on a first attempt. */
  previousFailure: string;
}

/** Name of the file that tells, beside the ledger, by which id an attempt's processes are known. */
const idName = "attempt-id";

/** Id of the attempt whose files lie in a folder, or null when they do not tell. */
export function readAttemptId(files: Files, folder: string): string | null {
  const path = join(folder, idName);
  const text = files.lstat(path)?.kind === "file" ? files.readText(path).trimEnd() : "";
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text) ? text : null;
}

/** Writes the files of an attempt, each readable by the user only. */
export function writeAttemptFiles(
  world: World,
  folder: string,
  content: { attemptId: string; task: Task; brief: string | null; previous: TaskResult | null },
): AttemptFiles {
  const { attemptId, task, brief, previous } = content;
  const { files } = world;
  files.remove(folder, { recursive: true });
  files.makeFolder(folder);
  const write = (name: string, text: string) => {
    const path = join(folder, name);
    const file = files.open(path, { write: true, createNew: true, mode: 0o600 });
    try {
      file.write(new TextEncoder().encode(text));
    } finally {
      file.close();
    }
    return path;
  };
  write(idName, `${attemptId}\n`);
  return {
    folder,
    task: write("task.json", `${JSON.stringify(task, null, 2)}\n`),
    brief: write("brief.md", composeBrief(task, brief, previous)),
    result: join(folder, "result.json"),
    previousFailure: previous === null
      ? ""
      : write("previous-failure.json", `${JSON.stringify(previous, null, 2)}\n`),
  };
}

/**
 * Content of a task's brief file: `brief_path`, else `<brief_dir>/<id>.md` where that
 * exists, else null. Always read from the operator's checkout.
 *
 * Throws `MacpError` of kind usage when the named file is missing or lies outside the
 * repository, and when there is one that cannot be read.
 */
export function readBrief(
  world: World,
  repository: string,
  task: Task,
  settings: Settings,
): string | null {
  const { files } = world;
  const named = task.brief_path;
  const name = named ?? join(settings.macp.brief_dir, `${task.id}.md`);
  const path = join(repository, name);
  const fail = (why: string, hint: string, cause?: unknown) =>
    new MacpError("usage", `Cannot read the brief of task ${task.id} as ${why}: ${name}`, {
      code: "brief_missing",
      hints: [hint],
      cause,
    });
  let inside: boolean;
  try {
    inside = isBelow(realPathOf(files, path), files.realPath(repository));
    if (inside && files.stat(path)?.kind === "file") return readText(files, path);
  } catch (cause) {
    throw fail(whyUnreadable(cause), "Mend the file, then: macp retry", cause);
  }
  if (named === undefined) return null;
  const why = inside ? "it does not exist" : "it lies outside the repository";
  throw fail(why, "brief_path is relative to the repository");
}

/** Why a file cannot be read, in words that do not name it again. */
function whyUnreadable(error: unknown): string {
  if (!(error instanceof MacpError)) return messageOf(error).replace(/: \w+ '.*$/s, "");
  return error.message.replace(/^Cannot read .* as /s, "");
}
