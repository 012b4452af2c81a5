/**
 * One pass over one sink: what waits for it, then what is new.
 *
 * @module
 */
import type { Calm } from "../events/collapse.ts";
import type { EventTail, TailBatch } from "../events/event_tail.ts";
import type { TailNotice } from "../events/tail_notice.ts";
import { MacpError, messageOf } from "../protocol/errors.ts";
import type { ReadEvent } from "../protocol/events.ts";
import type { FileLock } from "../sys/files.ts";
import type { World } from "../sys/world.ts";
import type { CursorKeeper } from "./cursor_keeper.ts";
import type { DeadLetter, DeadLetters } from "./dead_letters.ts";
import { chance, deliverInPass } from "./deliver_in_pass.ts";
import { askedPauseMs, dayMs, pauseMs } from "./pauses.ts";
import type { Delivered, Sink } from "./sink.ts";
import { SinkState, type Waiting } from "./sink_state.ts";

/** Milliseconds after which the cursor is written while events are delivered. */
const saveMs = 200;
/** Events in a row, of as many tasks, after which a sink that takes none of them is left alone. */
const mostFailures = 3;

/** A sink, and what it spares people. */
export interface ServedSink {
  sink: Sink;
  /** Null when every event is sent at once. */
  calm: Omit<Calm<never>, "endsBurst"> & { endsBurst?(event: ReadEvent): boolean } | null;
}

/** Told what a person should know. */
export interface PassReport {
  /** A line was passed over, or the event file cut, replaced or rotated. */
  notice(notice: TailNotice): void;
  /** Something went wrong at a sink; a sentence without a full stop, without secrets. */
  trouble(sink: string, text: string): void;
  /** Something that most people need not know. */
  remark(sink: string, text: string): void;
}

/** What passes share. */
export interface PassContext {
  world: Pick<World, "files" | "clock" | "uuid">;
  tail: EventTail;
  cursors: CursorKeeper;
  letters: DeadLetters;
  report: PassReport;
  /** Takes secrets out of an event that is kept. */
  redact(event: ReadEvent): ReadEvent;
  /** Path of the lock of a sink. */
  lockPath(sink: string): string;
  /** Milliseconds to wait for it. */
  lockWaitMs: number;
  /** No event is begun once it aborts. */
  stop: AbortSignal;
  /** Ends the tries that are under way. */
  cut: AbortSignal;
}

/**
 * Serves a sink until there is nothing more to do for it now. Nothing is read twice or
 * written when there is nothing new.
 *
 * @returns Whether there was something to do.
 */
export async function servePass(context: PassContext, served: ServedSink): Promise<boolean> {
  const { sink: { name } } = served;
  const hash = await served.sink.fingerprint();
  const known = context.cursors.cursor(name);
  if (known === null) return false;
  if (await isIdle(context, served, new SinkState(known), hash)) return false;
  const lock = await takeLock(context, name);
  if (lock === null) {
    context.report.remark(name, "another program serves it just now");
    return true;
  }
  try {
    const cursor = context.cursors.cursor(name);
    if (cursor === null) return true;
    const pass = new SinkPass(context, served, new SinkState(cursor), hash);
    await pass.run().finally(() => pass.settle());
  } finally {
    lock.release();
  }
  return true;
}

/** Whether a sink is where it was, and nothing waits that is due. */
async function isIdle(
  { tail, report, world }: PassContext,
  { sink, calm }: ServedSink,
  state: SinkState,
  hash: string,
): Promise<boolean> {
  if (!state.hasSettings(hash)) return false;
  if (state.disabled === null && state.due(calmOf(calm), world.clock.now()).length > 0) {
    return false;
  }
  const batch = await tail.poll(state.position, { types: typesOf(sink) });
  batch.notices.forEach(report.notice);
  if (batch.events.length > 0 && !state.hasRoom()) return true;
  return batch.events.length === 0 && !batch.more && batch.passedOver === 0 &&
    !new SinkState(state.cursor()).moveTo(batch.position);
}

async function takeLock(
  { world, lockPath, lockWaitMs, stop }: PassContext,
  name: string,
): Promise<FileLock | null> {
  const path = lockPath(name);
  const taken = world.files.lock(path, lockWaitMs);
  if (stop.aborted) {
    void taken.then((lock) => lock?.release());
    return null;
  }
  const { promise: stopped, resolve } = Promise.withResolvers<null>();
  const stopping = () => resolve(null);
  stop.addEventListener("abort", stopping, { once: true });
  const lock = await Promise.race([taken, stopped]);
  stop.removeEventListener("abort", stopping);
  if (lock === null) void taken.then((late) => late?.release(), () => {});
  return lock;
}

class SinkPass {
  readonly #context: PassContext;
  readonly #served: ServedSink;
  readonly #state: SinkState;
  readonly #hash: string;
  #letters: DeadLetter[] = [];
  #failures = 0;
  #changed = false;
  #saving: Promise<void> = Promise.resolve();
  #savedAt: number;

