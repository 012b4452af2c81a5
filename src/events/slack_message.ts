/**
 * What is posted to an incoming webhook of Slack.
 *
 * @module
 */
import { charactersOf, limitText } from "./limit_text.ts";
import { neutraliseSlack, slackMarkup } from "./neutralise_slack.ts";
import { plainLine, plainLines } from "./plain_text.ts";
import { detailOf, type Notification } from "./render_notification.ts";

/** Body of a request, to be sent by `visibleJson`. */
export interface SlackMessage {
  /** The whole message, for notifications and for receivers that know no blocks. */
  text: string;
  /** The text holds no markup. */
  mrkdwn: false;
  unfurl_links: false;
  blocks: SlackBlock[];
}

/** A part of a message. */
export interface SlackBlock {
  type: "header" | "section";
  text: { type: "plain_text"; text: string; emoji: false } | { type: "mrkdwn"; text: string };
}

/** Longest header, in characters. */
const mostOfHeader = 150;

/**
 * An alert: its title as a header, its detail as plain text, a link to the thread. Texts
 * are neutralised and kept to 3000 characters each.
 */
export function slackMessage(notification: Notification): SlackMessage {
  const { link } = notification;
  const title = limitText(plainLine(notification.title), forSlack(mostOfHeader));
  const tail = link === null ? "" : `\nThread: ${neutraliseSlack(link)}`;
  const left = slackMarkup.most - charactersOf(`${title}\n${tail}`);
  const detail = limitText(plainLines(detailOf(notification)), forSlack(left));
  const lines = detail === "" ? title : `${title}\n${detail}`;
  return {
    text: `${lines}${tail}`,
    mrkdwn: false,
    unfurl_links: false,
    blocks: [
      { type: "header", text: plainText(title) },
      ...(detail === "" ? [] : [{ type: "section", text: plainText(detail) } as const]),
      ...(link === null ? [] : [linkBlock(link)]),
    ],
  };
}

/** A message of a text that `formatEvent` or `formatSummary` made with `slackMarkup`. */
export function slackText(text: string): SlackMessage {
  const blocks: SlackBlock[] = [{ type: "section", text: plainText(text) }];
  return { text, mrkdwn: false, unfurl_links: false, blocks };
}

function forSlack(most: number) {
  return { most, size: charactersOf, render: neutraliseSlack };
}

function plainText(text: string) {
  return { type: "plain_text", text, emoji: false } as const;
}

function linkBlock(link: string): SlackBlock {
  const target = neutraliseSlack(link.replaceAll("|", "%7C").replaceAll("@", "%40"));
  return { type: "section", text: { type: "mrkdwn", text: `<${target}|Open the thread>` } };
}
