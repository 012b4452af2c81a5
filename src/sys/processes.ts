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
  /** Process group; 0 when it is not known. */
  group: number;
  /** Session; 0 when it is not known. */
  session: number;
}

/** How a child is started. Its environment is exactly `env`. */
export interface SpawnOptions {
  /** A path, or a name that is looked up on the PATH in `env`. */
  command: string;
  args: readonly string[];
  cwd?: string;
  env: Record<string, string>;
  /** Whether it leads a session and process group of its own. */
  ownSession: boolean;
  /** With "piped", `feed` has to be called, which closes it. */
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
  /** Writes to its standard input and closes it; a child that does not read is no error. */
  feed(bytes: Uint8Array): Promise<void>;
  /** Never rejects. */
  readonly exited: Promise<ExitStatus>;
}

/** Signals that the program sends. */
export type Signal = "SIGTERM" | "SIGKILL";

/** The processes of this machine. */
export interface Processes {
  /** This process. */
  self(): ProcessIdentity;
  /**
   * Starts a program. Throws `MacpError` with code `program_missing` when there is no
   * such program, `folder_missing` when `cwd` is no folder that can be entered, and
   * `program_not_started` when the system refuses for another reason.
   */
  spawn(options: SpawnOptions): Child;
  /** The process table; zombies are left out. Throws when it cannot be read. */
  list(): ProcessEntry[];
  /**
   * Processes whose environment holds the entry `name=value`. What a process changed in
   * its own environment since it began does not count.
   *
   * @param among Looks at these only; at the whole table when left out.
   */
  withEnvironment(name: string, value: string, among?: readonly ProcessEntry[]): ProcessEntry[];
  /**
   * Processes that work in a folder or below it; those of other users are left out. None
   * where the system does not tell.
   *
   * @param folder Path without symbolic links.
   */
  withFolder(folder: string): ProcessEntry[];
  /** Whether the system tells `fileLockLimit`. */
  readonly tellsFileLockLimits: boolean;
  /**
   * Hard limit on file locks of a live process; null when it has none, or the system
   * does not tell.
   */
  fileLockLimit(pid: number): bigint | null;
  /** Identity of a live process, or null. */
  identify(pid: number): ProcessIdentity | null;
  /**
   * Sends a signal to a process, or to a group when `pid` is negative; false when there
   * is no such process or it is not ours. Throws for 0, 1 and -1, which mean more than
   * one process or group.
   */
  signal(pid: number, signal: Signal): boolean;
}
