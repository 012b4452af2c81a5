/**
 * Checking the files of delegations.
 *
 * @module
 */
import { basename, dirname, join } from "@std/path";
import { readHandoff } from "../delegation/handoff_file.ts";
import { readRequest } from "../delegation/request_record.ts";
import { handoffPaths } from "../delegation/run_id.ts";
import { messageOf } from "../protocol/errors.ts";
import {
  validateHandoff,
  validateLenientHandoff,
  type Validator,
} from "../protocol/generated/validators.js";
import { describeFault, faultsOf } from "../protocol/validation.ts";
import type { Files } from "../sys/files.ts";

/** What a file of a delegation can be. */
export type HandoffKind = "handoff" | "lenient-handoff" | "request";

const validators: Record<Exclude<HandoffKind, "request">, Validator> = {
  handoff: validateHandoff,
  "lenient-handoff": validateLenientHandoff,
};

const ending = /(?:\.prev|\.request)?\.json$/;

/**
 * What a file of a delegation is, by its name and by what was asked; null for other files. An
 * answer lies in a folder `handoffs`, or beside the record of its run.
 */
export function handoffKindOf(files: Files, path: string): HandoffKind | null {
  const folder = dirname(path);
  const { request } = handoffPaths(folder, runIdOf(path));
  if (path === request) return "request";
  const recorded = files.lstat(request) !== null;
  if (!ending.test(path) || !(recorded || basename(folder) === "handoffs")) return null;
  try {
    const record = readRequest(files, request, runIdOf(path));
    return record?.strict === false ? "lenient-handoff" : "handoff";
  } catch {
    return "handoff";
  }
}

/** Answers and records of runs in a folder; not what was moved aside, which is faulty. */
export function handoffFiles(files: Files, folder: string): string[] {
  return files.list(folder)
    .filter((name) => name.endsWith(".json") && !/\.prev\.json$/i.test(name))
    .map((name) => join(folder, name));
}

/** Faults of a file, a sentence each. */
export function handoffFaults(files: Files, path: string, kind: HandoffKind): string[] {
  if (kind === "request") return requestFaults(files, path);
  const read = readHandoff(files, path);
  switch (read.kind) {
    case "absent":
      return [`${path}: it is gone`];
    case "unparsable":
    case "unreadable":
      return [`${path}: ${read.reason}`];
    case "read":
      return faultsOf(validators[kind], read.document).map((fault) => describeFault(path, fault));
  }
}

function requestFaults(files: Files, path: string): string[] {
  try {
    readRequest(files, path, runIdOf(path));
    return [];
  } catch (error) {
    return [messageOf(error)];
  }
}

function runIdOf(path: string): string {
  return basename(path).replace(ending, "");
}
