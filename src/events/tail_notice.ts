/**
 * What a reader of the event file comes across besides events.
 *
 * @module
 */
import { basename } from "@std/path";

/** Something that a person should know of. */
export interface TailNotice {
  /**
   * - `truncated`: the file is shorter than what was read of it; it is read anew;
   * - `replaced`: another file stands in its place, or nothing of it is left; what is there
   *   now is read from its beginning;
   * - `rotated`: the file was moved away; what was not read of it is read first;
   * - `bad_line`: a line is no event and is passed over;
   * - `huge_line`: a line is longer than 1 MiB and is passed over.
   */
  kind: "truncated" | "replaced" | "rotated" | "bad_line" | "huge_line";
  /** File in which it is. */
  path: string;
  /** Bytes: where the line begins; else how far the file had been read. */
  offset: number;
}

/** A sentence for a person. */
export function describeNotice({ kind, path, offset }: TailNotice): string {
  const name = basename(path);
  switch (kind) {
    case "truncated":
      return `${name} was truncated below the ${offset} bytes that were read; ` +
        "it is read from its beginning";
    case "replaced":
      return `${name} is not the file of which ${offset} bytes were read; ` +
        "it is read from its beginning";
    case "rotated":
      return `the event file was rotated to ${name}; what follows byte ${offset} is read first`;
    case "bad_line":
      return `${name}: the line at byte ${offset} is no event; passed over`;
    case "huge_line":
      return `${name}: the line at byte ${offset} has more than 1 MiB; passed over`;
  }
}
