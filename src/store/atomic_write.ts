/**
 * Durable replacement of a file.
 *
 * @module
 */
import { dirname } from "@std/path";
import type { World } from "../sys/world.ts";

/** What may differ from the default. */
export interface AtomicWriteOptions {
  /** Permission bits; those of the replaced file, else 0600. */
  mode?: number;
  /** Called before the rename; false gives the write up, leaving nothing behind. */
  stillWanted?: () => boolean;
}

/**
 * Replaces `path` in one step: a uniquely named temporary file in the same folder,
 * fsync, rename, fsync of the folder. A crash leaves the old content or the new.
 *
 * @returns Whether the file was replaced.
 */
export function atomicWrite(
  world: Pick<World, "files" | "uuid">,
  path: string,
  content: string | Uint8Array,
  options: AtomicWriteOptions = {},
): boolean {
  const { files } = world;
  const mode = options.mode ?? files.stat(path)?.mode ?? 0o600;
  const temporary = `${path}.${world.uuid()}.tmp`;
  let renamed = false;
  try {
    const file = files.open(temporary, { write: true, createNew: true, mode });
    try {
      file.write(typeof content === "string" ? new TextEncoder().encode(content) : content);
      file.sync();
    } finally {
      file.close();
    }
    if (options.stillWanted?.() === false) return false;
    files.rename(temporary, path);
    renamed = true;
  } finally {
    if (!renamed) files.remove(temporary);
  }
  files.syncFolder(dirname(path));
  return true;
}

/** Replaces `path` by a value as indented JSON. */
export function atomicWriteJson(
  world: Pick<World, "files" | "uuid">,
  path: string,
  value: unknown,
): void {
  world.files.makeFolder(dirname(path));
  atomicWrite(world, path, `${JSON.stringify(value, null, 2)}\n`);
}
