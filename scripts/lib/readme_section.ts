/**
 * Parts of the README that scripts write.
 *
 * @module
 */
import { join } from "@std/path";
import { deno, root } from "./run.ts";

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

/** Puts a section into the README, which is formatted then, as are the files it shows. */
export async function writeSection(
  name: string,
  content: string,
  shown: readonly string[] = [],
): Promise<void> {
  const path = join(root, "README.md");
  Deno.writeTextFileSync(path, withSection(Deno.readTextFileSync(path), name, content));
  await deno(["fmt", "--quiet", path, ...shown]);
}
