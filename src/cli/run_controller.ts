/**
 * Runs the controller for `run` and `drain`: signals, progress, exit code.
 *
 * @module
 */
import { type RunOptions, runQueue } from "../controller/run.ts";
import { nextStep, type Plan, standingOf, underWay } from "../controller/schedule.ts";
import { resolveCommit } from "../git/refs.ts";
import { MacpError } from "../protocol/errors.ts";
import { idOf, isMacpAware, statusOf, titleOf } from "../protocol/task.ts";
import { resolveRuntime } from "../runtimes/runtime_table.ts";
import type { StopSignal } from "../sys/terminal.ts";
import type { Invocation } from "./command.ts";
import { exitCodes } from "./exit_codes.ts";
import { resultsFolder } from "../dispatcher/result_paths.ts";
import { type OpenRepository, openRepository } from "./open_repository.ts";
import { oneLine } from "../protocol/text.ts";
import { usageError } from "./parse_arguments.ts";
import { countWaiting } from "../people/inbox.ts";
import { exitCodeOfRun, summarizeRun } from "./run_summary.ts";
import { createProgress } from "./progress.ts";
import type { Progress } from "./progress_lines.ts";
import { signalExitCode } from "./report_error.ts";
import { stopTeller } from "./tell_stop.ts";

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
  resultsFolder(repository.paths, repository.settings);
  const jobs = jobsOf(invocation, repository);
  const leaveHolds = invocation.args.flag("no-wait-holds");
  await requireCommit(repository);
  if (invocation.args.flag("dry-run")) return showNext(invocation, repository);
  const { terminal, world } = invocation;
  const stop = new AbortController();
  const stopped: StopSignal[] = [];
  const tellStop = stopTeller(world, repository);
  let told: Progress | null = null;
  const signals: StopSignal[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  const release = signals.map((signal) =>
    terminal.onSignal(signal, () => {
      stopped.push(signal);
      told?.note(tellStop());
      stop.abort();
    })
  );
  const progress = told = await createProgress(invocation, repository);
  try {
    const context = {
      ...repository,
      git: repository.git.until(stop.signal),
      world,
      onEvent: progress.event,
      onNote: progress.note,
    };
    const report = await runQueue(context, { ...mode, jobs, leaveHolds, stop: stop.signal });
    await progress.end();
    summarizeRun(invocation.output, report, countWaiting(planOf(invocation, repository)));
    return stopped[0] ? signalExitCode(stopped[0]) : exitCodeOfRun(report);
  } finally {
    await progress.end();
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

/** The queue and what holds it back, as it is now. */
function planOf({ world }: Invocation, { store, settings }: OpenRepository): Plan {
  const { holds = {} } = store.readState();
  return { queue: store.readQueue(), holds, settings, now: world.clock.now() };
}

function showNext(invocation: Invocation, repository: OpenRepository): number {
  const { output } = invocation;
  const plan = planOf(invocation, repository);
  const { queue } = plan;
  const ready = queue.tasks.filter((raw) =>
    statusOf(raw) === "pending" && standingOf(plan, raw).kind === "ready"
  );
  const step = nextStep(plan, underWay(repository.store.readState()));
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
