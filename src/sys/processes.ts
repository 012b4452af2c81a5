/**
 * Processes as the program needs them.
 *
 * @module
 */
import type { ProcessIdentity } from "../protocol/generated/types.ts";

/** One row of the process table. */
export interface ProcessEntry extends ProcessIdentity {
  /** Parent. */
  parent: number;
  /** Process group. */
  group: number;
  /** Session. */
  session: number;
}

/** How a child is started. Its environment is exactly `env`. */
export interface SpawnOptions {
  command: string;
  args: readonly string[];
  cwd?: string;
  env: Record<string, string>;
  /** Whether it leads a session and process group of its own. */
  ownSession: boolean;
  stdin: "piped" | "null";
  stderr: "piped" | "null";
}

/** How a process ended. */
export interface ExitStatus {
  /** Exit code; 128 + n when signal n ended it. */
  code: number;
  /** Name of the signal that ended it, for example SIGKILL. */
  signal: string | null;
}

/** A running child. */
export interface Child {
  readonly pid: number;
  readonly stdout: ReadableStream<Uint8Array>;
  /** Empty when it was not piped. */
  readonly stderr: ReadableStream<Uint8Array>;
  /** Writes to its standard input and closes it. */
  feed(bytes: Uint8Array): Promise<void>;
  readonly exited: Promise<ExitStatus>;
}

/** Signals that the program sends. */
export type Signal = "SIGTERM" | "SIGKILL";

/** The processes of this machine. */
export interface Processes {
  /** This process. */
  self(): ProcessIdentity;
  /** Throws when the program does not exist or cannot be started. */
  spawn(options: SpawnOptions): Child;
  /** The process table; zombies are left out. */
  list(): ProcessEntry[];
  /** Processes whose environment holds the entry `name=value`. */
  withEnvironment(name: string, value: string): ProcessEntry[];
  /** Identity of a live process, or null. */
  identify(pid: number): ProcessIdentity | null;
  /** Sends a signal; false when there is no such process or it is not ours. */
  signal(pid: number, signal: Signal): boolean;
}
