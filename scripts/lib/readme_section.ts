/**
 * Parts of the README that scripts write.
 *
 * @module
 */

/**
 * The text with what stands between `<!-- NAME:begin -->` and `<!-- NAME:end -->` replaced.
 *
 * @throws Error when there is no such part.
 */
export function withSection(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) {
    throw new Error(`Cannot write the part ${name} as it is not there: ${begin} … ${end}`);
  }
  return `${text.slice(0, from + begin.length)}\n\n${content.trim()}\n\n${text.slice(to)}`;
}
