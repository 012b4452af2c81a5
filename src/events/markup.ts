/**
 * How a service marks up its texts, and how much it takes.
 *
 * @module
 */

/** What the formatters need to know of a service. */
export interface Markup {
  /** A text of unknown origin, harmless: it mentions nobody and formats nothing. */
  text(text: string): string;
  /** A text that `text` made, emphasised. */
  bold(text: string): string;
  /** Greatest size of a message. */
  most: number;
  /** Size of a message as the service counts it. */
  size(message: string): number;
}
