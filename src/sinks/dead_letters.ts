/**
 * Events that a sink does not get: `dead_letter/<sink>.ndjson`, one a line.
 *
 * @module
 */
import { join } from "@std/path";
import { endsOpen, isThere, readLines } from "../events/event_log.ts";
import { isRecord, type ReadEvent, toReadEvent } from "../protocol/events.ts";
import { parseJsonText } from "../protocol/parse_json.ts";
import { atomicWrite, type Piece, writeError } from "../store/atomic_write.ts";
import { keepTail } from "../store/keep_tail.ts";
import { requireOwnFolder } from "../store/own_folder.ts";
import type { StorePaths } from "../store/paths.ts";
import { withQueueLock } from "../store/queue_lock.ts";
import { reach } from "../sys/fail_points.ts";
import type { World } from "../sys/world.ts";

const newline = 0x0a;
/** Part of the largest size that is kept when a file is trimmed, so that it is trimmed seldom. */
const keptPart = 0.9;

/** An event that a sink does not get, and why. */
export interface DeadLetter {
  schema_version: 1;
  dead_lettered_at: string;
  /** Without secrets. */
  reason: string;
  /** Passes in which it was tried. */
  tries: number;
  event: ReadEvent;
}

/** The dead letters of one repository; written under the lock of the queue. */
export class DeadLetters {
  readonly #world: Pick<World, "files" | "uuid">;
  readonly #paths: Pick<StorePaths, "folder" | "deadLetters" | "queueLock">;
  readonly #maxBytes: number | null;

  /** @param maxBytes Size of each file: the oldest lines go first; null is without limit. */
  constructor(
    world: Pick<World, "files" | "uuid">,
    paths: Pick<StorePaths, "folder" | "deadLetters" | "queueLock">,
    maxBytes: number | null,
  ) {
    this.#world = world;
    this.#paths = paths;
    this.#maxBytes = maxBytes;
  }

  /** Path of the file of a sink. */
  path(sink: string): string {
    return join(this.#paths.deadLetters, `${sink}.ndjson`);
  }

  /** Adds letters, durably. Throws `MacpError` when they cannot be written. */
  async add(sink: string, letters: readonly DeadLetter[]): Promise<void> {
    if (letters.length === 0) return;
    const text = letters.map((letter) => `${JSON.stringify(letter)}\n`).join("");
    await withQueueLock(this.#world, this.#paths, () => {
      try {
        this.#append(this.path(sink), text);
        reach("letters.written");
      } catch (cause) {
        throw writeError(this.path(sink), cause);
      }
    });
  }

  /** Lines of the file of a sink, oldest first; null for one that is no dead letter. */
  *read(sink: string): Generator<{ line: string; letter: DeadLetter | null }> {
    for (const line of readLines(this.#world.files, this.path(sink))) {
      if (line.trim() !== "") yield { line, letter: parseDeadLetter(line) };
    }
  }

  /**
   * Takes lines out of the file of a sink, each as often as it is named, or puts others in
   * their place, in one step. All other bytes stay as they are.
   *
   * @param changes By line: null takes it out.
   */
  async change(sink: string, changes: readonly [string, DeadLetter | null][]): Promise<void> {
    if (changes.length === 0) return;
    await withQueueLock(this.#world, this.#paths, () => {
      const left = new Map<string, (DeadLetter | null)[]>();
      for (const [line, to] of changes) left.set(line, [...left.get(line) ?? [], to]);
      const kept: Piece[] = [];
      const { files } = this.#world;
      if (!isThere(files, this.path(sink))) return;
      for (const { bytes, text } of linesOf(files.readBytes(this.path(sink)))) {
        const to = left.get(text)?.shift();
        if (to === undefined) kept.push(bytes);
        else if (to !== null) kept.push(`${JSON.stringify(to)}\n`);
      }
      atomicWrite(this.#world, this.path(sink), kept);
    });
  }

  #append(path: string, text: string): void {
    const { files } = this.#world;
    requireOwnFolder(files, this.#paths, this.#paths.deadLetters);
    files.makeFolder(this.#paths.deadLetters);
    isThere(files, path);
    const file = files.open(path, { read: true, append: true, create: true });
    let isNew = false;
    try {
      isNew = file.stat().size === 0;
      file.write(new TextEncoder().encode(`${endsOpen(file) ? "\n" : ""}${text}`));
      file.sync();
    } finally {
      file.close();
    }
    if (isNew) files.syncFolder(this.#paths.deadLetters);
    const size = files.stat(path)?.size ?? 0;
    if (this.#maxBytes !== null && size > this.#maxBytes) {
      keepTail(this.#world, path, Math.floor(this.#maxBytes * keptPart));
    }
  }
}

/** Lines with their newlines, and their texts as `readLines` gives them. */
function* linesOf(bytes: Uint8Array): Generator<{ bytes: Uint8Array; text: string }> {
  const decoder = new TextDecoder();
  for (let start = 0, end = 0; start < bytes.length; start = end) {
    end = bytes.indexOf(newline, start) + 1;
    if (end === 0) end = bytes.length;
    const line = bytes.subarray(start, end);
    yield { bytes: line, text: decoder.decode(line).replace(/\n$/, "") };
  }
}

/** The dead letter of a line, or null when it is none. */
export function parseDeadLetter(line: string): DeadLetter | null {
  let value: unknown;
  try {
    value = parseJsonText(line);
  } catch {
    return null;
  }
  if (!isRecord(value)) return null;
  const event = toReadEvent(value.event);
  if (event === null) return null;
  const { dead_lettered_at: at, reason, tries } = value;
  return {
    ...value,
    schema_version: 1,
    dead_lettered_at: typeof at === "string" ? at : "",
    reason: typeof reason === "string" ? reason : "",
    tries: typeof tries === "number" ? tries : 0,
    event,
  };
}
