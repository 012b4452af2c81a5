/**
 * Tells when a worker does nothing any more.
 *
 * @module
 */
import type { Clock } from "../sys/world.ts";

/** What a look at the worktree shows. */
export interface WorktreeLook {
  /** Differs when the worktree does. */
  fingerprint: string;
  /** Newest change of a file that differs from the commit, ms since the epoch, or null. */
  newestMs: number | null;
}

/** What a stall clock depends on. */
export interface StallClockOptions {
  clock: Clock;
  /** Milliseconds without anything until the worker is stalled. */
  limitMs: number;
  /** Looks at the worktree; null when that cannot be done. */
  look: () => Promise<WorktreeLook | null>;
}

/** What the clock says; `idleMs` with a warning, which comes once in a stretch. */
export type StallVerdict = { kind: "fine" } | { kind: "warning"; idleMs: number } | {
  kind: "stalled";
};

const fine: StallVerdict = { kind: "fine" };

/**
 * Runs from the last sign of work: something new was said, or the worktree changed. The
 * worktree is looked at only at half of the time and at its end.
 */
export class StallClock {
  readonly #options: StallClockOptions;
  /** The last sign of work, on both clocks. */
  #since: number;
  #sinceWall: number;
  #warned = false;
  /** What the newest look since then showed. */
  #seen: string | null = null;

  constructor(options: StallClockOptions) {
    this.#options = options;
    this.#since = options.clock.elapsed();
    this.#sinceWall = options.clock.now();
  }

  /** Something new was said. */
  feed(): void {
    this.#restart(0);
    this.#seen = null;
  }

  /** Milliseconds until `check` has something to look at; 0 when it is due. */
  dueIn(): number {
    const { limitMs, clock } = this.#options;
    const at = this.#warned ? limitMs : limitMs / 2;
    return Math.max(0, this.#since + at - clock.elapsed());
  }

  /** Judges. Looks at the worktree when half of the time or all of it has passed. */
  async check(): Promise<StallVerdict> {
    if (this.dueIn() > 0) return fine;
    const before = this.#since;
    const looked = await this.#options.look();
    // What was said meanwhile counts.
    if (this.#since !== before || (looked && this.#isWork(looked))) return fine;
    const idleMs = this.#options.clock.elapsed() - this.#since;
    if (idleMs >= this.#options.limitMs) return { kind: "stalled" };
    if (this.#warned) return fine;
    this.#warned = true;
    return { kind: "warning", idleMs };
  }

  /** Restarts the clock when the worktree changed; whether there is time left then. */
  #isWork({ fingerprint, newestMs }: WorktreeLook): boolean {
    const now = this.#options.clock.now();
    const changed = this.#seen !== null && this.#seen !== fingerprint;
    this.#seen = fingerprint;
    if (changed) this.#restart(0);
    // A file may be dated into the future: that alone would be work for ever.
    else if (newestMs !== null && newestMs > this.#sinceWall && newestMs <= now) {
      this.#restart(now - newestMs);
    }
    return this.dueIn() > 0;
  }

  #restart(agoMs: number): void {
    const { clock } = this.#options;
    this.#since = Math.max(this.#since, clock.elapsed() - agoMs);
    this.#sinceWall = clock.now() - agoMs;
    this.#warned = false;
  }
}
