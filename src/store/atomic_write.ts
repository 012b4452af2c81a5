/**
 * Durable replacement of a file.
 *
 * @module
 */
import { dirname } from "@std/path";
import { MacpError, messageOf } from "../protocol/errors.ts";
import { reach } from "../sys/fail_points.ts";
import type { OpenFile } from "../sys/files.ts";
import type { World } from "../sys/world.ts";

/** Most bytes that are encoded at once. */
const chunkBytes = 256 * 1024;

/** A part of what is written: a text, or bytes as they are. */
export type Piece = string | Uint8Array;

/** What may differ from the default. */
export interface AtomicWriteOptions {
  /** Permission bits; those of the replaced file, else 0600. */
  mode?: number;
  /** Whether a symbolic link stays and what it points to is replaced; else it is replaced. */
  followLink?: boolean;
  /** Called before the rename; false gives the write up, leaving nothing behind. */
  stillWanted?: () => boolean;
}

/**
 * Replaces `path` in one step: a uniquely named temporary file in the same folder,
 * fsync, rename, fsync of the folder. A crash leaves the old content or the new.
 *
 * @returns Whether the file was replaced.
 * Throws `MacpError` that names the file; then it is as it was.
 */
export function atomicWrite(
  world: Pick<World, "files" | "uuid">,
  path: string,
  content: string | readonly Piece[],
  options: AtomicWriteOptions = {},
): boolean {
  try {
    const isLink = options.followLink && world.files.lstat(path)?.kind === "symlink";
    return replace(world, isLink ? world.files.realPath(path) : path, [content].flat(), options);
  } catch (cause) {
    throw writeError(path, cause);
  }
}

/** The error of a write that failed. */
export function writeError(path: string, cause: unknown): MacpError {
  const why = messageOf(cause);
  return new MacpError("failure", `Cannot write ${path} as ${why}`, {
    code: "write_failed",
    hints: [wayOutOf(why)],
    cause,
  });
}

function wayOutOf(why: string): string {
  if (/read-only file system/i.test(why)) {
    return "Call it where the repository can be written (mount -o remount,rw), or copy it there";
  }
  if (/is a directory|file exists|not a directory/i.test(why)) {
    return "Move away what stands in its place, then call again";
  }
  return "Look at the space left (df) and the permissions of the folder, then call again";
}

function replace(
  { files, uuid }: Pick<World, "files" | "uuid">,
  path: string,
  content: readonly Piece[],
  options: AtomicWriteOptions,
): boolean {
  const existing = files.lstat(path);
  const mode = options.mode ?? (existing?.kind === "file" ? existing.mode : 0o600);
  const temporary = `${path}.${uuid()}.tmp`;
  let renamed = false;
  try {
    const file = files.open(temporary, { write: true, createNew: true, mode });
    try {
      for (const piece of content) {
        if (typeof piece === "string") writeText(file, piece);
        else file.write(piece);
      }
      file.sync();
      // What the file is created with is cut by the umask.
      if (file.stat().mode !== mode) files.setMode(temporary, mode);
    } finally {
      file.close();
    }
    if (options.stillWanted?.() === false) return false;
    reach("file.written");
    files.rename(temporary, path);
    renamed = true;
    reach("file.renamed");
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

/** Replaces `path` by a value as indented JSON; gives the text. Throws `MacpError`. */
export function atomicWriteJson(
  world: Pick<World, "files" | "uuid">,
  path: string,
  value: unknown,
): string {
  try {
    world.files.makeFolder(dirname(path));
  } catch (cause) {
    throw writeError(path, cause);
  }
  const text = `${unlessTooDeep(path, () => JSON.stringify(value, null, 2))}\n`;
  atomicWrite(world, path, text);
  return text;
}

/**
 * Calls `use` with what a file holds or is to hold. Throws `MacpError` where it is nested too
 * deep for that.
 */
export function unlessTooDeep<T>(path: string, use: () => T): T {
  try {
    return use();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new MacpError("failure", `Cannot write ${path} as it is nested too deep`, {
      code: "nested_too_deep",
      hints: ["Nothing was overwritten; take what is nested out of it, or move it away"],
      cause,
    });
  }
}
