/**
 * The one way to change a repository's state: under the lock of the queue, in the
 * order ledger, queue, events, so that a crash at any point can be made good.
 *
 * @module
 */
import { appendedIds, appendEvents } from "../events/event_log.ts";
import { isRecord } from "../protocol/events.ts";
import type { PendingEvent, State, TaskEvent } from "../protocol/generated/types.ts";
import type { RawTask } from "../protocol/task.ts";
import { reach } from "../sys/fail_points.ts";
import type { FileStat } from "../sys/files.ts";
import type { World } from "../sys/world.ts";
import { atomicWrite, writeError } from "./atomic_write.ts";
import { eventsToAppend, LedgerFile } from "./ledger.ts";
import { OwnEntries } from "./own_entries.ts";
import type { StorePaths } from "./paths.ts";
import { emptyQueue, Queue, type TaskPatch } from "./queue.ts";
import { withQueueLock } from "./queue_lock.ts";
import { readText } from "./read_json.ts";
import { SeenTasks, type VanishedTask } from "./seen_tasks.ts";

/** What a change sees: queue and ledger at one moment, under the lock. */
export interface View {
  queue: Queue;
  state: State;
}

/** What a change does. Parts that are left out stay as they are. */
export interface Change {
  /** The ledger after the change. */
  state?: State;
  patches?: TaskPatch[];
  added?: RawTask[];
  events?: TaskEvent[];
}

/** Queue, ledger and events of one repository. */
export class Store {
  readonly world: World;
  readonly paths: StorePaths;
  /** Applied to each event before it is written. */
  readonly #redact: (event: TaskEvent) => TaskEvent;
  /** Told of each queue that was read, before anything is done with it. */
  readonly #onQueue: (queue: Queue) => void;
  readonly #ledger: LedgerFile;
  readonly #own: OwnEntries;
  #cached: { stat: FileStat; queue: Queue } | null = null;
  readonly #seen = new SeenTasks();
  #appended: string[] = [];

  constructor(
    world: World,
    paths: StorePaths,
    redact: (event: TaskEvent) => TaskEvent,
    onQueue: (queue: Queue) => void = () => {},
  ) {
    this.world = world;
    this.paths = paths;
    this.#redact = redact;
    this.#onQueue = onQueue;
    this.#ledger = new LedgerFile(world, paths);
    this.#own = new OwnEntries(world);
  }

  /** The queue as it is now; parsed again only when the file changed. */
  readQueue(): Queue {
    const { files } = this.world;
    const stat = files.stat(this.paths.queue);
    if (stat === null) return this.#learn(Queue.parse(emptyQueue, this.paths.queue));
    if (this.#cached && isSameFile(this.#cached.stat, stat)) return this.#cached.queue;
    const queue = Queue.parse(readText(files, this.paths.queue) ?? "", this.paths.queue);
    this.#onQueue(queue);
    this.#cached = { stat, queue };
    return this.#learn(queue);
  }

  /** Tasks that this process or the ledger saw in the queue and that are in it no more, by id. */
  get vanished(): ReadonlyMap<string, VanishedTask> {
    return this.#seen.vanished;
  }

  /** Takes a task that the ledger names for vanished, unless it is in the queue. */
  miss(id: string): void {
    this.readQueue();
    this.#seen.miss(id, this.world.clock.now());
  }

  #learn(queue: Queue): Queue {
    this.#seen.read(queue, this.world.clock.now());
    return queue;
  }

  /** The ledger as it is now; what this process holds in it stands there in any case. */
  readState(): State {
    return this.#own.complete(this.#ledger.read());
  }

  /**
   * Changes the state. `plan` may be called again when another program wrote the
   * queue meanwhile, so it must depend on nothing but the view.
   *
   * @returns What the last call of `plan` returned beside the change.
   */
  async change<T>(plan: (view: View) => { change: Change | null; result: T }): Promise<T> {
    return await this.#locked(() => this.#changeLocked(plan));
  }

