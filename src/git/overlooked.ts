/**
 * Changes that git does not see, as the index says of a file that it is as it was: its times
 * and size stand there, and whoever works in a checkout can write them.
 *
 * @module
 */
import type { Git } from "./git.ts";
import { parseStatus } from "./status.ts";

/** Files that git LFS keeps elsewhere stay what they are; nothing is asked of its program. */
const asTheyAre = ["clean=", "process=", "required=false"]
  .flatMap((entry) => ["-c", `filter.lfs.${entry}`]);

/**
 * Paths of HEAD whose files hold something else: every file is read, through an index that
 * is made for it. Files that are gone are not told of. Throws `MacpError`.
 *
 * @param index Path for that index; nothing is left there.
 */
export async function readChanged(git: Git, index: string): Promise<string[]> {
  try {
    await git.read(["read-tree", "HEAD"], { index });
    const args = ["status", "--porcelain=v2", "-z", "--no-renames", "--untracked-files=no"];
    const output = await git.read([...asTheyAre, ...args, "--ignore-submodules=all"], { index });
    const gone = new Set(output.split("\0").filter((row) => /^1 .D /.test(row)).map(pathOf));
    return parseStatus(output).changed.filter((path) => !gone.has(path));
  } finally {
    for (const path of [index, `${index}.lock`]) git.world.files.remove(path);
  }
}

function pathOf(row: string): string {
  return row.split(" ").slice(8).join(" ");
}

/** Has git look again at files that it took for unchanged. Throws `MacpError`. */
export async function lookAgain(git: Git, paths: readonly string[]): Promise<void> {
  const asked = new Set(paths);
  const rows = (await git.read(["ls-tree", "-r", "-z", "--full-tree", "HEAD"])).split("\0")
    .filter((row) => asked.has(row.slice(row.indexOf("\t") + 1)));
  const stdin = rows.map((row) => `${row}\0`).join("");
  await git.read(["update-index", "-z", "--index-info"], { stdin });
}
