/**
 * Work that several signals can end.
 *
 * @module
 */

/**
 * Works with a signal that aborts once one of these does, for as long as the work goes on.
 *
 * `AbortSignal.any` is for signals that end together: where one outlives the other, some
 * runtimes keep a trace of each call in it, and all keep what was combined until the whole
 * memory is looked through. A program that waits again and again would grow.
 *
 * @returns What the work gives. Rejects as it does.
 */
export async function withAnySignal<T>(
  signals: readonly AbortSignal[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const any = new AbortController();
  const abort = () => any.abort(signals.find(({ aborted }) => aborted)?.reason);
  for (const signal of signals) signal.addEventListener("abort", abort);
  try {
    if (signals.some(({ aborted }) => aborted)) abort();
    return await work(any.signal);
  } finally {
    for (const signal of signals) signal.removeEventListener("abort", abort);
  }
}
