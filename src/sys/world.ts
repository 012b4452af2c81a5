/**
 * Everything outside the program, in one record. `main` fills it with the real
 * thing; unit tests with a small one of their own.
 *
 * @module
 */
import type { Files } from "./files.ts";
import type { Http } from "./http.ts";
import type { Ports } from "./ports.ts";
import type { Processes } from "./processes.ts";

/** Time. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds on a clock that never jumps. */
  elapsed(): number;
  /** Resolves after `ms`, or at once when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Aborts after `ms`, and keeps nothing waiting meanwhile. */
  deadline(ms: number): AbortSignal;
}

/** The outside world. */
export interface World {
  files: Files;
  processes: Processes;
  ports: Ports;
  http: Http;
  clock: Clock;
  /** Environment variables of this process. */
  env: Readonly<Record<string, string>>;
  /** A random UUID, version 4. */
  uuid(): string;
  /**
   * Whether a regular expression finds something in a text; null when `ms` do not suffice to
   * tell, or the memory. Nothing else happens meanwhile.
   */
  finds(pattern: RegExp, text: string, ms: number): Promise<boolean | null>;
}
