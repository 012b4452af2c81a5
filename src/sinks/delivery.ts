/**
 * Events on their way to all sinks of a repository.
 *
 * @module
 */
import { EventChanges } from "../events/event_changes.ts";
import type { World } from "../sys/world.ts";
import type { PassContext, ServedSink } from "./pass_context.ts";
import { lateBegin } from "./late_begin.ts";
import { servePass } from "./serve_pass.ts";

/**
 * Longest wait for a sink that another program serves, in milliseconds: in one pass, or for
 * ever. A free lock comes at once, but not on a machine that is very busy.
 */
const lockWaits = { once: 2000, ever: 3_600_000 } as const;
/** Milliseconds that tries under way may still take once the program is to end. */
const graceMs = 2000;

/** What the sinks share. */
export interface DeliveryContext extends Omit<PassContext, "stop" | "cut" | "lockWaitMs"> {
  world: Pick<World, "files" | "clock" | "uuid">;
  /** `events.ndjson`. */
  eventsPath: string;
}

/**
 * Delivers to each sink what is new for it, and what waits for it. Sinks are served at the
 * same time and independently: none waits for another. A sink that is new begins as
 * `admitSinks` says.
 *
 * Each event reaches each sink that wants it at least once or becomes a dead letter of it,
 * in the order of its task. The cursor is moved after that, within a fifth of a second: a
 * process that is killed repeats at most what it did since.
 */
export class Delivery {
  readonly #context: DeliveryContext;
  readonly #served: readonly ServedSink[];
  readonly #others: readonly string[];

  /** @param others Names of sinks that are not served, but begin where the served ones do. */
  constructor(
    context: DeliveryContext,
    served: readonly ServedSink[],
    others: readonly string[] = [],
  ) {
    this.#context = context;
    this.#served = served;
    this.#others = others;
  }

  /**
   * One pass over all sinks. Soon after `stop` aborts it ends, with nothing half done.
   *
   * @returns Whether there was anything to do.
   * Throws `MacpError` when a file of the state cannot be read or written.
   */
  async once(stop: AbortSignal): Promise<boolean> {
    await this.#admit();
    const { context, release } = this.#passContext(stop, lockWaits.once);
    try {
      const busy = await allOf(this.#served.map((served) => servePass(context, served)));
      return busy.some((was) => was);
    } finally {
      release();
    }
  }

  /**
   * Passes until `stop` aborts: after `pollMs`, or sooner when the event file changed. Throws
   * as `once`, after ending what is under way.
   */
  async run(stop: AbortSignal, pollMs: number): Promise<void> {
    await this.#admit();
    const changes = new EventChanges(this.#context.world, this.#context.eventsPath);
    const failed = new AbortController();
    const ended = AbortSignal.any([stop, failed.signal]);
    const { context, release } = this.#passContext(ended, lockWaits.ever);
    const runners = this.#served.map((served) => new Runner(() => servePass(context, served)));
    const failures: unknown[] = [];
    const fail = (error: unknown) => {
      failures.push(error);
      failed.abort();
    };
    try {
      while (!ended.aborted) {
        for (const runner of runners) runner.wake(fail);
        await changes.wait(pollMs, ended);
      }
      await Promise.all(runners.map((runner) => runner.rest()));
    } finally {
      changes.stop();
      release();
    }
    if (failures.length > 0) throw failures[0];
  }

  /** What passes share; to be released when they are over. */
  #passContext(
    stop: AbortSignal,
    lockWaitMs: number,
  ): { context: PassContext; release: () => void } {
    const { clock } = this.#context.world;
    const cut = new AbortController();
    const end = () => void clock.sleep(graceMs).then(() => cut.abort());
    if (stop.aborted) cut.abort();
    else stop.addEventListener("abort", end, { once: true });
    return {
      context: { ...this.#context, lockWaitMs, stop, cut: cut.signal },
      release: () => stop.removeEventListener("abort", end),
    };
  }

  async #admit(): Promise<void> {
    const { cursors, tail, report } = this.#context;
    const names = [...this.#served.map(({ sink }) => sink.name), ...this.#others];
    const late = await cursors.admit(names, () => tail.end());
    for (const name of late) report.trouble(name, `is new, and ${lateBegin}`);
  }
}

/** Does work again and again, never twice at once. */
class Runner {
  readonly #work: () => Promise<unknown>;
  #running: Promise<void> | null = null;
  #again = false;

  constructor(work: () => Promise<unknown>) {
    this.#work = work;
  }

  /** Begins, or lets what is under way begin once more afterwards. */
  wake(fail: (error: unknown) => void): void {
    this.#again = true;
    this.#running ??= this.#run().catch(fail).finally(() => this.#running = null);
  }

  /** Resolves once nothing is under way. */
  async rest(): Promise<void> {
    this.#again = false;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      await this.#work();
    }
  }
}

/** Waits for all, also when one rejects; then rejects as the first that did. */
async function allOf<T>(works: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(works);
  for (const one of settled) if (one.status === "rejected") throw one.reason;
  return settled.flatMap((one) => one.status === "fulfilled" ? [one.value] : []);
}
