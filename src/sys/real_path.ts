/**
 * Where paths lead.
 *
 * @module
 */
import { basename, dirname, join } from "@std/path";
import type { Files } from "./files.ts";

/** Whether `path` lies below `folder`, both without symbolic links. */
export function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

/**
 * The path without symbolic links, also of a path whose last parts do not exist yet.
 */
export function realPathOf(files: Pick<Files, "lstat" | "realPath">, path: string): string {
  if (files.lstat(path) !== null) return files.realPath(path);
  const parent = dirname(path);
  return parent === path ? path : join(realPathOf(files, parent), basename(path));
}
