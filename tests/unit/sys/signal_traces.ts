/**
 * What work leaves behind in a signal.
 *
 * @module
 */

/** What is left in a signal. */
export interface SignalTraces {
  /** Listeners that were added and not removed. */
  listeners: number;
  /** Signals that `AbortSignal.any` made of it: some runtimes keep a trace of each. */
  combined: number;
}

/** Works with a signal that never aborts, and tells what that left in it. */
export async function tracesOf(
  work: (signal: AbortSignal) => Promise<unknown>,
): Promise<SignalTraces> {
  const { signal } = new AbortController();
  const traces = { listeners: 0, combined: 0 };
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    traces.listeners++;
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    traces.listeners--;
    removeEventListener.apply(signal, args);
  };
  const { any } = AbortSignal;
  AbortSignal.any = (signals) => {
    if (signals.includes(signal)) traces.combined++;
    return any.call(AbortSignal, signals);
  };
  try {
    await work(signal);
  } finally {
    AbortSignal.any = any;
  }
  return traces;
}
