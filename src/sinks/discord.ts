/**
 * Discord: a line for each event in a channel.
 *
 * @module
 */
import { discordMessage } from "../events/discord_message.ts";
import { formatEvent } from "../events/format_event.ts";
import { visibleJson } from "../events/visible_json.ts";
import { type Receiver, receiverOf, type ReceiverWorld } from "./receiver.ts";
import { receiverSink } from "./receiver_sink.ts";
import type { Sink } from "./sink.ts";
import { addressOf, type SettingsPlace, type SinkSettings } from "./sink_settings.ts";

/** Types of the events that have a line. */
export const formattedTypes: readonly string[] = [
  "task.started",
  "task.gated",
  "task.completed",
  "task.failed",
  "task.escalated",
];

/**
 * The sink of the settings `macp.discord`, or null without an address. Throws `MacpError`
 * of kind usage, code `sink_unusable`, when they are wrong.
 */
export function discordSink(
  place: SettingsPlace<ReceiverWorld>,
  settings: SinkSettings["discord"],
): Sink | null {
  const receiver = discordReceiver(place, settings);
  return receiver && receiverSink(receiver, {
    name: "discord",
    audience: "people",
    eventFilter: settings.event_filter ?? formattedTypes,
    says: (event) => formatEvent(event) !== null,
    render: (event, { earlier }) => {
      const line = formatEvent(event, { earlier });
      return line === null ? null : { body: discordBody(line) };
    },
  });
}

/** The channel itself, for messages that are no events; null without an address. Throws alike. */
export function discordReceiver(
  place: SettingsPlace<ReceiverWorld>,
  settings: SinkSettings["discord"],
): Receiver | null {
  const url = addressOf(place, settings, "macp.discord");
  if (url === null) return null;
  // Otherwise Discord says that all is well before it has kept the message.
  if (!url.searchParams.has("wait")) url.searchParams.set("wait", "true");
  const { timeout_seconds: timeoutSeconds, retry_count: retryCount } = settings;
  return receiverOf(place.world, { url, timeoutSeconds, retryCount });
}

/**
 * The body of a message, which mentions nobody.
 *
 * @param content At most 2000 characters, neutralised.
 */
export function discordBody(content: string): string {
  return visibleJson(discordMessage(content));
}