  /**
   * Calls `work` under the lock while no event is on its way: each stands in the event file,
   * and the ledger on disk holds none. So what `work` does to that file is never made good
   * by another process a second time.
   */
  async settled<T>(work: (view: View) => T): Promise<T> {
    return await this.#locked(() => {
      const state = this.readState();
      const queue = this.readQueue();
      const waiting = state.outbox.length > 0;
      this.#settleOutbox(queue, state);
      if (waiting) this.#ledger.write(state);
      return work({ queue, state });
    });
  }

  #locked<T>(work: () => T): Promise<T> {
    return withQueueLock(this.world, this.paths, work);
  }

  #changeLocked<T>(plan: (view: View) => { change: Change | null; result: T }): T {
    const base = this.readState();
    this.#settleOutbox(this.readQueue(), base);
    for (let written = false;; written = true) {
      const view = { queue: this.readQueue(), state: this.#ledger.copy(base) };
      const { change, result } = plan(view);
      // A ledger that was written for a plan that did not come true is taken back.
      if (change === null && written) this.#writeState(base, base);
      if (change === null || this.#apply(view, change, base)) return result;
    }
  }

  #writeState(before: State, after: State): void {
    this.#ledger.write(after);
    this.#own.remember(before, after);
  }

  /** False when the queue was written by another program meanwhile. */
  #apply(view: View, change: Change, before: State): boolean {
    reach("change.begun");
    const events = (change.events ?? []).map((event) => this.#redact(event));
    const patches = change.patches ?? [];
    const queue = view.queue.edit(patches, change.added ?? [], this.paths.queue);
    if (change.state || events.length > 0) {
      const pending = events.map((event) => pendingEvent(event, patches, queue));
      const state = change.state ?? view.state;
      this.#writeState(before, { ...state, outbox: pending });
      reach("ledger.written");
    }
    if (queue !== view.queue && !this.#replaceQueue(queue)) return false;
    reach("queue.written");
    this.#append(events);
    reach("events.appended");
    this.#appended = events.map(({ event_id }) => event_id);
    return true;
  }

  #append(events: readonly TaskEvent[]): void {
    try {
      appendEvents(this.world.files, this.paths.events, events);
    } catch (cause) {
      throw writeError(this.paths.events, cause);
    }
  }

  #replaceQueue(queue: Queue): boolean {
    const { files } = this.world;
    const before = this.#cached?.stat ?? null;
    const stillWanted = () => {
      const now = files.stat(this.paths.queue);
      return now === null ? before === null : before !== null && isSameFile(before, now);
    };
    if (
      !atomicWrite(this.world, this.paths.queue, queue.pieces, {
        followLink: true,
        stillWanted,
      })
    ) {
      this.#cached = null;
      return false;
    }
    const stat = files.stat(this.paths.queue);
    this.#cached = stat && { stat, queue };
    this.#seen.written(queue);
    return true;
  }

  /** Appends what a crashed writer could not append any more. */
  #settleOutbox(queue: Queue, state: State): void {
    const open = state.outbox.filter(({ event }) => !this.#appended.includes(event.event_id));
    if (open.length > 0) {
      const ids = open.map(({ event }) => event.event_id);
      const appended = appendedIds(this.world.files, this.paths.events, ids);
      const missing = eventsToAppend(open, (id) => standing(queue, id), (id) => appended.has(id));
      this.#append(missing.map(({ event }) => event));
    }
    state.outbox = [];
  }
}

function isSameFile(a: FileStat, b: FileStat): boolean {
  return a.inode === b.inode && a.device === b.device && a.size === b.size &&
    a.mtimeMs === b.mtimeMs;
}

/** Status and serial of a task in the queue. */
function standing(queue: Queue, id: string): { status: string; last_attempt: number } | null {
  const raw = queue.find(id);
  if (!isRecord(raw) || typeof raw.status !== "string") return null;
  const { status, last_attempt: serial } = raw;
  return { status, last_attempt: Number.isInteger(serial) ? Number(serial) : 0 };
}

/** An event waits for its task's new status when the same change sets it. */
function pendingEvent(
  event: TaskEvent,
  patches: readonly TaskPatch[],
  queue: Queue,
): PendingEvent {
  const patched = patches.some(({ id, fields }) => id === event.task_id && "status" in fields);
  const now = patched ? standing(queue, event.task_id) : null;
  const expects = now && {
    status: now.status as TaskEvent["status"],
    last_attempt: now.last_attempt,
  };
  return { event, expects };
}
