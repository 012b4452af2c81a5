/**
 * What a sink is: a receiver of events outside of the repository.
 *
 * @module
 */
import type { ReadEvent } from "../protocol/events.ts";

/** How one try to deliver an event ended. */
export type Delivered =
  /** The receiver has it. */
  | { kind: "delivered" }
  /** There is nothing to say of it to this receiver. */
  | { kind: "skipped" }
  /** It may work later: after `afterMs` at the soonest, when the receiver says so. */
  | { kind: "retry"; reason: string; afterMs: number | null }
  /** The receiver will never take this event. */
  | { kind: "refused"; reason: string }
  /** The receiver is gone for good: nothing is sent until it is configured anew or redriven. */
  | { kind: "disabled"; reason: string };

/** Whether a receiver could be posted to. */
export interface Reach {
  /** With its port. */
  host: string;
  /** Why it could not, without a secret; null when nothing speaks against it. */
  problem: string | null;
}

/** A receiver of events. Reasons that it gives hold no secret. */
export interface Sink {
  /** Names its cursor and its dead letters. */
  readonly name: string;
  /** People may want quiet hours, and one message for a burst; programs want everything. */
  readonly audience: "people" | "programs";
  /** Whether a try takes no time, so that none has to be limited. */
  readonly isInstant?: boolean;
  /** Further tries of one event in one pass. */
  readonly retryCount: number;
  /** For all tries of one event in one pass. */
  readonly timeoutMs: number;
  /** Changes when the sink is configured anew: 16 hexadecimal digits, without a secret. */
  fingerprint(): Promise<string>;
  /** Looks whether it could be posted to, and sends nothing; not there when nothing is posted. */
  reach?(signal: AbortSignal): Promise<Reach>;
  /** Whether it wants an event. */
  accepts(event: ReadEvent): boolean;
  /**
   * Event types that it wants: whole ones, or beginnings that end with `*`; null is any.
   * Lines of other types need not be parsed.
   */
  readonly eventFilter: readonly string[] | null;
  /**
   * Tries once. Never rejects for what the receiver does; once `signal` aborts it ends
   * with "retry".
   *
   * @param earlier How many earlier events of the task this one stands for too.
   */
  deliver(event: ReadEvent, signal: AbortSignal, earlier?: number): Promise<Delivered>;
}

/** Whether an event type is among `filter`; `task.*` stands for all that begin so. */
export function passesFilter(filter: readonly string[] | null, eventType: string): boolean {
  return filter === null ||
    filter.some((wanted) =>
      wanted.endsWith("*") ? eventType.startsWith(wanted.slice(0, -1)) : eventType === wanted
    );
}
