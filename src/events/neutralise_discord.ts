/**
 * Texts of unknown origin in messages for Discord.
 *
 * @module
 */
import { charactersOf } from "./limit_text.ts";
import type { Markup } from "./markup.ts";
import { plainLine } from "./plain_text.ts";

/** A space without width: what it stands in is no mention and no link any more. */
const gap = "\u200b";

/** A backslash that would escape what follows. */
const backslash = /\\(?![0-9A-Za-z\s])/g;

/** Markup: emphasis, code, struck text, spoilers. An underscore inside a word is none. */
const markup = /[*`]|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])|~(?=~)|(?<=~)~|\|(?=\|)|(?<=\|)\|/g;

/**
 * A text of unknown origin on one line that mentions nobody and formats nothing in the
 * middle of a line of a Discord message. Markup is escaped by a backslash; mentions of
 * everyone, users, roles and channels, emoji, times and masked links are broken by U+200B.
 * Post it with `allowed_mentions: {"parse": []}` all the same.
 *
 * @example
 * ```ts ignore
 * import { neutraliseDiscord } from "./neutralise_discord.ts";
 * neutraliseDiscord("fix *all* of test_login"); // fix \*all\* of test_login
 * ```
 */
export function neutraliseDiscord(text: string): string {
  return plainLine(text)
    .replaceAll(backslash, "\\\\")
    .replaceAll(markup, "\\$&")
    .replaceAll(/@(?=everyone|here|[!&]?\d)/gi, `@${gap}`)
    .replaceAll(/<(?=[@#:/]|[a-z]{1,2}:)/gi, `<${gap}`)
    .replaceAll("](", `]${gap}(`);
}

/** Markup of Discord; 2000 characters a message. */
export const discordMarkup: Markup = {
  text: neutraliseDiscord,
  bold: (text) => `**${text}**`,
  most: 2000,
  size: charactersOf,
};
