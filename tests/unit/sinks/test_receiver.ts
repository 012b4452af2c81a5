/** What tests of sinks share: a real receiver on the loopback, and events. */
import { realHttp } from "../../../src/host/http.ts";
import { realWorld } from "../../../src/host/world.ts";
import type { ReadEvent } from "../../../src/protocol/events.ts";
import type { World } from "../../../src/sys/world.ts";

/** A request as it arrived. */
export interface Received {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** A receiver that keeps what arrives. */
export interface Receiver {
  origin: string;
  port: number;
  received: Received[];
}

/** What a test may use while its receiver is up. */
export interface ReceiverTest extends Receiver {
  /** The real world, with connections that are closed after the test. */
  world: World;
}

/** How a receiver answers, from the number of the request (0 is the first). */
export type Answer = (
  index: number,
  request: Received,
  signal: () => AbortSignal,
) => Response | Promise<Response>;

/** Runs a test against a receiver that listens on a free port of 127.0.0.1. */
export async function withReceiver(
  answer: Answer,
  test: (receiver: ReceiverTest) => Promise<void>,
  tls: { cert: string; key: string } | Record<never, never> = {},
): Promise<void> {
  const received: Received[] = [];
  const over = new AbortController();
  const options = { hostname: "127.0.0.1", port: 0, onListen() {}, signal: over.signal, ...tls };
  const server = Deno.serve(options, async (request) => {
    const { pathname, search } = new URL(request.url);
    const headers = Object.fromEntries(request.headers);
    const body = await request.text();
    const arrived = { method: request.method, path: pathname + search, headers, body };
    received.push(arrived);
    return await answer(received.length - 1, arrived, () => request.signal);
  });
  const http = realHttp();
  const { port } = server.addr;
  const scheme = "cert" in tls ? "https" : "http";
  const origin = `${scheme}://127.0.0.1:${port}`;
  try {
    await test({ origin, port, received, world: { ...realWorld(), env: {}, http } });
  } finally {
    http.close();
    over.abort();
    await server.finished;
  }
}

/** A receiver that takes everything. */
export function accepting(): Response {
  return new Response(null, { status: 204 });
}

/** An event of a completed task. */
export function eventOf(changes: Partial<ReadEvent> = {}): ReadEvent {
  return {
    event_id: "0198f5a2-7b3c-7def-8abc-0123456789ab",
    event_type: "task.completed",
    task_id: "TASK-001",
    status: "completed",
    timestamp: "2026-03-14T09:26:53.589Z",
    source: "controller",
    message: "Completed",
    metadata: { title: "Implement user auth", attempt: 1, max_attempts: 1, duration_seconds: 45 },
    ...changes,
  };
}

/** A signal that never aborts. */
export function never(): AbortSignal {
  return new AbortController().signal;
}

/** The world with a clock whose sleeps take no time, and which tells how long they were. */
export function withQuickClock(world: World): World & { slept: number[] } {
  const slept: number[] = [];
  let gone = 0;
  const clock = {
    ...world.clock,
    now: () => world.clock.now() + gone,
    elapsed: () => world.clock.elapsed() + gone,
    sleep: (ms: number) => {
      slept.push(ms);
      gone += ms;
      return Promise.resolve();
    },
    deadline: () => never(),
  };
  return { ...world, clock, slept };
}
