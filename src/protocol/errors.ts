/**
 * The few kinds of errors that the program knows. Each is translated to an exit
 * code and a message in one place, `cli/report_error.ts`.
 *
 * @module
 */

/** Kinds of errors; `exitCodeOf` gives the exit code of each. */
export type ErrorKind =
  /** Asked wrongly: usage, configuration, unknown id. Nothing was changed. */
  | "usage"
  /** A person has to act first. Nothing was changed. */
  | "person"
  /** Another controller holds the repository. */
  | "busy"
  /** The tool failed: I/O, git, a file that does not parse. */
  | "failure";

/** What an error can tell besides its message. */
export interface MacpErrorOptions {
  /** Stable, machine-readable code, for example `queue_unparsable`. */
  code: string;
  /** What the user can do next, a sentence each. */
  hints?: string[];
  /** Single faults, for example one a line of a file that does not validate. */
  details?: string[];
  cause?: unknown;
}

/**
 * An error that a user can act on. The message has the form
 * "Cannot <do> as <why>: <value>", sentence case, no final period.
 */
export class MacpError extends Error {
  override readonly name = "MacpError";
  readonly kind: ErrorKind;
  readonly code: string;
  readonly hints: string[];
  readonly details: string[];

  constructor(kind: ErrorKind, message: string, options: MacpErrorOptions) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.code = options.code;
    this.hints = options.hints ?? [];
    this.details = options.details ?? [];
  }
}

/** Message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
