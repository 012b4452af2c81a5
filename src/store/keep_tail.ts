/**
 * Shortening a file of lines: the oldest go first.
 *
 * @module
 */
import { dirname } from "@std/path";
import type { Files, OpenFile } from "../sys/files.ts";
import type { World } from "../sys/world.ts";

const newline = 0x0a;
const chunkBytes = 256 * 1024;

/**
 * Keeps the last whole lines of a file that together are at most `maxBytes`, in one step.
 * A file that is written to meanwhile stays as it is.
 *
 * @returns Bytes that went.
 */
export function keepTail(
  { files, uuid }: Pick<World, "files" | "uuid">,
  path: string,
  maxBytes: number,
): number {
  const before = files.lstat(path);
  if (before?.kind !== "file" || before.size <= maxBytes) return 0;
  const temporary = `${path}.${uuid()}.tmp`;
  const file = files.open(path, { read: true });
  try {
    const start = lineStart(file, before.size - maxBytes);
    writeRest(files, file, start, { path: temporary, mode: before.mode });
    const now = files.lstat(path);
    if (now?.inode !== before.inode || now.size !== before.size) return 0;
    files.rename(temporary, path);
    files.syncFolder(dirname(path));
    return Math.min(start, before.size);
  } finally {
    file.close();
    files.remove(temporary);
  }
}

/** Where the first line begins that starts at `at` or later; the end when there is none. */
function lineStart(file: OpenFile, at: number): number {
  const buffer = new Uint8Array(chunkBytes);
  let position = at - 1;
  file.seek(position);
  for (let read = file.read(buffer); read !== null; read = file.read(buffer)) {
    const index = buffer.subarray(0, read).indexOf(newline);
    if (index >= 0) return position + index + 1;
    position += read;
  }
  return position;
}

function writeRest(
  files: Files,
  source: OpenFile,
  start: number,
  { path, mode }: { path: string; mode: number },
): void {
  const target = files.open(path, { write: true, createNew: true, mode });
  try {
    const buffer = new Uint8Array(chunkBytes);
    source.seek(start);
    for (let read = source.read(buffer); read !== null; read = source.read(buffer)) {
      target.write(buffer.subarray(0, read));
    }
    if (target.stat().mode !== mode) files.setMode(path, mode);
    target.sync();
  } finally {
    target.close();
  }
}
