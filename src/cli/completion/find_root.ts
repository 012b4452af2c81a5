/**
 * The main checkout of a folder, found without git: a press of a key must not wait.
 *
 * @module
 */
import { basename, dirname, join, resolve } from "@std/path";
import type { Files } from "../../sys/files.ts";

/** Most folders that are looked at on the way up. */
const deepest = 100;

/** Main checkout that a folder belongs to, or null. Gives null too for what only git knows. */
export function findRoot(files: Files, folder: string): string | null {
  let place = folder;
  for (let depth = 0; depth < deepest; depth++) {
    const kind = files.stat(join(place, ".git"))?.kind;
    if (kind === "folder") return place;
    if (kind === "file") return mainCheckout(files, place);
    if (dirname(place) === place) return null;
    place = dirname(place);
  }
  return null;
}

/** Main checkout of a linked worktree; a checkout whose `.git` leads elsewhere is one itself. */
function mainCheckout(files: Files, place: string): string | null {
  const gitFolder = resolve(
    place,
    /^gitdir: (.*)$/m.exec(files.readText(join(place, ".git")))?.[1] ?? "",
  );
  const common = join(gitFolder, "commondir");
  if (files.stat(common) === null) return place;
  const shared = resolve(gitFolder, files.readText(common).trim());
  return basename(shared) === ".git" ? dirname(shared) : null;
}
