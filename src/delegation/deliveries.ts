/**
 * What became of the sends of one run: which number the next one has, so that a gateway
 * which may have the task already can tell by its key, and a new question is a new one.
 *
 * @module
 */

/** The newest send of a run. */
export interface Delivery {
  /** Number of its key, from 1 on. */
  key: number;
  /**
   * sending: begun, its end is not known; unknown: it is not known whether the gateway has the
   * task; refused: the gateway has not; admitted: it has; over: nothing good came of that.
   */
  state: "sending" | "unknown" | "refused" | "admitted" | "over";
  /** What the agent was told of the attempt before; null when nothing. */
  previous_error: string | null;
  /** Why it was not admitted; null where it was. */
  reason: string | null;
  /** Whether this send or one before it may have reached the gateway. */
  reached: boolean;
}

const states: readonly unknown[] = ["sending", "unknown", "refused", "admitted", "over"];

/** The deliveries of one run, kept where a later call finds them. */
export class Deliveries {
  #last: Delivery | null;
  readonly #save: (delivery: Delivery) => void;

  /**
   * @param last The newest one of an earlier call, or null.
   * @param save Keeps one durably.
   */
  constructor(last: Delivery | null, save: (delivery: Delivery) => void) {
    this.#last = last;
    this.#save = save;
  }

  /** Whether the gateway may have the task. */
  get reached(): boolean {
    return this.#last?.reached === true;
  }

  /** Whether the newest send may have reached the gateway, though nothing came of it yet. */
  get inDoubt(): boolean {
    return this.#last?.state === "sending" || this.#last?.state === "unknown";
  }

  /**
   * Begins a send. One whose outcome is not known, and one whose answer was not waited for to
   * the end, is repeated as it was: with the same number and the same note.
   */
  begin(previousError: string | null): { key: number; previousError: string | null } {
    const last = this.#last;
    const repeats = last !== null && last.state !== "refused" && last.state !== "over";
    const key = last === null ? 1 : repeats ? last.key : last.key + 1;
    const note = repeats ? last.previous_error : previousError;
    const before = last?.reached === true;
    this.#keep({ key, state: "sending", previous_error: note, reason: null, reached: before });
    return { key, previousError: note };
  }

  /** The gateway took it. */
  admitted(): void {
    this.#change({ state: "admitted", reached: true });
  }

  /** The gateway did not take it, as far as is known. */
  failed(reason: string, { inDoubt }: { inDoubt: boolean }): void {
    const state = inDoubt ? "unknown" : "refused";
    this.#change({ state, reason, reached: this.reached || inDoubt });
  }

  /** Nothing good came of it: what is asked next is asked anew. */
  over(): void {
    this.#change({ state: "over" });
  }

  #change(changes: Partial<Delivery>): void {
    if (this.#last !== null) this.#keep({ ...this.#last, ...changes });
  }

  #keep(delivery: Delivery): void {
    this.#last = delivery;
    this.#save(delivery);
  }
}

/** The delivery that a value is; null when it is none. */
export function toDelivery(value: unknown): Delivery | null {
  const isObject = typeof value === "object" && value !== null;
  const { key, state, previous_error: note, reason, reached } = isObject
    ? value as Record<string, unknown>
    : {};
  if (typeof key !== "number" || !Number.isSafeInteger(key) || key < 1) return null;
  if (!isState(state)) return null;
  const text = (field: unknown) => typeof field === "string" ? field : null;
  return {
    key,
    state,
    previous_error: text(note),
    reason: text(reason),
    reached: reached !== false,
  };
}

function isState(value: unknown): value is Delivery["state"] {
  return states.includes(value);
}
