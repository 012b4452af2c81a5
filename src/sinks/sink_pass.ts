/**
 * One pass over one sink: what waits for it, then what is new.
 *
 * @module
 */
import type { TailBatch } from "../events/event_tail.ts";
import { messageOf } from "../protocol/errors.ts";
import type { ReadEvent } from "../protocol/events.ts";
import { deliverInPass } from "./deliver_in_pass.ts";
import { calmOfWaiting, type PassContext, type ServedSink, typesOf } from "./pass_context.ts";
import { PassOutcomes } from "./pass_outcomes.ts";
import { PassWriter } from "./pass_writer.ts";
import { reach } from "../sys/fail_points.ts";
import type { Delivered } from "./sink.ts";
import type { SinkState } from "./sink_state.ts";

/** A pass; to be made under the lock of the sink. */
export class SinkPass {
  readonly #context: PassContext;
  readonly #served: ServedSink;
  readonly #state: SinkState;
  readonly #hash: string;
  readonly #writer: PassWriter;
  readonly #outcomes: PassOutcomes;
  /** New events that became dead letters as the sink is disabled. */
  #missed = 0;

  /** @param hash Fingerprint of the sink's settings. */
  constructor(context: PassContext, served: ServedSink, state: SinkState, hash: string) {
    const { name } = served.sink;
    this.#context = context;
    this.#served = served;
    this.#state = state;
    this.#hash = hash;
    this.#writer = new PassWriter(context, name, state);
    this.#outcomes = new PassOutcomes({ context, name, hash, state, writer: this.#writer });
  }

  /** Resolves when there is nothing more to do now, and all of it is written. */
  async run(): Promise<void> {
    const { report } = this.#context;
    const { sink } = this.#served;
    if (!this.#state.hasSettings(this.#hash)) {
      this.#writer.changed();
      if (this.#state.configure(this.#hash, this.#now())) {
        report.trouble(
          sink.name,
          `configured anew, it is served again; macp redrive ${sink.name} sends what it missed`,
        );
      }
    }
    if (!this.#state.wasServedLately(this.#now())) this.#writer.changed();
    await this.#sendWaiting();
    await this.#readOn();
    if (this.#missed > 0) {
      const count = this.#missed === 1
        ? "1 event is a dead letter"
        : `${this.#missed} events are dead letters`;
      const way = `macp redrive ${sink.name} sends what it missed, and enables it if that arrives`;
      report.trouble(sink.name, `it is disabled, so ${count}; ${way}`);
    }
    await this.#writer.save();
  }

  /** Resolves once nothing is being written. */
  async settle(): Promise<void> {
    await this.#writer.settle();
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
      this.#writer.changed();
      if (outcome.kind === "retry") {
        failed.add(newest.event.task_id);
        this.#outcomes.fail(newest, outcome);
      } else {
        this.#outcomes.end(outcome, members);
      }
      await this.#writer.saveSometimes();
    }
  }

  #due(): ReturnType<SinkState["due"]> {
    return this.#state.due(calmOfWaiting(this.#served.calm), this.#now());
  }

  async #readOn(): Promise<void> {
    const { tail, stop, report } = this.#context;
    const types = typesOf(this.#served.sink);
    for (let more = true; more && !stop.aborted;) {
      const batch = await tail.poll(this.#state.position, { types });
      batch.notices.forEach(report.notice);
      const isThrough = await this.#takeAll(batch);
      if (this.#served.calm !== null) await this.#sendWaiting();
      await this.#writer.saveSometimes();
      more = isThrough ? batch.more : this.#state.hasRoom();
    }
  }

  /** @returns Whether all events of the batch were dealt with. */
  async #takeAll(batch: TailBatch): Promise<boolean> {
    let done = -1;
    for (const { event } of batch.events) {
      if (this.#context.stop.aborted || !await this.#take(event)) break;
      done++;
      if (this.#writer.isDue) {
        this.#moveTo(batch.positionAfter(done));
        await this.#writer.saveSometimes();
      }
    }
    const isThrough = done === batch.events.length - 1;
    if (isThrough) this.#moveTo(batch.position, batch.passedOver);
    else this.#moveTo(batch.positionAfter(done));
    return isThrough;
  }

  #moveTo(...to: Parameters<SinkState["moveTo"]>): void {
    if (this.#state.moveTo(...to)) this.#writer.changed();
  }

  /** Deals with a new event; false leaves it where it is. */
  async #take(event: ReadEvent): Promise<boolean> {
    const { redact } = this.#context;
    const { sink, calm } = this.#served;
    const state = this.#state;
    if (!sink.accepts(event)) return true;
    if (state.disabled !== null) {
      this.#outcomes.bury(redact(event), { reason: state.disabled, tries: 0 });
      this.#missed++;
      return true;
    }
    if (!state.hasRoom()) return false;
    if (calm !== null || state.isBlocked(event.task_id) || state.isClosed(this.#now())) {
      state.park(redact(event), this.#now());
      return true;
    }
    const outcome = await this.#try(event, 0);
    if (this.#isCut(outcome)) return false;
    this.#writer.changed();
    if (outcome.kind === "delivered" || outcome.kind === "skipped") {
      this.#outcomes.succeed(outcome, 1);
    } else {
      const waiting = state.park(redact(event), this.#now());
      if (outcome.kind === "retry") this.#outcomes.fail(waiting, outcome);
      else this.#outcomes.end(outcome, [waiting]);
    }
    return true;
  }

  async #try(event: ReadEvent, earlier: number): Promise<Delivered> {
    const { world, cut } = this.#context;
    const { sink } = this.#served;
    try {
      const outcome = sink.isInstant
        ? await sink.deliver(event, cut, earlier)
        : await deliverInPass(world, sink, { event, signal: cut, earlier });
      if (outcome.kind === "delivered") reach("delivery.sent");
      return outcome;
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

  #now(): number {
    return this.#context.world.clock.now();
  }
}
