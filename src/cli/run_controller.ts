/**
 * Runs the controller for `run` and `drain`: signals, progress, exit code.
 *
 * @module
 */
import type { EndedAttempt } from "../controller/finish.ts";
import { type RunOptions, runQueue, type RunReport } from "../controller/run.ts";
import type { ActiveHold } from "../controller/holds.ts";
import { nextStep, standingOf, underWay } from "../controller/schedule.ts";
import { resolveCommit } from "../git/refs.ts";
import { MacpError } from "../protocol/errors.ts";
import { idOf, isMacpAware, statusOf, titleOf } from "../protocol/task.ts";
import { resolveRuntime } from "../runtimes/runtime_table.ts";
import type { StopSignal } from "../sys/terminal.ts";
import type { Invocation } from "./command.ts";
import { exitCodes } from "./exit_codes.ts";
import { type OpenRepository, openRepository } from "./open_repository.ts";
import { oneLine } from "../protocol/text.ts";
import { usageError } from "./parse_arguments.ts";
import { createProgress } from "./progress.ts";
import { signalExitCode } from "./report_error.ts";

/** Most attempts at once. */
const maxJobs = 64;

/** Runs the queue; gives the exit code. */
export async function runController(
  invocation: Invocation,
  mode: Pick<RunOptions, "mode" | "pollMs">,
): Promise<number> {
  const repository = await openRepository(invocation);
  requireEnabled(repository);
  requireRuntimes(repository);
  const jobs = jobsOf(invocation, repository);
  const leaveHolds = invocation.args.flag("no-wait-holds");
  await requireCommit(repository);
  if (invocation.args.flag("dry-run")) return showNext(invocation, repository);
  const { terminal, world } = invocation;
  const stop = new AbortController();
  const stopped: StopSignal[] = [];
  const signals: StopSignal[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  const release = signals.map((signal) =>
    terminal.onSignal(signal, () => {
      stopped.push(signal);
      stop.abort();
    })
  );
  const progress = createProgress(invocation);
  try {
    const context = {
      ...repository,
      world,
      onEvent: progress.event,
      onNote: progress.note,
    };
    const report = await runQueue(context, { ...mode, jobs, leaveHolds, stop: stop.signal });
    progress.end();
    summarize(invocation, report);
    return stopped[0] ? signalExitCode(stopped[0]) : exitCodeOfRun(report);
  } finally {
    progress.end();
    release.forEach((off) => off());
  }
}

function jobsOf({ args }: Invocation, { settings }: OpenRepository): number {
  const jobs = args.number("jobs") ?? settings.macp.jobs;
  if (Number.isInteger(jobs) && jobs >= 1 && jobs <= maxJobs) return jobs;
  throw usageError(`Cannot run the queue as --jobs is not a number from 1 to ${maxJobs}: ${jobs}`);
}

function requireEnabled({ settings, paths }: OpenRepository): void {
  if (settings.enabled) return;
  throw new MacpError("usage", `Cannot run the queue as it is not enabled: ${paths.config}`, {
    code: "not_enabled",
    hints: ["Enable it with: macp init --enable"],
  });
}

/** A wrong entry would escalate every task of its runtime. Throws `MacpError` of kind usage. */
function requireRuntimes({ settings: { macp: { runtimes } } }: OpenRepository): void {
  for (const name of Object.keys(runtimes)) resolveRuntime(name, runtimes);
}

/** A worktree needs a commit; it is better to say so than to fail every task. */
async function requireCommit(repository: OpenRepository): Promise<void> {
  const { git, store, settings, hasCommit } = repository;
  if (hasCommit || await resolveCommit(git, settings.macp.base_ref) !== null) return;
  const waits = store.readQueue().tasks.some((raw) =>
    statusOf(raw) === "pending" && isMacpAware(raw)
  );
  if (!waits) return;
  throw new MacpError(
    "usage",
    `Cannot run the queue as the repository has no commit yet: ${git.cwd}`,
    {
      code: "no_commit",
      hints: ["Make one, for example: git commit --allow-empty -m start"],
    },
  );
}

function showNext({ output, world }: Invocation, { store, settings }: OpenRepository): number {
  const queue = store.readQueue();
  const state = store.readState();
  const plan = { queue, holds: state.holds ?? {}, settings, now: world.clock.now() };
  const ready = queue.tasks.filter((raw) =>
    statusOf(raw) === "pending" && standingOf(plan, raw).kind === "ready"
  );
  const step = nextStep(plan, underWay(state));
  if (output.options.json) output.json({ next: step, ready: ready.map(idOf) });
  else if (step.kind === "refuse") output.line(`would escalate ${step.id}: ${step.reason}`);
  else if (step.kind === "wait") {
    output.line(`would wait until ${new Date(step.until).toISOString()}`);
  } else if (ready.length === 0) output.line("nothing can run");
  if (!output.options.json) {
    for (const raw of ready) output.line(`would run ${idOf(raw)}: ${oneLine(titleOf(raw), 80)}`);
  }
  return exitCodes.done;
}

/** How each task ended at last; a retry that was followed by another end does not count. */
function lastEnds(ended: readonly EndedAttempt[]): EndedAttempt[] {
  return [...new Map(ended.map((end) => [end.id, end])).values()];
}

/** The most serious of what ended: 3, 1, 0. A failure of the tool itself is thrown. */
export function exitCodeOfRun({ ended, blocked, nameless, held }: RunReport): number {
  const has = (status: string) => lastEnds(ended).some((end) => end.status === status);
  const stays = blocked.length + nameless + held.length > 0;
  if (has("escalated") || stays) return exitCodes.needsHuman;
  return has("failed") ? exitCodes.workFailed : exitCodes.done;
}

function summarize({ output }: Invocation, report: RunReport): void {
  const { ended, blocked, nameless, held, waiting } = report;
  if (output.options.json) {
    output.jsonLine({
      schema_version: 1,
      summary: { ...report, held: held.map(withTime), exit_code: exitCodeOfRun(report) },
    });
    return;
  }
  const last = lastEnds(ended);
  const counts = ["completed", "failed", "escalated", "pending"]
    .map((status) => [status, last.filter((end) => end.status === status).length] as const)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${status === "pending" ? "to be retried" : status}`);
  output.note(counts.length > 0 ? `ended: ${counts.join(", ")}` : "nothing to run");
  if (blocked.length > 0) output.note(`blocked behind other tasks: ${blocked.join(", ")}`);
  for (const hold of held.map(withTime)) {
    output.note(
      `runtime ${hold.runtime} is held until ${hold.until}: ${oneLine(hold.reason, 200)}`,
    );
  }
  if (nameless > 0) output.warn(`${nameless} elements of the queue have no id; see: macp validate`);
  if (waiting > 0) output.note(`${waiting} need${waiting === 1 ? "s" : ""} a person: macp inbox`);
}

function withTime(hold: ActiveHold) {
  return { ...hold, until: new Date(hold.until).toISOString() };
}
