/**
 * Waiting until it is worth looking at the event file again.
 *
 * @module
 */
import { basename, dirname } from "@std/path";
import { withAnySignal } from "../sys/with_any_signal.ts";
import type { World } from "../sys/world.ts";

/** Milliseconds in which a burst of changes counts as one. */
const burstMs = 50;

/**
 * Waits between looks at the event file: for a time, or shorter when the system tells of a
 * change in between. What it tells is a hint only, so the time has to be short too.
 */
export class EventChanges {
  readonly #world: Pick<World, "files" | "clock">;
  readonly #stop: () => void;
  #hasChanged = false;
  #wake: () => void = () => {};

  /** @param eventsPath The event file, which may not exist yet. */
  constructor(world: Pick<World, "files" | "clock">, eventsPath: string) {
    this.#world = world;
    const name = basename(eventsPath);
    this.#stop = world.files.watch(dirname(eventsPath), (changed) => {
      if (changed !== name) return;
      this.#hasChanged = true;
      this.#wake();
    });
  }

  /** Resolves after `ms`, soon after a change since the last call, or when `signal` aborts. */
  async wait(ms: number, signal?: AbortSignal): Promise<void> {
    const { clock } = this.#world;
    const start = clock.elapsed();
    if (!this.#hasChanged) {
      const woken = new AbortController();
      this.#wake = () => woken.abort();
      const signals = signal === undefined ? [woken.signal] : [woken.signal, signal];
      await withAnySignal(signals, (either) => clock.sleep(ms, either));
      this.#wake = () => {};
    }
    const left = ms - (clock.elapsed() - start);
    if (this.#hasChanged && left > 0) await clock.sleep(Math.min(burstMs, left), signal);
    this.#hasChanged = false;
  }

  /** Ends the watch. */
  stop(): void {
    this.#stop();
  }
}
