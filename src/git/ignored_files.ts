/**
 * Which of the files that git ignores a snapshot holds: the small ones.
 *
 * @module
 */
import { join } from "@std/path";
import type { Files } from "../sys/files.ts";

/** Most files of one ignored folder, and of all together, so that no dependencies go in. */
const mostFiles = { ofFolder: 200, together: 1000 };
/** Most bytes together, as a multiple of those of one entry. */
const mostTogether = 16;

/** What is held, and what is not. */
export interface IgnoredChoice {
  /** Files, none of them a folder. */
  held: string[];
  /** Files and folders, a folder with a slash at the end. */
  leftOut: string[];
}

/** How to choose. */
export interface IgnoredOptions {
  /** Checkout. */
  root: string;
  /** Bytes of one entry up to which it is held; 0 holds nothing. */
  maxBytes: number;
  /** Whether a file is the copy of one that exists elsewhere: neither held nor left out. */
  isCopy: (path: string) => boolean;
}

/** Chooses among the ignored entries of a status; a folder is held whole or not at all. */
export function chooseIgnored(
  files: Pick<Files, "lstat" | "list">,
  entries: readonly string[],
  { root, maxBytes, isCopy }: IgnoredOptions,
): IgnoredChoice {
  const choice: IgnoredChoice = { held: [], leftOut: [] };
  let bytes = 0;
  for (const entry of entries) {
    const found = filesOf(files, root, entry, maxBytes);
    const own = found?.filter(({ path }) => !isCopy(path)) ?? null;
    const size = own?.reduce((sum, file) => sum + file.size, 0) ?? 0;
    const fits = own !== null && (own.length === 0 || maxBytes > 0) &&
      choice.held.length + own.length <= mostFiles.together &&
      bytes + size <= maxBytes * mostTogether;
    if (fits) {
      choice.held.push(...own.map(({ path }) => path));
      bytes += size;
    } else choice.leftOut.push(entry);
  }
  return choice;
}

/**
 * Files and links of one entry; null when they are too many or too large, a name is not
 * UTF-8, or a repository lies among them.
 */
function filesOf(
  files: Pick<Files, "lstat" | "list">,
  root: string,
  entry: string,
  maxBytes: number,
): { path: string; size: number }[] | null {
  const found: { path: string; size: number }[] = [];
  const open = [entry.replace(/\/$/, "")];
  let bytes = 0;
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const stat = files.lstat(join(root, path));
    if (stat === null) return null;
    if (stat.kind === "folder") {
      const names = files.list(join(root, path));
      if (names.includes(".git") || names.length > mostFiles.ofFolder) return null;
      open.push(...names.map((name) => `${path}/${name}`));
    } else if (stat.kind !== "other") {
      found.push({ path, size: stat.size });
      bytes += stat.size;
    }
    if (bytes > maxBytes || found.length + open.length > mostFiles.ofFolder) return null;
  }
  return found;
}
