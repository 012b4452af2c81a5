/**
 * What the outcomes of tries mean for the events of a sink: done, tried again, dead letters.
 *
 * @module
 */
import type { ReadEvent } from "../protocol/events.ts";
import type { DeadLetter } from "./dead_letters.ts";
import { chance } from "./deliver_in_pass.ts";
import type { PassContext } from "./pass_context.ts";
import type { PassWriter } from "./pass_writer.ts";
import { askedPauseMs, dayMs, pauseMs } from "./pauses.ts";
import type { Delivered } from "./sink.ts";
import type { SinkState, Waiting } from "./sink_state.ts";

/** Events in a row, of as many tasks, after which a sink that takes none of them is left alone. */
const mostFailures = 3;

/** The sink, and where its outcomes are kept. */
export interface OutcomePlace {
  context: Pick<PassContext, "world" | "report">;
  /** Name of the sink. */
  name: string;
  /** Hash of its settings. */
  hash: string;
  state: SinkState;
  writer: PassWriter;
}

/** Keeps what became of events, and tells what a person should know. */
export class PassOutcomes {
  readonly #place: OutcomePlace;
  #failures = 0;

  constructor(place: OutcomePlace) {
    this.#place = place;
  }

  /** Keeps that an event, and those it stands for, were delivered, or skipped. */
  succeed({ kind }: Delivered, count: number): void {
    if (kind !== "delivered") return;
    this.#failures = 0;
    this.#place.state.succeeded(count, this.#now());
  }

  /** Deals with waiting events that were delivered or never will be. */
  end(outcome: Exclude<Delivered, { kind: "retry" }>, members: readonly Waiting[]): void {
    const { context: { report }, name, state, hash } = this.#place;
    if (outcome.kind === "delivered" || outcome.kind === "skipped") {
      state.remove(members);
      return this.succeed(outcome, members.length);
    }
    const { reason } = outcome;
    const newest = members.at(-1);
    if (newest !== undefined) state.erred(reason, newest.event, this.#now());
    if (outcome.kind === "refused") {
      this.#failures = 0;
      report.trouble(name, `it refuses event ${newest?.event.event_id}: ${reason}`);
      return this.#buryWaiting(members, reason);
    }
    state.disable(reason, hash, this.#now());
    const until = `its address or its secrets change, or what macp redrive ${name} sends arrives`;
    report.trouble(name, `it is disabled until ${until}: ${reason}`);
    this.#buryWaiting(state.waiting, reason);
  }

  /** Deals with a waiting event that was tried in vain. */
  fail(waiting: Waiting, { reason, afterMs }: { reason: string; afterMs: number | null }): void {
    const { context: { report, world }, name, state } = this.#place;
    const now = this.#now();
    const asked = afterMs === null ? 0 : askedPauseMs(afterMs);
    const tries = waiting.parked.tries + 1;
    const pause = Math.max(asked, pauseMs(tries, chance(world.uuid())));
    state.failed(waiting, { reason, nextAt: now + pause });
    state.erred(reason, waiting.event, now);
    const seconds = Math.ceil(pause / 1000);
    report.trouble(name, `event ${waiting.event.event_id} waits ${seconds} s: ${reason}`);
    this.#failures++;
    if (asked > 0) state.close(now + asked);
    else if (this.#failures >= mostFailures) state.close(now + pause);
    this.#buryOld(waiting, reason, now);
  }

  /** Makes a dead letter of an event that does not wait. */
  bury(event: ReadEvent, { reason, tries }: Pick<DeadLetter, "reason" | "tries">): void {
    const { state, writer } = this.#place;
    const dead_lettered_at = new Date(this.#now()).toISOString();
    writer.bury({ schema_version: 1, dead_lettered_at, reason, tries, event });
    state.buried(1);
  }

  /** Makes dead letters of what waited for a day. */
  #buryOld(tried: Waiting, reason: string, now: number): void {
    const { context: { report }, name, state } = this.#place;
    const isOld = ({ parked }: Waiting) => now - Date.parse(parked.parked_at) >= dayMs;
    // A sink that takes nothing at all is not asked for each event that is too old.
    const candidates = state.isClosed(now) ? state.waiting : [tried];
    const old = candidates.filter(isOld);
    if (old.length === 0) return;
    const what = `${old.length} event(s) were not taken for a day and are dead letters now`;
    report.trouble(name, `${what}: ${reason}`);
    this.#buryWaiting(old, reason);
  }

  #buryWaiting(members: readonly Waiting[], reason: string): void {
    for (const { event, parked } of members) {
      this.bury(event, { reason: parked.reason ?? reason, tries: parked.tries });
    }
    this.#place.state.remove(members);
  }

  #now(): number {
    return this.#place.context.world.clock.now();
  }
}
