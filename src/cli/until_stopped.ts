/**
 * Work that a signal ends cleanly.
 *
 * @module
 */
import type { StopSignal, Terminal } from "../sys/terminal.ts";
import { signalExitCode } from "./report_error.ts";

/**
 * Works until it is done or a signal asks to stop.
 *
 * @returns What the work gave, and the exit code of the first signal, or null.
 */
export async function untilStopped<T>(
  terminal: Terminal,
  work: (stop: AbortSignal) => Promise<T>,
): Promise<{ result: T; stopped: number | null }> {
  const stop = new AbortController();
  const received: StopSignal[] = [];
  const signals: StopSignal[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  const release = signals.map((signal) =>
    terminal.onSignal(signal, () => {
      received.push(signal);
      stop.abort();
    })
  );
  try {
    const result = await work(stop.signal);
    return { result, stopped: received[0] ? signalExitCode(received[0]) : null };
  } finally {
    release.forEach((off) => off());
  }
}
