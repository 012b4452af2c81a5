/**
 * Exit codes, the same for every command (section 5 of the specification).
 *
 * @module
 */
import type { ErrorKind } from "../protocol/errors.ts";

/** Exit codes by their meaning. */
export const exitCodes = {
  done: 0,
  workFailed: 1,
  usage: 2,
  needsHuman: 3,
  busy: 4,
  toolFailed: 5,
  hangup: 129,
  interrupted: 130,
  terminated: 143,
} as const;

/** What each exit code means, for help texts. */
export const exitCodeTexts: readonly [number, string][] = [
  [0, "done"],
  [1, "the work failed: a task ended failed, or validation found faults"],
  [2, "asked wrongly: usage, configuration, unknown id; nothing was changed"],
  [3, "a human is needed: a task escalated, or dependants stay blocked"],
  [4, "busy: another controller holds the repository"],
  [5, "the tool failed: I/O, git, a file that does not parse"],
  [130, "interrupted (143: terminated): the running attempt was ended cleanly"],
];

/** Exit code of an error. */
export function exitCodeOf(kind: ErrorKind): number {
  const codes: Record<ErrorKind, number> = {
    usage: exitCodes.usage,
    busy: exitCodes.busy,
    failure: exitCodes.toolFailed,
  };
  return codes[kind];
}
