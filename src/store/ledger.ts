/**
 * `state.json`: what the controller is doing now. Recovery trusts it, so it is
 * written before the thing that it describes happens.
 *
 * @module
 */
import { MacpError } from "../protocol/errors.ts";
import type { PendingEvent, State } from "../protocol/generated/types.ts";
import { validateState } from "../protocol/generated/validators.js";
import { describeFault, faultsOf } from "../protocol/validation.ts";
import type { World } from "../sys/world.ts";
import { atomicWriteJson, unlessTooDeep } from "./atomic_write.ts";
import type { StorePaths } from "./paths.ts";
import { parseJson, readText } from "./read_json.ts";

/** A ledger of a repository where nothing runs. */
export function emptyState(): State {
  return { schema_version: 1, controller: null, running: {}, worktrees: {}, outbox: [] };
}

/** The file of the ledger. What it held the last time is not checked against its schema again. */
export class LedgerFile {
  readonly #world: Pick<World, "files" | "uuid">;
  readonly #path: string;
  /** Text that was checked, or written by this process. */
  #known: string | null = null;

  constructor(world: Pick<World, "files" | "uuid">, { state }: Pick<StorePaths, "state">) {
    this.#world = world;
    this.#path = state;
  }

  /** Reads the ledger; null when there is none. Throws `MacpError` when it is damaged. */
  read(): State | null {
    const text = readText(this.#world.files, this.#path);
    if (text === null) return null;
    const document = parseJson(text, this.#path);
    if (text !== this.#known) this.#check(document);
    this.#known = text;
    return document as State;
  }

  /** Makes the ledger durable. Throws `MacpError`. */
  write(state: State): void {
    this.#known = atomicWriteJson(this.#world, this.#path, state);
  }

  /** A copy that may be changed. Throws `MacpError` when it is nested too deep. */
  copy(state: State): State {
    return unlessTooDeep(this.#path, () => structuredClone(state));
  }

  #check(document: unknown): void {
    const faults = faultsOf(validateState, document);
    if (faults.length === 0) return;
    throw new MacpError("failure", `Cannot read ${this.#path} as it does not fit its schema`, {
      code: "state_invalid",
      details: faults.map((fault) => describeFault(this.#path, fault)),
      hints: ["Nothing was overwritten; move the file away to start with an empty ledger"],
    });
  }
}

/**
 * The pending events that still have to be appended: those whose change happened,
 * as far as the queue tells, and that the event file does not hold yet.
 *
 * @param taskStatus Status and serial of a task in the queue, or null when it is gone.
 */
export function eventsToAppend(
  outbox: readonly PendingEvent[],
  taskStatus: (id: string) => { status: string; last_attempt: number } | null,
  isAppended: (eventId: string) => boolean,
): PendingEvent[] {
  return outbox.filter(({ event, expects }) => {
    if (expects) {
      const now = taskStatus(event.task_id);
      const happened = now?.status === expects.status &&
        now.last_attempt === expects.last_attempt;
      if (!happened) return false;
    }
    return !isAppended(event.event_id);
  });
}
