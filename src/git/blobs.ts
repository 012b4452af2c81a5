/**
 * Content of files as commits hold them.
 *
 * @module
 */
import type { Git } from "./git.ts";

/** A file of a commit. */
export interface BlobName {
  commit: string;
  /** From the root of the repository. */
  path: string;
}

/**
 * Texts of files, in one call; null for what a commit does not hold as a file. Throws
 * `MacpError`.
 */
export async function readBlobs(git: Git, names: readonly BlobName[]): Promise<(string | null)[]> {
  const objects = names.map(({ commit, path }) => `${commit}:${path}`);
  if (objects.some((name) => name.includes("\n"))) return await readEach(git, objects);
  const stdin = objects.map((name) => `${name}\n`).join("");
  const output = await git.read(["cat-file", "--batch"], { stdin });
  // Sizes are in bytes: of what is no text they say nothing any more.
  return output.includes("\ufffd") ? await readEach(git, objects) : parseBatch(output, objects);
}

/** Pure reader of the output of `git cat-file --batch`, when all of it is UTF-8 text. */
export function parseBatch(output: string, objects: readonly string[]): (string | null)[] {
  const bytes = new TextEncoder().encode(output);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let at = 0;
  return objects.map(() => {
    const end = bytes.indexOf(10, at);
    const header = decoder.decode(bytes.subarray(at, end));
    at = end + 1;
    const [, type, size] = /^[0-9a-f]+ (\w+) (\d+)$/.exec(header) ?? [];
    if (type === undefined) return null;
    const text = decoder.decode(bytes.subarray(at, at + Number(size)));
    at += Number(size) + 1;
    return type === "blob" ? text : null;
  });
}

async function readEach(git: Git, objects: readonly string[]): Promise<(string | null)[]> {
  const texts: (string | null)[] = [];
  for (const name of objects) {
    const { code, stdout } = await git.run(["cat-file", "blob", name]);
    texts.push(code === 0 ? stdout : null);
  }
  return texts;
}