  constructor(context: PassContext, served: ServedSink, state: SinkState, hash: string) {
    this.#context = context;
    this.#served = served;
    this.#state = state;
    this.#hash = hash;
    this.#savedAt = context.world.clock.elapsed();
  }

  async run(): Promise<void> {
    const { report } = this.#context;
    const { sink } = this.#served;
    if (!this.#state.hasSettings(this.#hash)) {
      this.#changed = true;
      if (this.#state.configure(this.#hash, this.#now())) {
        report.trouble(
          sink.name,
          `configured anew, it is served again; macp redrive ${sink.name} sends what it missed`,
        );
      }
    }
    await this.#sendWaiting();
    await this.#readOn();
    await this.#save();
  }

  /** Sends what waited and is due. */
  async #sendWaiting(): Promise<void> {
    if (this.#state.disabled !== null) return;
    const failed = new Set<string>();
    for (const { event: newest, earlier } of this.#due()) {
      if (this.#context.stop.aborted || this.#isShut()) return;
      if (failed.has(newest.event.task_id)) continue;
      const outcome = await this.#try(newest.event, earlier.length);
      if (this.#isCut(outcome)) return;
      const members = [...earlier, newest];
      this.#changed = true;
      if (outcome.kind === "retry") {
        failed.add(newest.event.task_id);
        this.#fail(newest, outcome);
      } else {
        this.#end(outcome, members);
      }
      await this.#saveSometimes();
    }
  }

  #due(): ReturnType<SinkState["due"]> {
    return this.#state.due(calmOf(this.#served.calm), this.#now());
  }

  async #readOn(): Promise<void> {
    const { tail, stop, report } = this.#context;
    const types = typesOf(this.#served.sink);
    for (let more = true; more && !stop.aborted;) {
      const batch = await tail.poll(this.#state.position, { types });
      batch.notices.forEach(report.notice);
      const isThrough = await this.#takeAll(batch);
      if (this.#served.calm !== null) await this.#sendWaiting();
      await this.#saveSometimes();
      more = isThrough ? batch.more : this.#state.hasRoom();
    }
  }

  /** @returns Whether all events of the batch were dealt with. */
  async #takeAll(batch: TailBatch): Promise<boolean> {
    let done = -1;
    for (const { event } of batch.events) {
      if (this.#context.stop.aborted || !await this.#take(event)) break;
      done++;
      if (this.#isSaveDue()) {
        this.#moveTo(batch.positionAfter(done));
        await this.#saveSometimes();
      }
    }
    const isThrough = done === batch.events.length - 1;
    if (isThrough) this.#moveTo(batch.position, batch.passedOver);
    else this.#moveTo(batch.positionAfter(done));
    return isThrough;
  }

  #moveTo(...to: Parameters<SinkState["moveTo"]>): void {
    if (this.#state.moveTo(...to)) this.#changed = true;
  }

  /** Deals with a new event; false leaves it where it is. */
  async #take(event: ReadEvent): Promise<boolean> {
    const { redact } = this.#context;
    const { sink, calm } = this.#served;
    const state = this.#state;
    if (!sink.accepts(event)) return true;
    if (state.disabled !== null) {
      this.#bury(redact(event), { reason: state.disabled, tries: 0 });
      return true;
    }
    if (!state.hasRoom()) return false;
    if (calm !== null || state.isBlocked(event.task_id) || state.isClosed(this.#now())) {
      state.park(redact(event), this.#now());
      return true;
    }
    const outcome = await this.#try(event, 0);
    if (this.#isCut(outcome)) return false;
    this.#changed = true;
    if (outcome.kind === "delivered" || outcome.kind === "skipped") this.#succeed(outcome, 1);
    else {
      const waiting = state.park(redact(event), this.#now());
      if (outcome.kind === "retry") this.#fail(waiting, outcome);
      else this.#end(outcome, [waiting]);
    }
    return true;
  }

  async #try(event: ReadEvent, earlier: number): Promise<Delivered> {
    const { world, cut } = this.#context;
    const { sink } = this.#served;
    try {
      if (sink.isInstant) return await sink.deliver(event, cut, earlier);
      return await deliverInPass(world, sink, { event, signal: cut, earlier });
    } catch (error) {
      return { kind: "retry", reason: messageOf(error), afterMs: null };
    }
  }

  /** Whether a try came to nothing as the program is to end: the event stays where it is. */
  #isCut(outcome: Delivered): boolean {
    return outcome.kind === "retry" && this.#context.stop.aborted;
  }

  /** Whether nothing more is sent in this pass. */
  #isShut(): boolean {
    return this.#state.disabled !== null || this.#state.isClosed(this.#now());
  }

  #succeed({ kind }: Delivered, count: number): void {
    if (kind !== "delivered") return;
    this.#failures = 0;
    this.#state.succeeded(count, this.#now());
  }

  /** Deals with events that were delivered or never will be. */
  #end(outcome: Exclude<Delivered, { kind: "retry" }>, members: readonly Waiting[]): void {
    const { report } = this.#context;
    const { sink: { name } } = this.#served;
    if (outcome.kind === "delivered" || outcome.kind === "skipped") {
      this.#state.remove(members);
      return this.#succeed(outcome, members.length);
    }
    const { reason } = outcome;
    const newest = members.at(-1);
    if (newest !== undefined) this.#state.erred(reason, newest.event, this.#now());
    if (outcome.kind === "refused") {
      this.#failures = 0;
      report.trouble(name, `it refuses event ${newest?.event.event_id}: ${reason}`);
      return this.#buryWaiting(members, reason);
    }
    this.#state.disable(reason, this.#hash, this.#now());
    report.trouble(name, `it is disabled until it is configured anew: ${reason}`);
    this.#buryWaiting(this.#state.waiting, reason);
  }

  /** Deals with a waiting event that was tried in vain. */
  #fail(waiting: Waiting, { reason, afterMs }: { reason: string; afterMs: number | null }): void {
    const { report, world } = this.#context;
    const now = this.#now();
    const asked = afterMs === null ? 0 : askedPauseMs(afterMs);
    const tries = waiting.parked.tries + 1;
    const pause = Math.max(asked, pauseMs(tries, chance(world.uuid())));
    this.#state.failed(waiting, { reason, nextAt: now + pause });
    this.#state.erred(reason, waiting.event, now);
    report.trouble(
      this.#served.sink.name,
      `event ${waiting.event.event_id} waits ${Math.ceil(pause / 1000)} s: ${reason}`,
    );
    this.#failures++;
    if (asked > 0) this.#state.close(now + asked);
    else if (this.#failures >= mostFailures) this.#state.close(now + pause);
    const isOld = ({ parked }: Waiting) => now - Date.parse(parked.parked_at) >= dayMs;
    // A sink that takes nothing at all is not asked for each event that is too old.
    const candidates = this.#state.isClosed(now) ? this.#state.waiting : [waiting];
    const old = candidates.filter(isOld);
    if (old.length > 0) {
      report.trouble(
        this.#served.sink.name,
        `${old.length} event(s) were not taken for a day and are dead letters now: ${reason}`,
      );
      this.#buryWaiting(old, reason);
    }
  }

  #buryWaiting(members: readonly Waiting[], reason: string): void {
    for (const { event, parked } of members) {
      this.#bury(event, { reason: parked.reason ?? reason, tries: parked.tries });
    }
    this.#state.remove(members);
  }

