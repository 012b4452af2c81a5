/**
 * The controller: drains the queue, one attempt after the other or several at once.
 *
 * @module
 */
import { MacpError } from "../protocol/errors.ts";
import type { State } from "../protocol/generated/types.ts";
import { taskNames } from "../protocol/names.ts";
import type { FileLock } from "../sys/files.ts";
import { type AbortReason, runAttempt } from "./attempt.ts";
import { claimTask, isCancelRequested } from "./claim.ts";
import type { ControllerContext } from "./context.ts";
import { endAttempt, type EndedAttempt } from "./finish.ts";
import { recover } from "./recover.ts";
import { refuseTask } from "./refuse.ts";
import { cancelVerdict } from "./verdict.ts";
import { nextStep, stuckTasks } from "./schedule.ts";

/** Milliseconds to wait for another controller to end. */
const lockWaitMs = 300;
/** Milliseconds between looks at a queue that others write too. */
const lookMs = 250;

/** How long to run. */
export interface RunOptions {
  /** once: at most one task. drain: until nothing can run any more. poll: for ever. */
  mode: "once" | "drain" | "poll";
  /** Milliseconds between looks at an idle queue, with `mode: "poll"`. */
  pollMs: number;
  /** Ends the run: the running attempt is ended cleanly and its task is pending again. */
  stop: AbortSignal;
}

/** What came of a run. */
export interface RunReport {
  ended: EndedAttempt[];
  /** Pending tasks that stay behind a task that failed or escalated. */
  blocked: string[];
  /** Elements of the queue without an id. */
  nameless: number;
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
    ended.push(...await work(context, options));
    const queue = context.store.readQueue();
    return { ended, blocked: stuckTasks(queue), nameless: queue.nameless() };
  } finally {
    await setController(context, null);
    lock.release();
  }
}

async function takeRunLock(context: ControllerContext): Promise<FileLock> {
  const { world, store } = context;
  const lock = await world.files.lock(store.paths.runLock, lockWaitMs);
  if (lock === null) throw busyError(store.readState());
  const { controller } = store.readState();
  const self = world.processes.self();
  // The lock file may have been deleted under a controller that lives.
  const alive = controller !== null && controller.pid !== self.pid &&
    world.processes.identify(controller.pid)?.start_time === controller.start_time;
  if (alive) {
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

async function work(context: ControllerContext, options: RunOptions): Promise<EndedAttempt[]> {
  const { world, store } = context;
  const ended: EndedAttempt[] = [];
  while (!options.stop.aborted) {
    const now = world.clock.now();
    const step = nextStep(store.readQueue(), now, new Set());
    if (step.kind === "claim" || step.kind === "refuse") {
      const end = step.kind === "claim"
        ? await runTask(context, step.id, options.stop)
        : await refuseTask(context, step.id, step.reason);
      if (end) ended.push(end);
      if (end && options.mode === "once") break;
    } else if (options.mode === "once" || (options.mode === "drain" && step.kind === "idle")) {
      break;
    } else {
      const until = step.kind === "wait" ? step.until - now : Infinity;
      const pause = options.mode === "poll" ? options.pollMs : 1000;
      await world.clock.sleep(Math.min(until, pause), options.stop);
    }
  }
  return ended;
}

/** One attempt of a task, from the claim to its end; null when it was not to be had. */
async function runTask(
  context: ControllerContext,
  id: string,
  stop: AbortSignal,
): Promise<EndedAttempt | null> {
  const { store } = context;
  const claimed = await claimTask(context, id, await taskNames(id));
  if (claimed === null) return null;
  const abort = new AbortController();
  const abortFor = (reason: AbortReason) => abort.abort(reason);
  const interrupt = () => abortFor("interrupted");
  if (stop.aborted) interrupt();
  stop.addEventListener("abort", interrupt);
  const watching = new AbortController();
  const watch = watchForCancel(context, id, watching.signal, () => abortFor("cancelled"));
  try {
    const { verdict, events } = await runAttempt(context, claimed, abort.signal);
    const cancelled = verdict.next_status === "pending" &&
      isCancelRequested({ queue: store.readQueue() }, id);
    return await endAttempt(context, id, cancelled ? cancelVerdict(verdict) : verdict, events);
  } finally {
    watching.abort();
    stop.removeEventListener("abort", interrupt);
    await watch;
  }
}

/** Sees within a second when a person asks to end the attempt. */
async function watchForCancel(
  { store, world }: ControllerContext,
  id: string,
  until: AbortSignal,
  onCancel: () => void,
): Promise<void> {
  for (;;) {
    await world.clock.sleep(lookMs, until);
    if (until.aborted) return;
    try {
      if (isCancelRequested({ queue: store.readQueue() }, id)) return onCancel();
    } catch {
      // Someone is writing the queue by hand; what it holds then counts.
    }
  }
}
