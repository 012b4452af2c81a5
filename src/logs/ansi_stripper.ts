/**
 * Takes the control characters of terminals out of a text.
 *
 * @module
 */

/** Strips a text that comes in pieces, cut anywhere. */
export interface AnsiStripper {
  push(piece: string): string;
}

/**
 * Where it is: in text; behind ESC; behind ESC and an intermediate character; in a
 * control sequence (CSI); in a control string (OSC, DCS, APC, PM, SOS).
 */
type Place = "text" | "escape" | "intermediate" | "sequence" | "string";

/** What is no text: all control characters but tab, line feed and carriage return. */
// deno-lint-ignore no-control-regex
const control = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;
/** What ends a control string; a line feed shows that its end was lost. */
// deno-lint-ignore no-control-regex
const stringEnd = /[\x07\x1b\x9c\n]/g;
const parameters = /[ -?]*/y;

/**
 * Makes a stripper. It removes control sequences and control strings (ECMA-48), and
 * every other control character but tab, line feed and carriage return.
 */
export function createAnsiStripper(): AnsiStripper {
  let place: Place = "text";
  return {
    push(piece) {
      let output = "";
      for (let at = 0; at < piece.length;) {
        const step = place === "text" ? textStep(piece, at) : controlStep(place, piece, at);
        if (step.textEnd !== undefined) output += piece.slice(at, step.textEnd);
        at = step.next;
        place = step.place;
      }
      return output;
    },
  };
}

/** Where it goes on, and as what. */
interface Step {
  next: number;
  place: Place;
  /** Up to here it was text. */
  textEnd?: number;
}

function textStep(piece: string, at: number): Step {
  control.lastIndex = at;
  const found = control.exec(piece);
  if (!found) return { next: piece.length, place: "text", textEnd: piece.length };
  const place = found[0] === "\x1b" ? "escape" : "text";
  return { next: found.index + 1, place, textEnd: found.index };
}

function controlStep(place: Place, piece: string, at: number): Step {
  if (place === "sequence") return sequenceStep(piece, at);
  if (place === "string") return stringStep(piece, at);
  const char = piece.charAt(at);
  if (char === "\x1b") return { next: at + 1, place: "escape" };
  if (char >= " " && char <= "/") return { next: at + 1, place: "intermediate" };
  if (place === "escape" && char === "[") return { next: at + 1, place: "sequence" };
  if (place === "escape" && "]PX^_".includes(char)) return { next: at + 1, place: "string" };
  return { next: char >= "0" && char <= "~" ? at + 1 : at, place: "text" };
}

function sequenceStep(piece: string, at: number): Step {
  parameters.lastIndex = at;
  const end = at + (parameters.exec(piece)?.[0].length ?? 0);
  if (end === piece.length) return { next: end, place: "sequence" };
  const char = piece.charAt(end);
  return { next: char >= "@" && char <= "~" ? end + 1 : end, place: "text" };
}

function stringStep(piece: string, at: number): Step {
  stringEnd.lastIndex = at;
  const found = stringEnd.exec(piece);
  if (!found) return { next: piece.length, place: "string" };
  // ESC \ ends it: the rest of that is read as any sequence of ESC and one character.
  if (found[0] === "\x1b") return { next: found.index + 1, place: "escape" };
  return { next: found[0] === "\n" ? found.index : found.index + 1, place: "text" };
}
