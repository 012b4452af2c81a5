/**
 * The controller: drains the queue, up to `jobs` attempts at once.
 *
 * @module
 */
import { MacpError } from "../protocol/errors.ts";
import type { State } from "../protocol/generated/types.ts";
import { taskNames } from "../protocol/names.ts";
import type { FileLock } from "../sys/files.ts";
import { claimTask } from "./claim.ts";
import type { ControllerContext } from "./context.ts";
import { describeWait } from "./describe_wait.ts";
import type { EndedAttempt } from "./finish.ts";
import { type ActiveHold, activeHolds } from "./holds.ts";
import { isLive } from "./owners.ts";
import { recover, recoverAttempt } from "./recover.ts";
import { KnownNames, placesInUse } from "./places_in_use.ts";
import { refuseTask } from "./refuse.ts";
import { applyRetention } from "../retention/apply_retention.ts";
import { carryOut } from "./carry_out.ts";
import { vanishedTasks } from "./lost_queue.ts";
import { nextStep, type Plan, stuckTasks, type UnderWay, underWay } from "./schedule.ts";

/** Milliseconds to wait for another controller to end. */
const lockWaitMs = 300;
/** Milliseconds between looks at a queue in which nothing can run, but something may soon. */
const lookMs = 1000;

/** How long to run, and how much at once. */
export interface RunOptions {
  /** once: at most one task. drain: until nothing can run any more. poll: for ever. */
  mode: "once" | "drain" | "poll";
  /** Attempts at once, from 1. */
  jobs: number;
  /** With `mode: "drain"`: whether to end when only held runtimes are waited for. */
  leaveHolds: boolean;
  /** Milliseconds between looks at an idle queue, with `mode: "poll"`. */
  pollMs: number;
  /** Ends the run: running attempts are ended cleanly and their tasks are pending again. */
  stop: AbortSignal;
}

/** What came of a run. */
export interface RunReport {
  ended: EndedAttempt[];
  /** Pending tasks that stay behind a task that failed or escalated. */
  blocked: string[];
  /** Tasks that vanished from the queue before they had ended. */
  vanished: string[];
  /** Elements of the queue without an id. */
  nameless: number;
  /** Ids of those whose status is none that macp knows: they never run. */
  unknown: string[];
  /** Holds that the run did not wait for. */
  held: ActiveHold[];
}

/**
 * Runs the queue.
 *
 * Throws `MacpError` of kind busy when another controller holds the repository.
 */
export async function runQueue(
  context: ControllerContext,
  options: RunOptions,
): Promise<RunReport> {
  const lock = await takeRunLock(context);
  try {
    const ended = await recover(context);
    const held = await new Drain(context, options, ended).work();
    await tidyUp(context);
    const queue = context.store.readQueue();
    const vanished = vanishedTasks(context.store);
    return {
      ended,
      blocked: stuckTasks(queue),
      vanished,
      nameless: queue.nameless(),
      unknown: queue.unknown(),
      held,
    };
  } finally {
    await setController(context, null);
    lock.release();
  }
}

/** Old files go; what keeps them from going is only told. */
async function tidyUp(context: ControllerContext): Promise<void> {
  const { notes } = await applyRetention(context);
  notes.forEach(context.onNote);
}

async function takeRunLock(context: ControllerContext): Promise<FileLock> {
  const { world, store } = context;
  const lock = await world.files.lock(store.paths.runLock, lockWaitMs);
  if (lock === null) throw busyError(store.readState());
  const { controller } = store.readState();
  const self = world.processes.self();
  // The lock file may have been deleted under a controller that lives.
  if (controller !== null && controller.pid !== self.pid && isLive(world, controller)) {
    lock.release();
    throw busyError(store.readState());
  }
  await setController(context, self);
  return lock;
}

function busyError({ controller }: State): MacpError {
  const holder = controller ? `process ${controller.pid}` : "another process";
  return new MacpError("busy", `Cannot run the queue as another controller holds it: ${holder}`, {
    code: "controller_running",
    hints: ["submit, cancel and retry work while it runs; see: macp status"],
  });
}

async function setController(
  { store }: ControllerContext,
  controller: State["controller"],
): Promise<void> {
  await store.change(({ state }) => ({
    change: { state: { ...state, controller } },
    result: null,
  }));
}

/** Keeps up to `jobs` attempts going. */
class Drain {
  readonly #context: ControllerContext;
  readonly #options: RunOptions;
  readonly #ended: EndedAttempt[];
  readonly #running = new Map<string, Promise<void>>();
  /** Errors of the tool itself; the first ends the run. */
  readonly #faults: unknown[] = [];
  readonly #stop = new AbortController();
  /** Aborts when an attempt ended, so that the next is claimed at once. */
  #wake = new AbortController();
  #started = 0;
  /** Whether it was told that the run does not end by itself. */
  #toldForEver = false;
  /** Lines about waiting that were told. */
  #told = new Set<string>();
  readonly #names = new KnownNames();

