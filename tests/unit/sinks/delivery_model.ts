/**
 * The model of an event file, served by the real delivery: one sink that is down at times,
 * one that is gone until it is configured anew, one that fails for one task and refuses some
 * events; and processes that are killed between any two calls of the file system.
 *
 * @module
 */
import type { ReadEvent } from "../../../src/protocol/events.ts";
import { CursorKeeper } from "../../../src/sinks/cursor_keeper.ts";
import { DeadLetters } from "../../../src/sinks/dead_letters.ts";
import { Delivery } from "../../../src/sinks/delivery.ts";
import { type Delivered, passesFilter, type Sink } from "../../../src/sinks/sink.ts";
import type { Files } from "../../../src/sys/files.ts";
import { cursorPath, eventsPath, Model, type Sink as ModelSink } from "./event_model.ts";
import { Killed, MortalFiles } from "./mortal_files.ts";

const paths = { folder: "/o", deadLetters: "/o/dead_letter", queueLock: "/o/tasks.lock" };
const quarterHourMs = 15 * 60_000;
const never = new AbortController().signal;

/** One history. */
export class DeliveryModel extends Model {
  #process = new MortalFiles(this.files);
  #delivery = this.#start();
  #uuid = 0;
  #fault: unknown = null;
  /** Events that a sink passed: it has to get them whatever becomes of the file. */
  readonly #owed = new Map<string, Set<number>>();
  /** How often a sink was configured, and whether it was gone at its last look. */
  readonly #settings = new Map<string, { version: number; isGone: boolean }>();

  protected override laneOf(event: ReadEvent): string {
    return event.task_id;
  }

  protected override async heal(): Promise<void> {
    for (let round = 0; round < 6; round++) await this.poll({ crashAt: -1, limit: Infinity });
    for (const sink of this.sinks) {
      const dead = this.#dead(sink.name);
      for (const id of this.#owed.get(sink.name) ?? []) {
        if (!sink.seen.has(id) && !dead.has(id)) {
          throw new Error(`${sink.name}: ${id} was neither delivered nor put aside`);
        }
      }
    }
  }

  protected override async poll(
    { crashAt, limit }: { crashAt: number; limit: number },
  ): Promise<void> {
    // A while passes, sometimes half a day.
    this.clock += limit < Infinity ? limit * 2.4 * 3_600_000 : quarterHourMs;
    if (crashAt >= 0) {
      this.#process = new MortalFiles(this.files, crashAt * 12 + this.#uuid % 12);
      this.#delivery = this.#start();
    }
    try {
      await this.#delivery.once(never);
      if (crashAt < 0) this.#owe();
    } catch (error) {
      if (!(error instanceof Killed || crashAt >= 0)) throw error;
    }
    if (this.#fault !== null) throw this.#fault;
    if (crashAt < 0) return;
    this.#process = new MortalFiles(this.files);
    this.#delivery = this.#start();
  }

  /** A pass ended well: each sink has dealt with all that stands there. */
  #owe(): void {
    const standing = this.standing();
    for (const sink of this.sinks) {
      const owed = this.#owed.get(sink.name) ?? new Set();
      this.#owed.set(sink.name, owed);
      for (const { event_id, event_type } of standing) {
        if (sink.wants(event_type)) owed.add(Number(event_id));
      }
    }
  }

  #dead(name: string): Set<number> {
    const letters = [...this.#letters(this.files).read(name)];
    return new Set(letters.flatMap(({ letter }) => letter ? [Number(letter.event.event_id)] : []));
  }

  #letters(files: Files): DeadLetters {
    return new DeadLetters({ files, uuid: () => this.#id() }, paths, null);
  }

  #id(): string {
    return (++this.#uuid * 2654435761 % 2 ** 32).toString(16).padStart(8, "0");
  }

  #start(): Delivery {
    const world = { files: this.#process, uuid: () => this.#id(), clock: this.#worldClock() };
    const quiet = () => {};
    return new Delivery({
      world,
      eventsPath,
      tail: this.newTail(this.#process),
      cursors: new CursorKeeper(world, cursorPath),
      letters: this.#letters(this.#process),
      report: { notice: quiet, trouble: quiet, remark: quiet },
      redact: (event) => event,
      lockPath: (name) => `/o/sinks/${name}.lock`,
    }, this.sinks.map((sink) => ({ sink: this.#realSink(sink), calm: null })));
  }

  #worldClock() {
    return {
      now: () => this.clock,
      elapsed: () => this.clock,
      sleep: () => Promise.resolve(),
      deadline: () => never,
    };
  }

  #realSink(sink: ModelSink): Sink {
    return {
      name: sink.name,
      audience: "programs",
      eventFilter: sink.types,
      isInstant: true,
      retryCount: 0,
      timeoutMs: 1000,
      fingerprint: () => Promise.resolve(`v${this.#version(sink)}`),
      accepts: ({ event_type }) => passesFilter(sink.types, event_type),
      deliver: (event) => Promise.resolve(this.#answer(sink, event)),
    };
  }

  #take(sink: ModelSink, event: ReadEvent): void {
    const id = Number(event.event_id);
    // Read anew in a file that was cut, a dead letter comes after its turn.
    if (this.mayRepeat && this.#dead(sink.name).has(id)) sink.seen.add(id);
    else this.deliver(sink, event);
  }

  #version(sink: ModelSink): number {
    const now = this.#settings.get(sink.name) ?? { version: 0, isGone: false };
    const version = now.isGone && !sink.isDown ? now.version + 1 : now.version;
    this.#settings.set(sink.name, { version, isGone: sink.isDown });
    return version;
  }

  #answer(sink: ModelSink, event: ReadEvent): Delivered {
    const reason = "as the model wants it";
    if (sink.name === "slow" && Number(event.event_id) % 19 === 0) {
      return { kind: "refused", reason };
    }
    const fails = sink.isDown && (sink.name !== "slow" || event.task_id === "T1");
    if (fails && sink.name === "ended") return { kind: "disabled", reason };
    if (fails) return { kind: "retry", reason, afterMs: null };
    try {
      this.#take(sink, event);
    } catch (error) {
      // The delivery takes what a sink throws for a failure of the sink.
      this.#fault ??= error;
    }
    return { kind: "delivered" };
  }
}
