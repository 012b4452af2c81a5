/**
 * Watches one run of a worker: whether it still works, waits for a person, or stands
 * before a usage limit; and what it says of its progress.
 *
 * @module
 */
import type { AttemptLog } from "../logs/attempt_log.ts";
import type { VerdictHold } from "../protocol/generated/types.ts";
import type { Failure } from "../protocol/outcomes.ts";
import { localZone } from "../runtimes/local_zone.ts";
import { MeaningfulOutput } from "../runtimes/meaningful_output.ts";
import type { Runtime } from "../runtimes/runtime_table.ts";
import { type StreamFacts, StreamReader } from "../runtimes/stream_reader.ts";
import { findUsageLimit, type UsageLimit } from "../runtimes/usage_limit.ts";
import type { World } from "../sys/world.ts";
import { ProgressThrottle } from "./progress_throttle.ts";
import { ScreenWatch, type StandingScreen } from "./screen_watch.ts";
import { StallClock, type WorktreeLook } from "./stall_clock.ts";
import { holdFor } from "./usage_hold.ts";
import type { WorkerMode } from "./worker_mode.ts";

/** Milliseconds between looks at what has to be told or ended. */
const tickMs = 1000;
/** Lines of the screen that a result holds. */
const screenLines = 40;

/** What is watched. */
export interface WatchOptions {
  world: World;
  mode: WorkerMode;
  /** Whose words it speaks; null when nobody knows. */
  runtime: Runtime | null;
  /** Seconds without a sign of work until it is stalled; 0 is never. */
  stallSeconds: number;
  /** Looks at the folder that it works in. */
  look: () => Promise<WorktreeLook | null>;
  log: AttemptLog;
  progress: (message: string, metadata?: Record<string, unknown>) => Promise<void>;
}

/** Why the worker is at its end. */
export interface Finding {
  failure: Failure;
  hold: VerdictHold | null;
  screenTail: string | null;
}

/** Watches one run of a worker. `push` gets what it prints, while `run` is under way. */
export class WorkerWatch {
  readonly #options: WatchOptions;
  readonly #abort = new AbortController();
  readonly #over = new AbortController();
  readonly #said = new MeaningfulOutput();
  readonly #stall: StallClock | null;
  readonly #screen: ScreenWatch | null;
  readonly #reader: StreamReader | null;
  readonly #throttle: ProgressThrottle;
  #saidAt: number;
  #finding: Finding | null = null;

  constructor(options: WatchOptions) {
    const { world: { clock }, mode, runtime, stallSeconds, look, log } = options;
    this.#options = options;
    this.#saidAt = clock.elapsed();
    this.#stall = stallSeconds > 0
      ? new StallClock({ clock, limitMs: stallSeconds * 1000, look })
      : null;
    this.#screen = mode === "terminal"
      ? new ScreenWatch({
        prompts: runtime?.prompts ?? [],
        findLimit: (text) => this.#limitIn(text),
      })
      : null;
    this.#reader = mode === "headless" && runtime ? new StreamReader(runtime) : null;
    this.#throttle = new ProgressThrottle((text) => log.redacted(text));
  }

  /** Aborts when the worker is to be ended; `finding` says why. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Why the worker is to be ended; null when nothing speaks for that. */
  get finding(): Finding | null {
    return this.#finding;
  }

  /** Takes what the worker printed. */
  push(chunk: Uint8Array, stream: "out" | "err"): void {
    if ((this.#stall || this.#screen) && this.#said.push(chunk)) {
      this.#saidAt = this.#options.world.clock.elapsed();
      this.#stall?.feed();
    }
    this.#screen?.push(chunk);
    if (stream === "out" && this.#reader) this.#throttle.offer(this.#reader.push(chunk));
  }

  /** Watches until `end` is called. Rejects with what telling the progress threw. */
  async run(): Promise<void> {
    if (!this.#stall && !this.#screen && !this.#reader) return;
    try {
      while (!this.#over.signal.aborted && !this.#finding) {
        await this.#options.world.clock.sleep(tickMs, this.#over.signal);
        await this.#tick();
      }
      await this.#tellProgress(); // A worker may be faster than a look.
    } catch (error) {
      this.#abort.abort();
      throw error;
    }
  }

  /** Ends watching; what the stream told, for a worker without a terminal. */
  end(): StreamFacts | null {
    this.#over.abort();
    return this.#reader?.end() ?? null;
  }

  /** What a usage limit in a text means for the runtime; null when there is none. */
  limitFinding(text: string): Finding | null {
    const limit = this.#limitIn(text);
    return limit && this.#limited(limit);
  }

  /** The same for the end of the screen of a worker in a terminal. */
  screenLimitFinding(): Finding | null {
    const limit = this.#screen?.findLimit() ?? null;
    return limit && this.#limited(limit);
  }

  async #tick(): Promise<void> {
    const now = this.#options.world.clock.elapsed();
    if (this.#over.signal.aborted) return;
    const standing = this.#screen?.look(now, this.#saidAt) ?? null;
    if (standing) return this.#finish(this.#judgeScreen(standing));
    await this.#tellProgress();
    await this.#checkStall();
  }

  async #tellProgress(): Promise<void> {
    const text = this.#throttle.take(this.#options.world.clock.elapsed());
    if (text !== null) await this.#options.progress(text);
  }

  async #checkStall(): Promise<void> {
    const { stallSeconds, progress } = this.#options;
    const verdict = await this.#stall?.check();
    if (!verdict || verdict.kind === "fine" || this.#over.signal.aborted) return;
    if (verdict.kind === "warning") {
      const seconds = Math.floor(verdict.idleMs / 1000);
      return await progress(
        `No meaningful output for ${seconds} s; the worker is ended as stalled after ` +
          `${stallSeconds} s`,
        { idle_seconds: seconds, stall_seconds: stallSeconds },
      );
    }
    const error = "Worker stalled: it said nothing new and changed nothing in its worktree for " +
      `${stallSeconds} s`;
    this.#finish(
      this.screenLimitFinding() ??
        { failure: { outcome: "stalled", error }, hold: null, screenTail: null },
    );
  }

  #finish(finding: Finding): void {
    this.#finding = finding;
    this.#abort.abort();
  }

  #judgeScreen(standing: StandingScreen): Finding {
    if (standing.kind === "limit") return this.#limited(standing.limit);
    const { log } = this.#options;
    const redacted = log.redacted((this.#screen?.lines() ?? []).join("\n"));
    return {
      failure: {
        outcome: "needs_input",
        error: `Worker waits for a person: ${log.redacted(standing.line)}`,
      },
      hold: null,
      screenTail: redacted.split("\n").slice(-screenLines).join("\n"),
    };
  }

  #limitIn(text: string): UsageLimit | null {
    const { runtime, world, log } = this.#options;
    if (!runtime) return null;
    return findUsageLimit(log.redacted(text), {
      patterns: runtime.limits,
      now: world.clock.now(),
      localTimeZone: localZone(world).zone,
    });
  }

  #limited(limit: UsageLimit): Finding {
    const { world, runtime } = this.#options;
    return { ...holdFor(runtime?.name ?? "", limit, world.clock.now()), screenTail: null };
  }
}
