/**
 * Tasks that vanished from the queue: macp takes none out, but a person can, and so can whatever
 * puts back an older file.
 *
 * @module
 */
import { idOf, type RawTask } from "../protocol/task.ts";
import type { Queue } from "./queue.ts";

/** A task that is in the queue no more. */
export interface VanishedTask {
  /** As it was seen last; undefined when only the ledger names it. */
  raw: RawTask;
  /** When it was missed first, in milliseconds since the epoch. */
  at: number;
}

/** What one process saw in the queue. */
export class SeenTasks {
  readonly vanished = new Map<string, VanishedTask>();
  #last: Queue | null = null;

  /** Notes a queue that was read. */
  read(queue: Queue, now: number): void {
    for (const raw of this.#last?.tasks ?? []) {
      const id = idOf(raw);
      if (id !== null && queue.find(id) === undefined) this.vanished.set(id, { raw, at: now });
    }
    this.written(queue);
  }

  /** Notes a task that the ledger names and the queue that was read last does not. */
  miss(id: string, now: number): void {
    if (this.#last?.find(id) === undefined) this.vanished.set(id, { raw: undefined, at: now });
  }

  /** Notes a queue that this process wrote, which takes nothing out. */
  written(queue: Queue): void {
    for (const id of this.vanished.keys()) {
      if (queue.find(id) !== undefined) this.vanished.delete(id);
    }
    this.#last = queue;
  }
}
