/**
 * Makes plain lines of what was written for a terminal.
 *
 * @module
 */

/** Makes lines of a text that comes in pieces, cut anywhere. */
export interface LineFolder {
  /** Gives out the lines that are complete, and the beginning of one that grew long. */
  push(piece: string): string;
  /** The line that is not complete yet, as far as it was not given out. */
  pending(): string;
  /** Gives out the rest. */
  end(): string;
}

/** Characters of an incomplete line that are kept. */
export const MAX_PENDING = 4096;

/**
 * Makes a folder. CR LF becomes LF. What a lone CR overwrites is left out, so that of a
 * progress bar only its last state stays; where that was given out already because
 * the line is long, the CR becomes LF.
 */
export function createLineFolder(): LineFolder {
  let kept = "";
  /** Whether the beginning of the line was given out. */
  let begun = false;

  const complete = (lines: string): string => {
    const output = lines.includes("\r") ? foldLines(lines, begun) : lines;
    begun = false;
    return output;
  };
  const settle = (): string => {
    const { shown, overwrote, end } = fold(kept);
    const broken = overwrote && begun ? "\n" : "";
    if (overwrote) begun = false;
    kept = shown + end;
    if (kept.length <= MAX_PENDING) return broken;
    begun = true;
    kept = end;
    return broken + shown;
  };

  return {
    push(piece) {
      const text = kept + piece;
      const end = text.lastIndexOf("\n") + 1;
      const lines = end > 0 ? complete(text.slice(0, end)) : "";
      kept = text.slice(end);
      return lines + settle();
    },
    pending: () => fold(kept).shown,
    end() {
      const { shown } = fold(kept);
      kept = "";
      begun = false;
      return shown;
    },
  };
}

/** What stays of a line: the text behind its last CR, and the CRs at its end. */
function fold(line: string): { shown: string; overwrote: boolean; end: string } {
  if (!line.includes("\r")) return { shown: line, overwrote: false, end: "" };
  let length = line.length;
  while (line[length - 1] === "\r") length--;
  const shown = line.slice(0, length);
  const last = shown.lastIndexOf("\r") + 1;
  // Many do what one does.
  const end = length < line.length ? "\r" : "";
  return { shown: shown.slice(last), overwrote: last > 0, end };
}

/** Folds complete lines; `begun` says that the beginning of the first was given out. */
function foldLines(lines: string, begun: boolean): string {
  return lines.split("\n").map((line, n) => {
    const { shown, overwrote } = fold(line);
    return n === 0 && begun && overwrote ? `\n${shown}` : shown;
  }).join("\n");
}
