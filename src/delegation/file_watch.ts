/**
 * Watching one file.
 *
 * @module
 */
import { basename, dirname } from "@std/path";
import { withAnySignal } from "../sys/with_any_signal.ts";
import type { World } from "../sys/world.ts";

/** Tells of changes of one file by watching its folder, which may be missing, vanish and come back. */
export class FileWatch {
  readonly #world: Pick<World, "files" | "clock">;
  readonly #folder: string;
  readonly #name: string;
  /** What told the folder apart when the watch on it began; null without a watch. */
  #watched: string | null = null;
  #stop: () => void = () => {};
  #changed = false;
  #wake: () => void = () => {};

  constructor(world: Pick<World, "files" | "clock">, path: string) {
    this.#world = world;
    this.#folder = dirname(path);
    this.#name = basename(path);
  }

  /** Begins to watch the folder that is there now, unless that is done already. */
  renew(): void {
    const { files } = this.#world;
    const now = this.#key();
    if (now === this.#watched) return;
    this.#stop();
    this.#watched = now;
    this.#stop = now === null ? () => {} : files.watch(this.#folder, (name) => this.#tell(name));
  }

  /** Whether the file changed since the last call, as far as the system tells. */
  takeChange(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  /** Resolves after `ms`, at a change since the last `takeChange`, or when `signal` aborts. */
  async wait(ms: number, signal?: AbortSignal): Promise<void> {
    if (this.#changed) return;
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    const signals = signal === undefined ? [woken.signal] : [woken.signal, signal];
    await withAnySignal(signals, (either) => this.#world.clock.sleep(ms, either));
    this.#wake = () => {};
  }

  /** Ends the watch. */
  stop(): void {
    this.#stop();
    this.#stop = () => {};
  }

  #tell(name: string): void {
    // The folder itself was removed or renamed; the one that comes next may look the same.
    if (name === basename(this.#folder)) this.#watched = null;
    else if (name !== this.#name) return;
    this.#changed = true;
    this.#wake();
  }

  #key(): string | null {
    try {
      const stat = this.#world.files.stat(this.#folder);
      return stat === null ? null : `${stat.device}:${stat.inode}`;
    } catch {
      return null;
    }
  }
}
