/**
 * Texts of unknown origin in messages for Slack.
 *
 * @module
 */
import { charactersOf } from "./limit_text.ts";
import type { Markup } from "./markup.ts";
import { plainLines } from "./plain_text.ts";

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** A space without width: what it stands in is no mention and no link any more. */
const gap = "\u200b";

/**
 * A text of unknown origin that mentions nobody in a Slack message: `&`, `<` and `>` become
 * entities, so that `<!channel>`, `<@U123>` and links are only text; a name after `@`, outside of an
 * address of mail, and a link of Markdown, which receivers like Slack may know, are broken by
 * U+200B. Line breaks stay. Slack knows no escape for `*`, `_`, `~` and backticks:
 * send it as `plain_text`, and with `"mrkdwn": false`, as `slackMessage` does.
 */
export function neutraliseSlack(text: string): string {
  return plainLines(text)
    .replaceAll(/[&<>]/g, (character) => entities[character] ?? "")
    .replaceAll(/@(?=everyone|channel|here)|(?<![\w.+-])@(?=\w)/gi, `@${gap}`)
    .replaceAll("](", `]${gap}(`);
}

/** Lines for Slack as plain text; 3000 characters a message. */
export const slackMarkup: Markup = {
  text: neutraliseSlack,
  bold: (text) => text,
  most: 3000,
  size: charactersOf,
};
