/**
 * Reading files that other programs write too: what does not parse is an error
 * that names the file, never an empty value.
 *
 * @module
 */
import { MacpError, messageOf } from "../protocol/errors.ts";
import { notAFile } from "../protocol/not_a_file.ts";
import type { Files } from "../sys/files.ts";

/** Text of a UTF-8 file, with its byte order mark; null when it does not exist. Throws `MacpError`. */
export function readText(files: Files, path: string): string | null {
  const stat = files.stat(path);
  if (stat === null) return null;
  if (stat.kind !== "file") throw notAFile(path, stat.kind);
  try {
    const text = files.readText(path);
    // Quick, but silent about what is not UTF-8: then the bytes are looked at.
    if (text.includes("\ufffd")) {
      new TextDecoder("utf-8", { fatal: true }).decode(files.readBytes(path));
    }
    return text;
  } catch (cause) {
    const why = cause instanceof TypeError ? "it is not UTF-8 text" : messageOf(cause);
    throw new MacpError("failure", `Cannot read ${path} as ${why}`, {
      code: "unreadable_file",
      hints: ["Nothing was overwritten; mend the file or move it away"],
      cause,
    });
  }
}

/** The text without a byte order mark. */
export function withoutMark(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

/** Parses JSON text of a file. Throws `MacpError` that names the file and the place. */
export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(withoutMark(text));
  } catch (cause) {
    const why = text.trim() === "" ? "it is empty" : `it is not JSON: ${messageOf(cause)}`;
    throw new MacpError("failure", `Cannot read ${path} as ${why}`, {
      code: "unparsable_file",
      hints: ["Nothing was overwritten; mend the file or move it away"],
      cause,
    });
  }
}
