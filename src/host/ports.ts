/**
 * The real ports.
 *
 * @module
 */
import type { Ports } from "../sys/ports.ts";

/** The real ports: one is free when it can be bound. */
export const realPorts: Ports = {
  isFree: (port) => ["127.0.0.1", "::1"].every((hostname) => canBind(hostname, port)),
};

function canBind(hostname: string, port: number): boolean {
  try {
    Deno.listen({ hostname, port }).close();
    return true;
  } catch (error) {
    // A machine without IPv6 has no such address, and nobody listens there.
    return error instanceof Deno.errors.AddrNotAvailable || isUnsupported(error);
  }
}

/** Whether the system knows no addresses of this kind (EAFNOSUPPORT). */
function isUnsupported(error: unknown): boolean {
  return error instanceof Error && /not supported/i.test(error.message);
}