  #bury(event: ReadEvent, { reason, tries }: Pick<DeadLetter, "reason" | "tries">): void {
    const dead_lettered_at = new Date(this.#now()).toISOString();
    this.#letters.push({ schema_version: 1, dead_lettered_at, reason, tries, event });
    this.#state.buried(1);
    this.#changed = true;
  }

  #isSaveDue(): boolean {
    return this.#changed && this.#context.world.clock.elapsed() - this.#savedAt >= saveMs;
  }

  /** Begins to write, now and then; the next event does not wait for it. */
  async #saveSometimes(): Promise<void> {
    if (!this.#isSaveDue()) return;
    await this.#saving;
    await this.#writeLetters();
    this.#saving = this.#writeCursor();
    // Whoever waits for it gets the failure.
    this.#saving.catch(() => {});
  }

  async #save(): Promise<void> {
    await this.#saving;
    await this.#writeLetters();
    await this.#writeCursor();
  }

  /** Before the cursor, so that no event is neither here nor there. */
  async #writeLetters(): Promise<void> {
    const letters = this.#letters;
    this.#letters = [];
    await this.#context.letters.add(this.#served.sink.name, letters);
  }

  #writeCursor(): Promise<void> {
    this.#savedAt = this.#context.world.clock.elapsed();
    if (!this.#changed) return Promise.resolve();
    this.#changed = false;
    return this.#context.cursors.save(this.#served.sink.name, this.#state.cursor());
  }

  /** Resolves once nothing is being written. */
  async settle(): Promise<void> {
    await this.#saving.catch(() => {});
  }

  #now(): number {
    return this.#context.world.clock.now();
  }
}

/** Types for the tail; null when some are given by their beginning. */
export function typesOf({ eventFilter }: Sink): readonly string[] | null {
  return eventFilter?.some((type) => type.endsWith("*")) ? null : eventFilter;
}

function calmOf(calm: ServedSink["calm"]): Calm<Waiting> {
  if (calm === null) return { quiet: null, windowMs: 0 };
  const { endsBurst, ...others } = calm;
  return endsBurst === undefined ? others : { ...others, endsBurst: (one) => endsBurst(one.event) };
}

/** The error for a sink that is not served. */
export function unknownSink(
  name: string,
  known: readonly string[],
  hints: readonly string[] = [],
): MacpError {
  return new MacpError("usage", `Cannot find the sink ${name} as there is none of that name`, {
    code: "unknown_sink",
    hints: [...hints, `Sinks: ${known.join(", ")}`],
  });
}
