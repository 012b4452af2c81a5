/**
 * What stands in a folder, to tell later whether somebody wrote there since.
 *
 * @module
 */
import { join } from "@std/path";
import type { Files, FileStat } from "../sys/files.ts";

/** Paths of the files and links below a folder, and what tells each from what it was before. */
export type FolderLook = ReadonlyMap<string, string>;

/**
 * Looks at all that is below a folder but its `.git`, without reading files; nothing where
 * there is no folder.
 */
export function lookAt(files: Files, root: string): FolderLook {
  const look = new Map<string, string>();
  const walk = (folder: string) => {
    for (const { name, isFolder } of files.entries(join(root, folder))) {
      const path = folder === "" ? name : `${folder}/${name}`;
      if (path === ".git") continue;
      if (isFolder) walk(path);
      else {
        const stat = files.lstat(join(root, path));
        if (stat !== null) look.set(path, printOf(stat));
      }
    }
  };
  walk("");
  return look;
}

/** A second link to the same file changes nothing of it. */
function printOf({ kind, size, mtimeMs, inode, mode }: FileStat): string {
  return [kind, size, mtimeMs, inode, mode].join(" ");
}

/** What was added or written since, sorted; what is gone is not among it. */
export function writtenSince(before: FolderLook, now: FolderLook): string[] {
  return [...now].filter(([path, print]) => before.get(path) !== print).map(([path]) => path)
    .sort();
}

/** Whether all that was there is there still. */
export function isWhole(before: FolderLook, now: FolderLook): boolean {
  return [...before.keys()].every((path) => now.has(path));
}
