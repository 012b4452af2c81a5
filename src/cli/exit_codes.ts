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

/** What each exit code means, for help texts; of several lines where one would be too long. */
export const exitCodeTexts: readonly [number, string][] = [
  [0, "done"],
  [
    1,
    "the work failed: a task ended failed, validate or doctor found faults, or what was\n" +
    "to be sent did not arrive (redrive, notify, digest, watch --since)",
  ],
  [
    2,
    "asked wrongly: usage, configuration, unknown id; nothing was changed, but for other\n" +
    "sinks than the one whose settings are wrong (watch, notify)",
  ],
  [3, "a human is needed: a task escalated, or dependants stay blocked"],
  [4, "busy: another program holds the repository, or serves the sink"],
  [5, "the tool failed: I/O, git, a file that does not parse"],
  [130, "interrupted (143: terminated): what ran was ended cleanly"],
];

/** Exit code of an error. */
export function exitCodeOf(kind: ErrorKind): number {
  const codes: Record<ErrorKind, number> = {
    usage: exitCodes.usage,
    person: exitCodes.needsHuman,
    busy: exitCodes.busy,
    failure: exitCodes.toolFailed,
  };
  return codes[kind];
}
