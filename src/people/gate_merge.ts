/**
 * The gates of a task on the merge that would land.
 *
 * @module
 */
import { attemptEnvironment } from "../dispatcher/attempt_environment.ts";
import { writeAttemptFiles } from "../dispatcher/attempt_files.ts";
import { type DispatchRequest, nothingYet } from "../dispatcher/dispatch_request.ts";
import { attemptResultsFolder } from "../dispatcher/result_paths.ts";
import { runSetup } from "../dispatcher/run_setup.ts";
import { bringSubmodules } from "../dispatcher/submodules.ts";
import { watchTracked } from "../dispatcher/watch_tracked.ts";
import { bringIncluded } from "../dispatcher/worktree_include.ts";
import { type Gate, resolveGates } from "../gates/resolve_gates.ts";
import { runGates } from "../gates/run_gates.ts";
import type { Git } from "../git/git.ts";
import { originalObjects } from "../git/git_settings.ts";
import { resolveCommit } from "../git/refs.ts";
import { AttemptLog } from "../logs/attempt_log.ts";
import { logHeading } from "../logs/log_heading.ts";
import type { GateEvidence, RunningAttempt } from "../protocol/generated/types.ts";
import { type TaskNames, taskNames } from "../protocol/names.ts";
import type { Failure } from "../protocol/outcomes.ts";
import { maxAttemptsOf } from "../protocol/task.ts";
import { oneLine } from "../protocol/text.ts";
import { requireOwnFolders } from "../controller/attempt.ts";
import { removeAttemptFiles } from "../controller/attempt_folder.ts";
import { type Claimed, freePorts } from "../controller/claim.ts";
import { judgeSubmodules } from "../controller/clean_gates.ts";
import type { ControllerContext } from "../controller/context.ts";
import { dispatchRequest } from "../controller/dispatch_attempt.ts";
import type { Landing } from "./plan_land.ts";
import { nextSerial } from "../controller/serials.ts";
import { judgeGates } from "../controller/verdict.ts";

/** What the gates say of a merge. */
export interface GatedMerge {
  gates: GateEvidence[];
  /** Why it may not land; null when all is green. */
  failure: Failure | null;
  /** Whether it was ended by the signal: then there is no verdict. */
  aborted: boolean;
  /** Path of the log. */
  log: string;
}

/**
 * Prepares the scratch worktree as that of a task, and runs the task's gates in it.
 *
 * @param own Git in the scratch worktree, which stands on the merge.
 */
export async function gateMerge(
  context: ControllerContext,
  landing: Landing,
  { own, merge, attemptId, signal }: {
    own: Git;
    /** Commit of the merge. */
    merge: string;
    attemptId: string;
    signal: AbortSignal;
  },
): Promise<GatedMerge> {
  const { world, store, settings, redactor } = context;
  const { task, branch, into } = landing;
  const names = await taskNames(task.id);
  requireOwnFolders(context);
  const claimed = asClaimed(context, landing, names, { attemptId, path: own.cwd });
  const { serial } = claimed.attempt;
  const log = new AttemptLog({
    files: world.files,
    folder: store.paths.logs,
    name: names.file,
    attempt: serial,
    maxBytes: settings.macp.log_max_bytes,
    redactor,
  });
  try {
    log.section(logHeading(task.id, serial, { kind: "landing", branch, into }));
    const request = await dispatchRequest(context, claimed, log, signal);
    const gates = resolveGates(task, settings);
    const ran = await runPrepared(context, request, { own, merge, gates });
    return { ...ran, log: log.path };
  } finally {
    log.end();
    removeAttemptFiles(context, names, serial);
  }
}

async function runPrepared(
  { world, redactor, onNote }: ControllerContext,
  request: DispatchRequest,
  { own, merge, gates }: { own: Git; merge: string; gates: readonly Gate[] },
): Promise<Omit<GatedMerge, "log">> {
  const { git, log, signal, task } = request;
  const cwd = own.cwd;
  const about = { path: cwd, branch: request.branch ?? "", baseCommit: "", setUp: false };
  const ready = { ...about, warnings: [] };
  const prepared = { ...nothingYet(cwd), ready };
  // Submodules are still as the target has them, also those that the merge takes away.
  await own.run(["clean", "--quiet", "-ffd"]);
  const missing = await bringSubmodules(own, git.cwd, { anew: true });
  const warnings = [...missing, ...await bringIncluded(git, cwd)];
  const content = { attemptId: request.attemptId, task, brief: null, previous: null };
  const files = writeAttemptFiles(world, request.folder, content);
  const env = attemptEnvironment(request, cwd, files);
  const quiet = { ...request, hooks: { ...request.hooks, settingUp: () => Promise.resolve() } };
  const may = await runSetup(quiet, prepared, env);
  for (const warning of [...warnings, ...prepared.warnings]) onNote(`warning: ${warning}`);
  if (!may) return { gates: [], failure: prepared.failure, aborted: prepared.aborted };
  const broken = gates.length === 0 ? null : await judgeSubmodules(own, git.cwd, missing);
  if (broken !== null) return { gates: [], failure: broken, aborted: false };
  const shown = (command: string) => oneLine(redactor.text(command), 200);
  const { evidence, aborted } = await runGates(
    {
      ...{ world, cwd, env: { ...env, ...originalObjects }, log, redactor, signal },
      unjudged: await watchTracked(own, null),
    },
    gates,
    {
      before: ({ command }) => onNote(`gate started: ${shown(command)}`),
      after: ({ command, outcome }) => onNote(`gate ${outcome}: ${shown(command)}`),
    },
  );
  const failure = signal.aborted ? null : judgeGates(evidence) ?? await judgeMerge(own, merge);
  const ended = aborted || signal.aborted;
  return { gates: evidence, failure: ended ? null : failure, aborted: ended };
}

/** The worktree must still stand on the merge that would land: gates judged nothing else. */
async function judgeMerge(own: Git, merge: string): Promise<Failure | null> {
  const now = await resolveCommit(own, "HEAD");
  if (now === merge) return null;
  const error = `Gate broken: the merge moved while gates ran, from ${merge} to ${now}`;
  return { outcome: "gate_broken", error };
}

/** The landing as an attempt that nobody claims: the ledger knows its worktree already. */
function asClaimed(
  context: ControllerContext,
  { task, branch }: Landing,
  names: TaskNames,
  { attemptId, path }: { attemptId: string; path: string },
): Claimed {
  const { world, store, settings } = context;
  const traces = {
    logs: store.paths.logs,
    attemptResults: attemptResultsFolder(store.paths, settings),
  };
  const spent = task.attempts ?? 0;
  const attempt: RunningAttempt = {
    attempt_id: attemptId,
    serial: nextSerial(world.files, traces, names, task),
    attempts_before: spent,
    phase: "gating",
    started_at: new Date(world.clock.now()).toISOString(),
    legacy: false,
    worktree: path,
    branch,
    base_commit: null,
    worker: null,
    verdict: null,
    port_base: freePorts(context, store.readState()),
  };
  const maxAttempts = maxAttemptsOf(task, settings);
  const begun = world.clock.elapsed();
  return { task, names, attempt, attempts: spent, maxAttempts, owned: null, begun };
}
