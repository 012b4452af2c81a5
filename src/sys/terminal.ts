/**
 * The terminal, or whatever stands in its place.
 *
 * @module
 */

/** Signals that end a run cleanly. */
export type StopSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

/** What came in the way of what was drawn. */
export type Disturbance = "resized" | "continued";

/** What runs the program. */
export interface Runtime {
  /** For example `deno`. */
  name: string;
  version: string;
  /** Platform, as `x86_64-unknown-linux-gnu`. */
  target: string;
}

/** Where the program prints, and what the user does meanwhile. */
export interface Terminal {
  /** Writes to standard output. */
  write(text: string): void;
  /** Whether nobody reads standard output any more, as the last writing showed. */
  isAbandoned?(): boolean;
  /** Writes to standard error. */
  writeError(text: string): void;
  /** Whether standard output is a terminal. */
  readonly isTerminal: boolean;
  /** Whether standard error is a terminal. */
  readonly isErrorTerminal: boolean;
  /** Width of the terminal, in columns. */
  columns(): number;
  /** Height of the terminal, in rows. */
  rows(): number;
  /**
   * Calls back when what was drawn no longer stands as it did: the terminal has another size
   * now, or the program goes on after it was stopped. Until the returned function is called.
   */
  onDisturbed(callback: (by: Disturbance) => void): () => void;
  /** Working folder. */
  readonly folder: string;
  /** Command that starts this program: its path, and arguments that come first. */
  readonly program: readonly string[];
  /** Not there where nothing real runs the program. */
  readonly runtime?: Runtime;
  /** Calls back on a signal, until the returned function is called. */
  onSignal(signal: StopSignal, callback: () => void): () => void;
}
