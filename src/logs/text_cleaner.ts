/**
 * Makes plain text of the bytes that a command prints.
 *
 * @module
 */
import { createAnsiStripper } from "./ansi_stripper.ts";
import { createLineFolder } from "./line_folder.ts";

/** Cleans output that comes in chunks, cut anywhere. */
export interface TextCleaner {
  /** Gives out complete lines, and the beginning of a line that grew long. */
  push(chunk: Uint8Array): string;
  /** The incomplete line, as far as it was not given out. */
  pending(): string;
  /** Gives out the rest. The cleaner can be used again for new output. */
  end(): string;
}

/**
 * Makes a cleaner: UTF-8 to text, what is no UTF-8 shown as U+FFFD; NUL, other control
 * characters and the control sequences of terminals removed; CR LF to LF; what a
 * progress bar overwrote left out.
 */
export function createTextCleaner(): TextCleaner {
  let decoder = new TextDecoder();
  let stripper = createAnsiStripper();
  const folder = createLineFolder();
  return {
    push: (chunk) => folder.push(stripper.push(decoder.decode(chunk, { stream: true }))),
    pending: folder.pending,
    end() {
      const rest = folder.push(stripper.push(decoder.decode())) + folder.end();
      decoder = new TextDecoder();
      stripper = createAnsiStripper();
      return rest;
    },
  };
}
