/**
 * The error for a path where a file should be and something else is.
 *
 * @module
 */
import { MacpError } from "./errors.ts";

const names: Readonly<Record<string, string>> = {
  folder: "a folder",
  symlink: "a symbolic link",
  other: "a pipe or a device",
};

/** The error of kind failure, code `not_a_file`; `kind` is what is there. */
export function notAFile(path: string, kind: string): MacpError {
  const what = names[kind] ?? "something else";
  return new MacpError("failure", `Cannot read ${path} as it is ${what}, not a file`, {
    code: "not_a_file",
  });
}
