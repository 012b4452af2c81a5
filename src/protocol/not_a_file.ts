/**
 * The error for a path where a file should be and something else is.
 *
 * @module
 */
import { MacpError } from "./errors.ts";

const names: Readonly<Record<string, string>> = {
  file: "a file",
  folder: "a folder",
  symlink: "a symbolic link",
  other: "a pipe or a device",
};

/** The error of kind failure, code `not_a_file`; `kind` is what is there. */
export function notAFile(path: string, kind: string): MacpError {
  return new MacpError(
    "failure",
    `Cannot read ${path} as it is ${describeKind(kind)}, not a file`,
    {
      code: "not_a_file",
    },
  );
}

/** What is at a path, in words that go behind "it is". */
export function describeKind(kind: string): string {
  return names[kind] ?? "something else";
}
