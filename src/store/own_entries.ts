/**
 * What one process knows of the ledger while it holds something in it: a worker, or a person,
 * can remove the file, or put an older one in its place.
 *
 * @module
 */
import type { RunningAttempt, State } from "../protocol/generated/types.ts";
import type { World } from "../sys/world.ts";
import { emptyState } from "./ledger.ts";

/** The attempts that this process wrote into the ledger, and the ledger as it left it. */
export class OwnEntries {
  readonly #processes: World["processes"];
  /** Attempt ids by task. */
  readonly #attempts = new Map<string, string>();
  #last: State = emptyState();

  constructor({ processes }: Pick<World, "processes">) {
    this.#processes = processes;
  }

  /** Notes a change that this process made of the ledger. */
  remember(before: State, after: State): void {
    for (const [id, { attempt_id }] of Object.entries(after.running)) {
      if (attemptOf(before, id)?.attempt_id !== attempt_id) this.#attempts.set(id, attempt_id);
    }
    for (const [id, attemptId] of this.#attempts) {
      if (attemptOf(after, id)?.attempt_id !== attemptId) this.#attempts.delete(id);
    }
    this.#last = structuredClone(after);
  }

  /**
   * The ledger with what this process holds in it, also where the file was lost meanwhile.
   *
   * @param found What the file says; null when there is none.
   */
  complete(found: State | null): State {
    const last = this.#last;
    const controls = last.controller?.pid === this.#processes.self().pid;
    if (this.#attempts.size === 0 && !controls) return found ?? emptyState();
    const state = found ?? { ...structuredClone(last), running: {}, outbox: [] };
    if (controls) state.controller ??= last.controller;
    for (const [id, attemptId] of this.#attempts) {
      const own = attemptOf(last, id);
      const now = attemptOf(state, id);
      if (own === undefined || (now && now.attempt_id !== attemptId && now.serial >= own.serial)) {
        continue;
      }
      // What another process may add to it.
      const asked = now?.attempt_id === attemptId && now.cancel_requested;
      state.running[id] = { ...structuredClone(own), ...(asked ? { cancel_requested: true } : {}) };
      const owned = own.worktree === null ? undefined : last.worktrees[own.worktree];
      if (own.worktree !== null && owned) state.worktrees[own.worktree] = structuredClone(owned);
    }
    return state;
  }
}

function attemptOf({ running }: State, id: string): RunningAttempt | undefined {
  return Object.hasOwn(running, id) ? running[id] : undefined;
}
