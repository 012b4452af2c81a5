/**
 * Sending events to a sink outside of its passes: a replay, or dead letters.
 *
 * @module
 */
import { messageOf } from "../protocol/errors.ts";
import type { ReadEvent } from "../protocol/events.ts";
import type { World } from "../sys/world.ts";
import { deliverInPass } from "./deliver_in_pass.ts";
import type { Delivered, Sink } from "./sink.ts";

/** Events in a row that a sink does not take, after which it is left alone. */
const mostFailures = 3;

/** Why an event was not tried. */
export type NotTried =
  /** An earlier event of its task did not arrive, or it is to end. */
  | { kind: "held" }
  /** The sink takes nothing. */
  | { kind: "shut" };

/** Sends events in order; those of a task whose earlier one did not arrive are held back. */
export class DirectSender {
  readonly #world: Pick<World, "clock" | "uuid">;
  readonly #sink: Sink;
  readonly #stop: AbortSignal;
  readonly #held = new Set<string>();
  #failures = 0;
  #isShut = false;

  constructor(world: Pick<World, "clock" | "uuid">, sink: Sink, stop: AbortSignal) {
    this.#world = world;
    this.#sink = sink;
    this.#stop = stop;
  }

  /** Whether nothing more is sent. */
  get isShut(): boolean {
    return this.#isShut || this.#stop.aborted;
  }

  async send(event: ReadEvent): Promise<Delivered | NotTried> {
    if (this.isShut) return { kind: "shut" };
    if (this.#held.has(event.task_id)) return { kind: "held" };
    const outcome = await this.#try(event);
    if (outcome.kind === "delivered" || outcome.kind === "refused") this.#failures = 0;
    if (outcome.kind === "disabled") this.#isShut = true;
    if (outcome.kind === "retry") {
      this.#held.add(event.task_id);
      this.#failures++;
      if (outcome.afterMs !== null || this.#failures >= mostFailures) this.#isShut = true;
    }
    return outcome;
  }

  async #try(event: ReadEvent): Promise<Delivered> {
    try {
      if (this.#sink.isInstant) return await this.#sink.deliver(event, this.#stop);
      return await deliverInPass(this.#world, this.#sink, { event, signal: this.#stop });
    } catch (error) {
      return { kind: "retry", reason: messageOf(error), afterMs: null };
    }
  }
}
