/**
 * Texts of unknown origin in messages for ntfy.
 *
 * @module
 */
import { bytesOf } from "./limit_text.ts";
import type { Markup } from "./markup.ts";
import { plainLines } from "./plain_text.ts";

/**
 * A text of unknown origin for ntfy: without terminal sequences, control characters, marks
 * of writing direction and invisible characters. Line breaks stay. ntfy shows texts as they
 * are unless they are sent as Markdown, which `ntfyMessage` never does.
 */
export function neutraliseNtfy(text: string): string {
  return plainLines(text);
}

/** Plain lines; 4096 bytes a message, as ntfy makes a file of what is longer. */
export const ntfyMarkup: Markup = {
  text: neutraliseNtfy,
  bold: (text) => text,
  most: 4096,
  size: bytesOf,
};
