/**
 * What a pass writes: dead letters, and then the cursor of its sink.
 *
 * @module
 */
import type { DeadLetter } from "./dead_letters.ts";
import type { PassContext } from "./pass_context.ts";
import type { SinkState } from "./sink_state.ts";

/** Milliseconds after which the cursor is written while events are delivered. */
const saveMs = 200;

/** Writes what changed: now and then while a pass goes on, and at its end. */
export class PassWriter {
  readonly #context: Pick<PassContext, "world" | "letters" | "cursors">;
  readonly #sink: string;
  readonly #state: SinkState;
  #letters: DeadLetter[] = [];
  #changed = false;
  #saving: Promise<void> = Promise.resolve();
  #savedAt: number;

  /** @param sink Name of the sink whose cursor `state` is. */
  constructor(
    context: Pick<PassContext, "world" | "letters" | "cursors">,
    sink: string,
    state: SinkState,
  ) {
    this.#context = context;
    this.#sink = sink;
    this.#state = state;
    this.#savedAt = context.world.clock.elapsed();
  }

  /** Told that the cursor is another one than what was written. */
  changed(): void {
    this.#changed = true;
  }

  /** Takes a dead letter to write. */
  bury(letter: DeadLetter): void {
    this.#letters.push(letter);
    this.#changed = true;
  }

  /** Whether it is time to write. */
  get isDue(): boolean {
    return this.#changed && this.#context.world.clock.elapsed() - this.#savedAt >= saveMs;
  }

  /** Begins to write when it is time to; the next event does not wait for it. */
  async saveSometimes(): Promise<void> {
    if (!this.isDue) return;
    await this.#saving;
    await this.#writeLetters();
    this.#saving = this.#writeCursor();
    // Whoever waits for it gets the failure.
    this.#saving.catch(() => {});
  }

  /** Writes all that changed. */
  async save(): Promise<void> {
    await this.#saving;
    await this.#writeLetters();
    await this.#writeCursor();
  }

  /** Resolves once nothing is being written. */
  async settle(): Promise<void> {
    await this.#saving.catch(() => {});
  }

  /** Before the cursor, so that no event is neither here nor there. */
  async #writeLetters(): Promise<void> {
    const letters = this.#letters;
    this.#letters = [];
    await this.#context.letters.add(this.#sink, letters);
  }

  #writeCursor(): Promise<void> {
    this.#savedAt = this.#context.world.clock.elapsed();
    if (!this.#changed) return Promise.resolve();
    this.#changed = false;
    this.#state.served(this.#context.world.clock.now());
    return this.#context.cursors.save(this.#sink, this.#state.cursor());
  }
}
