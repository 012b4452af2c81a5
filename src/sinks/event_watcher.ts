/**
 * Following the events of a repository from a program.
 *
 * ```ts
 * import { realWorld } from "../host/world.ts";
 * import { describeNotice } from "../events/tail_notice.ts";
 * import { type EventCallback, EventWatcher } from "./event_watcher.ts";
 *
 * const folder = ".mosaic/orchestrator";
 * const watcher = new EventWatcher(
 *   realWorld(),
 *   `${folder}/events.ndjson`,
 *   `${folder}/event_cursor.json`,
 * );
 * const tell: EventCallback = ({ task_id, message }) => console.log(task_id, message);
 * watcher.on(["task.completed", "task.failed"], tell);
 * watcher.onNotice((notice) => console.error(describeNotice(notice)));
 * await watcher.run();
 * ```
 *
 * Every event reaches every callback at least once, in the order of the file: the cursor is
 * moved after the callbacks of an event are done. It is written at the end of each piece of
 * the file and once a second in between, so a process that is killed repeats at most what it
 * did since; the `event_id` tells repetitions. The file may not exist yet, may be cut,
 * replaced or rotated, also while no watcher runs: see `EventTail`.
 *
 * @module
 */
import { EventChanges } from "../events/event_changes.ts";
import { EventTail, type TailBatch } from "../events/event_tail.ts";
import type { TailNotice } from "../events/tail_notice.ts";
import { isSamePosition, positionAt, type TailPosition } from "../events/tail_position.ts";
import type { ReadEvent } from "../protocol/events.ts";
import type { SinkCursor } from "../protocol/generated/types.ts";
import type { World } from "../sys/world.ts";
import { wasServedLately } from "./sink_state.ts";
import { admitWatcher, cursorOf, readCursors, updateCursors, withCursor } from "./cursor_file.ts";

/** Milliseconds after which the cursor is written while callbacks go on. */
const writeMs = 1000;

/** Called with an event; awaited before the next one. */
export type EventCallback = (event: ReadEvent) => void | Promise<void>;

/** Calls back on new events, and remembers in a file how far it has got. */
export class EventWatcher {
  readonly #world: Pick<World, "files" | "clock" | "uuid">;
  readonly #paths: { events: string; cursor: string };
  readonly #pollMs: number;
  readonly #name: string;
  readonly #tail: EventTail;
  readonly #callbacks: { types: ReadonlySet<string>; callback: EventCallback }[] = [];
  readonly #noticed: ((notice: TailNotice) => void)[] = [];
  readonly #failed: ((error: unknown) => void)[] = [];
  #latest: Promise<unknown> = Promise.resolve();

  /**
   * @param eventsPath `events.ndjson`, which may not exist yet.
   * @param cursorPath `event_cursor.json`; `.lock` in place of `.json` is locked for writing.
   * @param pollInterval Seconds between looks; a change that the system tells is seen sooner.
   * @param name Name of the cursor: each watcher of one cursor file needs its own.
   */
  constructor(
    world: Pick<World, "files" | "clock" | "uuid">,
    eventsPath: string,
    cursorPath: string,
    pollInterval = 2,
    name = "watcher",
  ) {
    this.#world = world;
    this.#paths = { events: eventsPath, cursor: cursorPath };
    this.#pollMs = pollInterval * 1000;
    this.#name = name;
    this.#tail = new EventTail(world.files, eventsPath);
  }

  /**
   * Calls back on events of these types; of every type when there are none. When a callback
   * throws, the cursor stays before its event: the next look gives that event again to all
   * callbacks that want it, and nothing behind it is given before.
   */
  on(types: readonly string[], callback: EventCallback): void {
    this.#callbacks.push({ types: new Set(types), callback });
  }

  /** Calls back on what a person should know: lines passed over, a file cut or replaced. */
  onNotice(callback: (notice: TailNotice) => void): void {
    this.#noticed.push(callback);
  }

  /** Calls back when a callback of an event threw; then `run` goes on and tries again. */
  onError(callback: (error: unknown) => void): void {
    this.#failed.push(callback);
  }

  /**
   * Reads all that is new, calls back, and returns it: all types, oldest first. After a long
   * time without looks that is much to hold; `run` holds a piece of the file at most.
   *
   * Throws what a callback threw, with the cursor before that event, and `MacpError` when
   * the cursor file cannot be read or written.
   */
  async pollOnce(): Promise<ReadEvent[]> {
    const read: ReadEvent[] = [];
    try {
      await this.#inTurn(() => this.#pass(read));
    } catch (error) {
      throw error instanceof CallbackError ? error.cause : error;
    }
    return read;
  }

