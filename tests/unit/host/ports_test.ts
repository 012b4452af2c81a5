import { assertEquals } from "@std/assert";
import { realPorts } from "../../../src/host/ports.ts";

/** Listens on a port that the system chooses. */
function listen(hostname: string): { port: number; close: () => void } {
  const listener = Deno.listen({ hostname, port: 0 });
  return { port: (listener.addr as Deno.NetAddr).port, close: () => listener.close() };
}

Deno.test("isFree() tells whether somebody listens, on each address and on all", () => {
  for (const hostname of ["127.0.0.1", "0.0.0.0", "::1", "::"]) {
    const { port, close } = listenOrNull(hostname) ?? { port: 0, close: () => {} };
    if (port === 0) continue;
    assertEquals([hostname, realPorts.isFree(port)], [hostname, false]);
    close();
    assertEquals([hostname, realPorts.isFree(port)], [hostname, true]);
  }
});

/** Null on a machine that has no such address. */
function listenOrNull(hostname: string): ReturnType<typeof listen> | null {
  try {
    return listen(hostname);
  } catch {
    return null;
  }
}
