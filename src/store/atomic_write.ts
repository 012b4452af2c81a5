/**
 * Durable replacement of a file.
 *
 * @module
 */
import { dirname } from "@std/path";
import type { OpenFile } from "../sys/files.ts";
import type { World } from "../sys/world.ts";

/** Most bytes that are encoded at once. */
const chunkBytes = 256 * 1024;

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
  content: string | readonly string[],
  options: AtomicWriteOptions = {},
): boolean {
  const { files } = world;
  const mode = options.mode ?? files.stat(path)?.mode ?? 0o600;
  const temporary = `${path}.${world.uuid()}.tmp`;
  let renamed = false;
  try {
    const file = files.open(temporary, { write: true, createNew: true, mode });
    try {
      for (const text of [content].flat()) writeText(file, text);
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

/** Writes a text chunk by chunk, so that a large one is never held twice. */
function writeText(file: OpenFile, text: string): void {
  const encoder = new TextEncoder();
  const chunk = new Uint8Array(Math.min(chunkBytes, text.length * 3));
  for (let at = 0; at < text.length;) {
    const { read, written } = encoder.encodeInto(text.slice(at), chunk);
    file.write(chunk.subarray(0, written));
    at += read;
  }
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
