/** A server that breaks connections off, as one that dies in the middle does. */
import { realHttp } from "../../../src/host/http.ts";
import { realWorld } from "../../../src/host/world.ts";
import type { World } from "../../../src/sys/world.ts";

/** What was sent over each connection that had a whole request. */
export interface BreakingServer {
  origin: string;
  requests: string[];
  /** The real world, with connections that are closed after the test. */
  world: World;
}

/**
 * Runs a test against a server that reads each request and then closes the connection
 * after writing `answer`, which may be no whole answer.
 *
 * @param answer From the number of the request; 0 is the first.
 */
export async function withBreakingServer(
  answer: (index: number) => string,
  test: (server: BreakingServer) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const requests: string[] = [];
  const serve = async (connection: Deno.Conn) => {
    try {
      const request = await readRequest(connection);
      if (request === null) return;
      requests.push(request);
      await connection.write(new TextEncoder().encode(answer(requests.length - 1)));
    } finally {
      connection.close();
    }
  };
  const accepting = (async () => {
    const served: Promise<void>[] = [];
    for await (const connection of listener) served.push(serve(connection).catch(() => {}));
    await Promise.all(served);
  })();
  const http = realHttp();
  const world = { ...realWorld(), env: {}, http };
  try {
    await test({ origin: `http://127.0.0.1:${listener.addr.port}`, requests, world });
  } finally {
    http.close();
    listener.close();
    await accepting;
  }
}

/** Head and body of a request; null when the connection ended before. */
async function readRequest(connection: Deno.Conn): Promise<string | null> {
  const buffer = new Uint8Array(65_536);
  const decoder = new TextDecoder();
  for (let text = "";;) {
    const [head = "", body] = text.split("\r\n\r\n");
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (body !== undefined && body.length >= length) return text;
    const count = await connection.read(buffer);
    if (count === null) return null;
    text += decoder.decode(buffer.subarray(0, count), { stream: true });
  }
}
