/**
 * Carries out an attempt that was claimed, to its very end.
 *
 * @module
 */
import { type AbortReason, runAttempt } from "./attempt.ts";
import { type Claimed, isCancelRequested } from "./claim.ts";
import type { View } from "../store/store.ts";
import type { ControllerContext } from "./context.ts";
import { endAttempt, type EndedAttempt } from "./finish.ts";
import { cancelVerdict } from "./verdict.ts";

/** Milliseconds between looks at a queue that others write too. */
const lookMs = 250;

/**
 * Carries out an attempt; a person may cancel it meanwhile.
 *
 * @param stop Ends it cleanly: its task is pending again.
 */
export async function carryOut(
  context: ControllerContext,
  claimed: Claimed,
  stop: AbortSignal,
): Promise<EndedAttempt> {
  const { store } = context;
  const { id } = claimed.task;
  const abort = new AbortController();
  const abortFor = (reason: AbortReason) => abort.abort(reason);
  const interrupt = () => abortFor("interrupted");
  if (stop.aborted) interrupt();
  stop.addEventListener("abort", interrupt);
  const watching = new AbortController();
  const watch = watchForCancel(context, id, watching.signal, () => abortFor("cancelled"));
  try {
    const { verdict, events } = await runAttempt(context, claimed, abort.signal);
    const cancelled = verdict.next_status === "pending" && isCancelRequested(viewOf(store), id);
    return await endAttempt(context, id, cancelled ? cancelVerdict(verdict) : verdict, events);
  } finally {
    watching.abort();
    stop.removeEventListener("abort", interrupt);
    await watch;
  }
}

/** Sees within a second when a person asks to end the attempt. */
export async function watchForCancel(
  context: ControllerContext,
  id: string,
  until: AbortSignal,
  onCancel: () => void,
): Promise<void> {
  const { store, world } = context;
  for (;;) {
    await world.clock.sleep(lookMs, until);
    if (until.aborted) return;
    try {
      await putLedgerBack(context, id);
      if (isCancelRequested(viewOf(store), id)) return onCancel();
    } catch {
      // Someone is writing the queue by hand; what it holds then counts.
    }
  }
}

function viewOf(store: ControllerContext["store"]): View {
  return { queue: store.readQueue(), state: store.readState() };
}

/** Writes a ledger again that somebody removed, so that others see what is under way. */
async function putLedgerBack(
  { store, world, onNote }: ControllerContext,
  id: string,
): Promise<void> {
  const isLost = () => world.files.lstat(store.paths.state) === null;
  if (!isLost()) return;
  const written = await store.change(({ state }) =>
    isLost() ? { change: { state }, result: true } : { change: null, result: false }
  );
  if (written) onNote(`${id}: ${store.paths.state} was removed while it ran, and is written again`);
}
