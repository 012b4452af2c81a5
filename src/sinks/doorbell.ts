/**
 * Receivers that ring for people: Slack and ntfy.
 *
 * @module
 */
import { type Notification, renderNotification } from "../events/render_notification.ts";
import { ringOf } from "../events/ring.ts";
import type { ReadEvent } from "../protocol/events.ts";
import type { Receiver } from "./receiver.ts";
import { receiverSink } from "./receiver_sink.ts";
import type { Sink } from "./sink.ts";
import type { SinkSettings } from "./sink_settings.ts";

/** A receiver of alerts. */
export interface Doorbell {
  readonly name: "slack" | "ntfy";
  readonly receiver: Receiver;
  /** Puts an alert into the form of the service. */
  bodyOf(notification: Notification): string;
}

/** What the alerts of events say besides the events. */
export interface DoorbellFacts {
  /** Name of the repository, for tasks whose metadata name none. */
  repository: string;
  doorbell: SinkSettings["doorbell"];
}

/** A sink that rings a doorbell for the events that mean something to it. */
export function doorbellSink(
  { name, receiver, bodyOf }: Doorbell,
  about: DoorbellFacts & { eventFilter: readonly string[] | null },
): Sink {
  return receiverSink(receiver, {
    name,
    audience: "people",
    eventFilter: about.eventFilter ?? ringingTypes(about.doorbell),
    says: (event) => notificationOf(event, { ...about, earlier: 0 }) !== null,
    render: (event, { earlier }) => {
      const notification = notificationOf(event, { ...about, earlier });
      return notification === null ? null : { body: bodyOf(notification) };
    },
  });
}

/** The alert of an event, or null when it rings nothing. */
export function notificationOf(
  event: ReadEvent,
  { repository, doorbell, earlier }: DoorbellFacts & { earlier: number },
): Notification | null {
  const ring = ringOf(event, { repository, doneOn: doorbell.done_on, earlier });
  if (ring === null) return null;
  const { kind, issue, threadId, detail } = ring;
  return renderNotification(kind, issue, threadId, detail, { baseUrl: doorbell.base_url });
}

/** Types of the events that can ring. */
function ringingTypes({ done_on: doneOn }: SinkSettings["doorbell"]): string[] {
  const done = doneOn === "landed" ? "task.progress" : "task.completed";
  return [done, "task.failed", "task.escalated"];
}
