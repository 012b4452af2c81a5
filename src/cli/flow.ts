/**
 * Long texts in a terminal.
 *
 * @module
 */
import type { Terminal } from "../sys/terminal.ts";

/** Gives a text as lines that fit the terminal, broken at blanks; in a pipe as one. */
export async function flowFor(
  { isTerminal, columns }: Pick<Terminal, "isTerminal" | "columns">,
): Promise<(text: string) => string[]> {
  if (!isTerminal) return (text) => [text];
  const { wrapTo } = await import("./live/text_width.ts");
  return (text) => wrapTo(text, columns(), "    ");
}