  /**
   * Looks again and again.
   *
   * @param maxIterations Looks after which it ends; 0 is never.
   * @param signal Ends it after the event that is being dealt with.
   * Throws as `pollOnce`; what a callback threw only when nobody called `onError`.
   */
  async run(maxIterations = 0, signal?: AbortSignal): Promise<void> {
    const changes = new EventChanges(this.#world, this.#paths.events);
    try {
      for (let i = 0; signal?.aborted !== true && (maxIterations === 0 || i < maxIterations); i++) {
        if (i > 0) await changes.wait(this.#pollMs, signal);
        if (signal?.aborted) break;
        await this.#inTurn(() => this.#pass(null, signal)).catch((error) => this.#fail(error));
      }
    } finally {
      changes.stop();
    }
  }

  #fail(error: unknown): void {
    if (!(error instanceof CallbackError)) throw error;
    if (this.#failed.length === 0) throw error.cause;
    for (const tell of this.#failed) tell(error.cause);
  }

  /** Looks of one watcher follow each other, whoever asks for them. */
  #inTurn(look: () => Promise<void>): Promise<void> {
    const turn = this.#latest.then(look, look);
    this.#latest = turn;
    return turn;
  }

  async #pass(read: ReadEvent[] | null, signal?: AbortSignal): Promise<void> {
    const cursor = await this.#cursor();
    let position: TailPosition = cursor;
    if (!wasServedLately(cursor, this.#world.clock.now())) await this.#write(position);
    const types = read === null ? this.#types() : null;
    for (let more = true; more && signal?.aborted !== true;) {
      const batch = await this.#tail.poll(position, { types });
      for (const notice of batch.notices) this.#noticed.forEach((tell) => tell(notice));
      position = await this.#deal(batch, { position, read, signal });
      more = batch.more;
    }
  }

  /** Types that a callback wants; null for all. */
  #types(): string[] | null {
    const types = this.#callbacks.map((entry) => entry.types);
    return types.some(({ size }) => size === 0) ? null : types.flatMap((some) => [...some]);
  }

  /** Calls back on the events of a batch, and writes how far that went. */
  async #deal(
    batch: TailBatch,
    { position, read, signal }: {
      position: TailPosition;
      read: ReadEvent[] | null;
      signal: AbortSignal | undefined;
    },
  ): Promise<TailPosition> {
    const { clock } = this.#world;
    let [done, written, writtenAt] = [-1, position, clock.elapsed()];
    const reached = () =>
      done === batch.events.length - 1 ? batch.position : batch.positionAfter(done);
    const write = async () => {
      const now = reached();
      if (!isSamePosition(written, now)) await this.#write(now);
      [written, writtenAt] = [now, clock.elapsed()];
    };
    try {
      for (const { event } of batch.events) {
        if (signal?.aborted) break;
        await this.#call(event);
        read?.push(event);
        done++;
        if (clock.elapsed() - writtenAt >= writeMs) await write();
      }
    } finally {
      await write();
    }
    return written;
  }

  async #call(event: ReadEvent): Promise<void> {
    for (const { types, callback } of this.#callbacks) {
      if (types.size > 0 && !types.has(event.event_type)) continue;
      try {
        await callback(event);
      } catch (cause) {
        throw new CallbackError("A callback of an event threw", { cause });
      }
    }
  }

  async #cursor(): Promise<SinkCursor> {
    const { cursor: path } = this.#paths;
    const document = readCursors(this.#world.files, path);
    const known = cursorOf(document, this.#name);
    if (known !== null) return known;
    const end = await this.#tail.end();
    const older = typeof document === "number"
      ? await this.#placeOf(positionAt(document, end.previous_file))
      : null;
    const admitted = await updateCursors(
      this.#world,
      path,
      (now) => admitWatcher(now, this.#name, { end, older }),
    );
    return cursorOf(admitted, this.#name) ?? end;
  }

  /** The same place with what tells its file; what came in the way is told later. */
  async #placeOf(position: TailPosition): Promise<TailPosition> {
    const batch = await new EventTail(this.#world.files, this.#paths.events).poll(position);
    return batch.positionAfter(-1);
  }

  async #write(position: TailPosition): Promise<void> {
    const served_at = new Date(this.#world.clock.now()).toISOString();
    await updateCursors(
      this.#world,
      this.#paths.cursor,
      (now) =>
        withCursor(now, this.#name, { ...cursorOf(now, this.#name), ...position, served_at }),
    );
  }
}

/** Tells what a callback threw from other errors. */
class CallbackError extends Error {}
