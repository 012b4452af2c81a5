/**
 * Channels that take texts which are no events, such as the digest.
 *
 * @module
 */
import type { Markup } from "../events/markup.ts";
import { discordMarkup } from "../events/neutralise_discord.ts";
import { slackMarkup } from "../events/neutralise_slack.ts";
import { discordBody, discordReceiver } from "./discord.ts";
import type { Receiver, ReceiverWorld } from "./receiver.ts";
import { slackDoorbell, slackTextBody } from "./slack.ts";
import { type SettingsPlace, type SinkSettings, unusable } from "./sink_settings.ts";

/** A channel that people read. */
export interface Channel {
  readonly name: "discord" | "slack";
  readonly receiver: Receiver;
  /** How texts for it are formatted, and how long they may be. */
  readonly markup: Markup;
  /** Body of a message of a text that was formatted so. */
  bodyOf(text: string): string;
}

/**
 * The channel of a sink's settings, whether the sink is enabled or not. Throws `MacpError`
 * of kind usage, code `sink_unusable`, when they are wrong or hold no address.
 */
export function channelOf(
  place: SettingsPlace<ReceiverWorld>,
  settings: SinkSettings,
  name: Channel["name"],
): Channel {
  if (name === "slack") {
    const { receiver } = slackDoorbell(place, settings.slack);
    return { name, receiver, markup: slackMarkup, bodyOf: slackTextBody };
  }
  const receiver = discordReceiver(place, settings.discord);
  if (receiver === null) {
    throw unusable("macp.discord.url", "there is no address", [
      "Set macp.discord.url_env to the name of an environment variable that holds it",
    ]);
  }
  return { name, receiver, markup: discordMarkup, bodyOf: discordBody };
}
