/**
 * Adding lines to a text file of the user.
 *
 * @module
 */
import type { Files } from "../sys/files.ts";

const newline = 0x0a;

/** Adds text at the end of a file, on a line of its own; makes the file when there is none. */
export function appendText(files: Files, path: string, text: string): void {
  const before = files.stat(path) === null ? new Uint8Array() : files.readBytes(path);
  const open = before.length > 0 && before.at(-1) !== newline;
  const file = files.open(path, { append: true, create: true, mode: 0o644 });
  try {
    file.write(new TextEncoder().encode(`${open ? "\n" : ""}${text}`));
    file.sync();
  } finally {
    file.close();
  }
}
