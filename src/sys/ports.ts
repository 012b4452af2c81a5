/**
 * Ports of this machine as the program needs them.
 *
 * @module
 */

/** The ports of this machine. */
export interface Ports {
  /** Whether a server could listen on a TCP port of the loopback addresses now. */
  isFree(port: number): boolean;
}
