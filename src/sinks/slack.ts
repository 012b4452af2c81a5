/**
 * Slack: the doorbell in a channel, by an incoming webhook.
 *
 * @module
 */
import { slackMessage, slackText } from "../events/slack_message.ts";
import { visibleJson } from "../events/visible_json.ts";
import type { Doorbell } from "./doorbell.ts";
import { receiverOf, type ReceiverWorld } from "./receiver.ts";
import { requireAddress, type SettingsPlace, type SinkSettings } from "./sink_settings.ts";

/**
 * The doorbell of the settings `macp.slack`. Throws `MacpError` of kind usage, code
 * `sink_unusable`, when they are wrong.
 */
export function slackDoorbell(
  place: SettingsPlace<ReceiverWorld>,
  settings: SinkSettings["slack"],
): Doorbell {
  const { timeout_seconds: timeoutSeconds, retry_count: retryCount } = settings;
  const url = requireAddress(place, settings, "macp.slack");
  return {
    name: "slack",
    receiver: receiverOf(place.world, { url, timeoutSeconds, retryCount }),
    bodyOf: (notification) => visibleJson(slackMessage(notification)),
  };
}

/** The body of a message of a text that `formatSummary` made with `slackMarkup`. */
export function slackTextBody(text: string): string {
  return visibleJson(slackText(text));
}
