/**
 * A sink that posts to a receiver.
 *
 * @module
 */
import type { ReadEvent } from "../protocol/events.ts";
import { identified } from "./event_identity.ts";
import type { Message, Receiver } from "./receiver.ts";
import { passesFilter, type Sink } from "./sink.ts";

/** What is posted for an event, without its id; null when there is nothing to say of it. */
export type Rendered = Omit<Message, "id"> | null;

/** What tells one sink from another. */
export interface ReceiverSinkParts extends Pick<Sink, "name" | "audience" | "eventFilter"> {
  /** Whether there is anything to say of an event; always unless given. */
  says?(event: ReadEvent): boolean;
  render(event: ReadEvent, about: { id: string; earlier: number }): Rendered | Promise<Rendered>;
}

/** A sink that renders events and posts them. */
export function receiverSink(receiver: Receiver, parts: ReceiverSinkParts): Sink {
  const { name, audience, eventFilter } = parts;
  const { retryCount, timeoutMs } = receiver;
  return {
    name,
    audience,
    eventFilter,
    retryCount,
    timeoutMs,
    fingerprint: () => receiver.fingerprint(),
    reach: (signal) => receiver.reach(signal),
    accepts: (event) =>
      passesFilter(eventFilter, event.event_type) && (parts.says?.(event) ?? true),
    async deliver(given, signal, earlier = 0) {
      const event = await identified(given);
      const id = event.event_id;
      const rendered = await parts.render(event, { id, earlier });
      return rendered === null
        ? { kind: "skipped" }
        : await receiver.send({ ...rendered, id }, signal);
    },
  };
}
