/**
 * Folders and locks of the state; what goes wrong with them names them.
 *
 * @module
 */
import type { FileLock, Files } from "../sys/files.ts";
import { writeError } from "./atomic_write.ts";

/** Makes a folder and those above it. Throws `MacpError` that names it. */
export function makeStateFolder(files: Files, path: string): void {
  try {
    files.makeFolder(path);
  } catch (cause) {
    throw writeError(path, cause);
  }
}

/** Takes a lock as `Files.lock` does. Throws `MacpError` that names its file. */
export async function takeStateLock(
  files: Files,
  path: string,
  waitMs: number,
): Promise<FileLock | null> {
  try {
    return await files.lock(path, waitMs);
  } catch (cause) {
    throw writeError(path, cause);
  }
}