  constructor(context: ControllerContext, options: RunOptions, ended: EndedAttempt[]) {
    this.#context = context;
    this.#options = options;
    this.#ended = ended;
  }

  /** Works until nothing is left to do, or the run is to end; gives the holds that are left. */
  async work(): Promise<ActiveHold[]> {
    const { stop } = this.#options;
    const onStop = () => this.#end();
    if (stop.aborted) onStop();
    stop.addEventListener("abort", onStop);
    let left: ActiveHold[] = [];
    try {
      while (!this.#stop.signal.aborted) {
        const pause = await this.#step();
        if (pause === null) break;
        await this.#context.world.clock.sleep(pause, this.#wake.signal);
        if (!this.#stop.signal.aborted) this.#wake = new AbortController();
      }
      left = await this.#leftHolds();
    } catch (error) {
      this.#fail(error);
    } finally {
      await Promise.all(this.#running.values());
      stop.removeEventListener("abort", onStop);
    }
    if (this.#faults.length > 0) throw this.#faults[0];
    return left;
  }

  /** Does what can be done now; gives the milliseconds until the next look, or null at the end. */
  async #step(): Promise<number | null> {
    const { mode, jobs, pollMs, leaveHolds } = this.#options;
    for (;;) {
      const full = this.#running.size >= jobs || (mode === "once" && this.#started > 0);
      if (full) return this.#running.size > 0 ? Infinity : null;
      await this.#recoverDead();
      const plan = await this.#plan();
      const step = nextStep(plan, plan.busy);
      if (step.kind === "claim") await this.#start(step.id);
      else if (step.kind === "refuse") {
        this.#ended.push(await refuseTask(this.#context, step.id, step.reason));
        this.#started++;
      } else if (this.#running.size > 0) return lookMs;
      else if (mode === "once") return null;
      else {
        const over = step.kind === "idle" || (step.held && leaveHolds);
        if (mode === "drain" && over) return null;
        if (mode === "poll") this.#tellForEver();
        this.#tellWait(plan);
        const until = step.kind === "wait" ? step.until - plan.now : Infinity;
        return Math.min(until, mode === "poll" ? pollMs : lookMs);
      }
      if (this.#stop.signal.aborted) return null;
    }
  }

  /** Makes good what another process carried out and died of. */
  async #recoverDead(): Promise<void> {
    const { store, world } = this.#context;
    for (const [id, attempt] of Object.entries(store.readState().running)) {
      const { owner } = attempt;
      if (this.#running.has(id) || !owner || isLive(world, owner)) continue;
      const end = await recoverAttempt(this.#context, id, attempt);
      if (end) this.#ended.push(end);
    }
  }

  async #start(id: string): Promise<void> {
    const claimed = await claimTask(this.#context, id, await taskNames(id), this.#names);
    if (claimed === null) return;
    this.#started++;
    const running = carryOut(this.#context, claimed, this.#stop.signal).then(
      (end) => void this.#ended.push(end),
      (error) => this.#fail(error),
    ).then(() => tidyUp(this.#context)).finally(() => {
      this.#running.delete(id);
      this.#wake.abort();
    });
    this.#running.set(id, running);
  }

  /** Says once that new tasks are waited for. */
  #tellForEver(): void {
    if (!this.#toldForEver) this.#context.onNote("waiting for tasks; Ctrl-C ends");
    this.#toldForEver = true;
  }

  /** Says what is waited for, each wait once. */
  #tellWait(plan: Plan): void {
    const lines = describeWait(plan);
    lines.filter((line) => !this.#told.has(line)).forEach(this.#context.onNote);
    this.#told = new Set(lines);
  }

  async #plan(): Promise<Plan & { busy: UnderWay }> {
    const { store, settings, world } = this.#context;
    const state = store.readState();
    const queue = store.readQueue();
    if (Object.keys(state.running).length > 0) await this.#names.learn(queue);
    return {
      queue,
      holds: state.holds ?? {},
      settings,
      now: world.clock.now(),
      busy: underWay(state, placesInUse(this.#context, state, this.#names)),
    };
  }

  async #leftHolds(): Promise<ActiveHold[]> {
    const { mode } = this.#options;
    // Who asked for one task, and got it, asks for no other.
    if (mode === "poll" || this.#running.size > 0) return [];
    if (mode === "once" && this.#ended.length > 0) return [];
    const plan = await this.#plan();
    const step = nextStep(plan, plan.busy);
    return step.kind === "wait" && step.held ? activeHolds(plan.holds, plan.now) : [];
  }

  #fail(error: unknown): void {
    this.#faults.push(error);
    this.#end();
  }

  #end(): void {
    this.#stop.abort();
    this.#wake.abort();
  }
}
