/**
 * The log of delegations: one line an event, one file a day (UTC).
 *
 * @module
 */
import { join } from "@std/path";
import { endsOpen, readLines } from "../events/event_log.ts";
import { messageOf } from "../protocol/errors.ts";
import { isRecord } from "../protocol/events.ts";
import type { Redactor } from "../redaction/redactor.ts";
import type { Files } from "../sys/files.ts";
import type { World } from "../sys/world.ts";

/** What happens to a delegation. */
export type DelegationEvent =
  | "attempt_start"
  | "late_arrival"
  | "send_error"
  | "send_failed"
  | "validation_failed"
  | "complete"
  | "timeout"
  | "acl_denied"
  | "health_failed";

/** What all lines of one delegation say. */
export interface DelegationBase {
  runId: string;
  agent: string;
  workflowId?: string | null;
  stepId?: string | null;
}

/** What one line says besides. Further fields stand at its end. */
export interface DelegationFacts {
  /** Number of the attempt; 1 unless given. */
  attempt?: number;
  /** Milliseconds since the attempt began; 0 unless given. */
  elapsedMs?: number;
  [more: string]: string | number | boolean | null | undefined;
}

/** One line of the log. */
export interface DelegationEntry {
  /** RFC 3339, UTC. */
  timestamp: string;
  runId: string;
  agent: string;
  event: string;
  detail: string;
  attempt: number;
  elapsedMs: number;
  workflowRunId?: string;
  stepId?: string;
  [more: string]: unknown;
}

/** Most characters of a text in the log. */
const maxCharacters = 500;

const dayMs = 24 * 60 * 60 * 1000;
const logName = /^(\d{4}-\d{2}-\d{2})\.jsonl$/;

/** Writes what happens to one delegation. */
export class DelegationLog {
  readonly #world: Pick<World, "files" | "clock">;
  readonly #folder: string;
  readonly #redact: Pick<Redactor, "value">;
  readonly #base: DelegationBase;
  /** Why a line could not be written; null when all were. */
  failure: string | null = null;

  /**
   * @param folder Folder of the log, which is made when it is missing.
   * @param redact Takes secrets out of each line.
   */
  constructor(
    world: Pick<World, "files" | "clock">,
    folder: string,
    redact: Pick<Redactor, "value">,
    base: DelegationBase,
  ) {
    this.#world = world;
    this.#folder = folder;
    this.#redact = redact;
    this.#base = base;
  }

  /** Adds a line. A delegation does not end because that failed: `failure` tells. */
  add(event: DelegationEvent, detail: string, facts: DelegationFacts = {}): void {
    const { files, clock } = this.#world;
    const timestamp = new Date(clock.now()).toISOString();
    const entry = entryOf(this.#base, { ...facts, timestamp, event, detail });
    const line = JSON.stringify(shortened(this.#redact.value(entry)));
    try {
      files.makeFolder(this.#folder);
      appendLine(files, join(this.#folder, `${timestamp.slice(0, 10)}.jsonl`), line);
    } catch (error) {
      this.failure ??= messageOf(error);
    }
  }
}

/** The fields of a line in their order; what `facts` says never stands in their place. */
function entryOf(
  { runId, agent, workflowId, stepId }: DelegationBase,
  { timestamp, event, detail, attempt = 1, elapsedMs = 0, ...more }: DelegationFacts & {
    timestamp: string;
    event: DelegationEvent;
    detail: string;
  },
): DelegationEntry {
  const own = { timestamp, runId, agent, event, detail, attempt, elapsedMs: Math.round(elapsedMs) };
  const workflow = workflowId ? { workflowRunId: workflowId } : {};
  const step = stepId ? { stepId } : {};
  const entry = { ...own, ...workflow, ...step };
  return { ...entry, ...more, ...entry };
}

/** With its texts cut; after secrets were taken out, so that no part of one is left. */
function shortened(entry: DelegationEntry): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(entry).map(([name, value]) => [
      name,
      typeof value === "string" && value.length > maxCharacters
        ? value.slice(0, maxCharacters).replace(/[\ud800-\udbff]$/, "")
        : value,
    ]),
  );
}

/** Adds a line by one write; a line that a crash left unfinished is ended first. */
function appendLine(files: Files, path: string, line: string): void {
  const kind = files.lstat(path)?.kind ?? "file";
  if (kind !== "file") throw new Error(`It is a ${kind}, not a file: ${path}`);
  const file = files.open(path, { read: true, append: true, create: true, mode: 0o600 });
  try {
    const start = endsOpen(file) ? "\n" : "";
    file.write(new TextEncoder().encode(`${start}${line}\n`));
  } finally {
    file.close();
  }
}

/** One line of the log that was read, and the file that it stands in. */
export interface DelegationLine {
  file: string;
  /** Null when the line holds no entry. */
  entry: DelegationEntry | null;
}

/**
 * Lines of the log, oldest file first; none when the folder does not exist. Entries of other
 * programs that write the same form are read too, whatever fields they leave out.
 *
 * @param options.since Milliseconds since the epoch; entries before it are left out.
 */
export function* readDelegations(
  files: Files,
  folder: string,
  { since = -Infinity }: { since?: number } = {},
): Generator<DelegationLine> {
  for (const name of files.list(folder)) {
    const day = logName.exec(name)?.[1];
    const file = join(folder, name);
    if (day === undefined || files.lstat(file)?.kind !== "file") continue;
    // A file may be named by the local day.
    if (Date.parse(day) + 2 * dayMs < since) continue;
    for (const line of readLines(files, file)) {
      if (line.trim() === "") continue;
      const entry = parseEntry(line);
      const early = entry !== null && Date.parse(entry.timestamp) < since;
      if (!early) yield { file, entry };
    }
  }
}

function parseEntry(line: string): DelegationEntry | null {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? toEntry(value) : null;
  } catch {
    return null;
  }
}

function toEntry(value: Record<string, unknown>): DelegationEntry | null {
  const { timestamp, event, workflowRunId, stepId, ...rest } = value;
  if (typeof event !== "string" || !isTime(timestamp)) return null;
  return {
    ...rest,
    timestamp,
    event,
    runId: textOf(value.runId),
    agent: textOf(value.agent),
    detail: textOf(value.detail),
    attempt: numberOf(value.attempt, 1),
    elapsedMs: numberOf(value.elapsedMs, 0),
    ...(typeof workflowRunId === "string" ? { workflowRunId } : {}),
    ...(typeof stepId === "string" ? { stepId } : {}),
  };
}

function isTime(value: unknown): value is string {
  return typeof value === "string" && !Number.isNaN(Date.parse(value));
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function numberOf(value: unknown, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}
