/**
 * What an attempt is about to do, written down before it is done.
 *
 * @module
 */
import { type EventDraft, makeEvent } from "../protocol/events.ts";
import type { RunningAttempt, State } from "../protocol/generated/types.ts";
import type { ControllerContext } from "./context.ts";

/** What changes together with the ledger. */
export interface LedgerUpdate {
  /** Fields of the running attempt. */
  attempt?: Partial<RunningAttempt>;
  /** Changes the rest of the ledger. */
  more?: (state: State) => void;
  /** Events that tell of it, in order. */
  events?: EventDraft[];
  /** Fields of the task in the queue. */
  task?: Record<string, unknown>;
}

/** Writes what an attempt is about to do, with the event that tells of it. */
export async function updateLedger(
  { store, world, onEvent }: ControllerContext,
  id: string,
  update: LedgerUpdate,
): Promise<void> {
  const events = (update.events ?? []).map((draft) => makeEvent(draft, world.clock.now()));
  await store.change(({ state }) => {
    const attempt = state.running[id];
    if (attempt) Object.assign(attempt, update.attempt);
    update.more?.(state);
    return {
      change: {
        state,
        events,
        ...(update.task ? { patches: [{ id, fields: update.task }] } : {}),
      },
      result: null,
    };
  });
  events.forEach(onEvent);
}
