/**
 * What is posted to a webhook of Discord.
 *
 * @module
 */

/** Body of a request, to be sent by `visibleJson`. */
export interface DiscordMessage {
  content: string;
  allowed_mentions: { parse: never[] };
  /** Bits; 4: without previews of links. */
  flags: number;
}

const suppressEmbeds = 4;

/** A message whose text `formatEvent` or `formatSummary` made. It mentions nobody. */
export function discordMessage(content: string): DiscordMessage {
  return { content, allowed_mentions: { parse: [] }, flags: suppressEmbeds };
}
