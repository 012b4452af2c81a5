/**
 * Landing: the work of a completed task comes to a local branch, through a merge in a
 * worktree of its own whose gates are green. Nothing is pushed, forced or resolved.
 *
 * @module
 */
import { join, relative } from "@std/path";
import { resolveGates } from "../gates/resolve_gates.ts";
import { runGates } from "../gates/run_gates.ts";
import type { Git } from "../git/git.ts";
import {
  fastForward,
  isAncestor,
  landingCommit,
  mergeCommit,
  previewConflicts,
} from "../git/merge.ts";
import { readStatus } from "../git/status.ts";
import { attemptResultsFolder } from "../dispatcher/result_paths.ts";
import { writeAttemptFiles } from "../dispatcher/attempt_files.ts";
import { workerEnvironment } from "../dispatcher/worker_environment.ts";
import { listWorktrees } from "../dispatcher/worktree.ts";
import { AttemptLog } from "../logs/attempt_log.ts";
import type { GateEvidence, Landed } from "../protocol/generated/types.ts";
import { type TaskNames, taskNames } from "../protocol/names.ts";
import { maxAttemptsOf, runtimeOf } from "../protocol/task.ts";
import { oneLine } from "../protocol/text.ts";
import { requireOwnLogs } from "./attempt.ts";
import { attemptFolder, removeAttemptFiles } from "./attempt_folder.ts";
import type { ControllerContext } from "./context.ts";
import { isLanded, type Landing, planLanding } from "./plan_land.ts";
import { recordLanding } from "./record_landing.ts";
import { inScratchWorktree, recoverScratch } from "./scratch.ts";
import { nextSerial } from "./serials.ts";
import { judgeGates } from "./verdict.ts";

/** How to land. */
export interface LandOptions {
  /** Local branch; that of the base ref otherwise. */
  into: string | undefined;
  /** Message of a merge commit. */
  message: string | undefined;
  /** Only looks. */
  dryRun: boolean;
  /** Aborts it; nothing has landed then. */
  signal: AbortSignal;
}

/** What came of it. Everywhere but at `landed` the branch stays as it was. */
export type LandReport =
  & { branch: string; into: string; brings: string[] }
  & (
    | { kind: "landed"; commit: string; fastForward: boolean; gates: GateEvidence[] }
    | { kind: "already_landed"; commit: string }
    | { kind: "would_land"; fastForward: boolean; gates: string[] }
    /** Paths in which the branches conflict. */
    | { kind: "conflict"; paths: string[] }
    | { kind: "refused"; reason: string }
    | { kind: "gates_red"; reason: string; gates: GateEvidence[]; log: string }
    /** What is not committed where the branch is checked out would be overwritten. */
    | { kind: "in_the_way"; checkout: string; paths: string[]; reason: string }
    /** The branch moved while the gates ran. */
    | { kind: "moved" }
    | { kind: "interrupted" }
  );

/** Lands a task. Throws `MacpError` as `planLanding` does. */
export async function landTask(
  context: ControllerContext,
  id: string,
  options: LandOptions,
): Promise<LandReport> {
  const { git, store, settings, world } = context;
  const queue = store.readQueue();
  const about = { git, queue, id, baseRef: settings.macp.base_ref };
  const landing = await planLanding(about, options.into);
  const { branch, into, head, target, brings } = landing;
  const said = { branch, into, brings };
  if (await isAncestor(git, head, target)) {
    return { ...said, ...await tellLanded(context, landing, options.dryRun) };
  }
  const scratch = options.dryRun ? objectFolder(context) : undefined;
  const paths = await previewConflicts(git, target, head, scratch);
  if (paths !== null && paths.length > 0) return { ...said, kind: "conflict", paths };
  if (options.dryRun) {
    const gates = resolveGates(landing.task, settings).map(({ command }) => command);
    const fastForward = await isAncestor(git, target, head);
    return { ...said, kind: "would_land", fastForward, gates };
  }
  await recoverScratch(context);
  const use = { purpose: "land", taskId: id, commit: target, attemptId: world.uuid() } as const;
  const done = await inScratchWorktree(
    context,
    use,
    (own) => mergeAndMove(context, landing, { ...options, own, attemptId: use.attemptId }),
  );
  return { ...said, ...done };
}

/** Folder for objects that are looked at only. */
function objectFolder({ world }: ControllerContext): string {
  return join(world.env.TMPDIR ?? "/tmp", `macp-land-${world.uuid().slice(0, 8)}`);
}

type Done<T = LandReport> = T extends unknown ? Omit<T, "branch" | "into" | "brings"> : never;

/** The target holds the work already; that is recorded where it was not yet. */
async function tellLanded(
  context: ControllerContext,
  { task, head, target, into }: Landing,
  dryRun: boolean,
): Promise<Done> {
  const known = isLanded(task) ? task.metadata?.landed as Landed : null;
  if (known?.into === into) {
    if (!dryRun) await recordLanding(context, task.id, known);
    return { kind: "already_landed", commit: known.commit };
  }
  const commit = await landingCommit(context.git, head, target);
  if (!dryRun) await record(context, task.id, { into, commit });
  return { kind: "already_landed", commit };
}

async function record(
  context: ControllerContext,
  id: string,
  { into, commit }: { into: string; commit: string },
): Promise<void> {
  const at = new Date(context.world.clock.now()).toISOString();
  await recordLanding(context, id, { into, commit, at });
}

/** In the scratch worktree: the merge, its gates, and when they are green the branch. */
async function mergeAndMove(
  context: ControllerContext,
  landing: Landing,
  { own, attemptId, message, signal }: LandOptions & { own: Git; attemptId: string },
): Promise<Done> {
  const { git, store } = context;
  const { task, branch, head, into, target } = landing;
  const merged = await mergeCommit(own, head, {
    message: message ?? `Merge ${branch}: ${oneLine(task.title, 200)} (${task.id})`,
    env: await identity(context),
  });
  if (merged.kind === "conflict") return merged;
  if (merged.kind === "refused") return merged;
  const checkout = await checkoutOf(git, into);
  const early = await whatIsInTheWay(git, { checkout, from: target, to: merged.commit });
  if (early !== null) return early;
  const { gates, whole, log } = await gateMerge(context, landing, { own, attemptId, signal });
  if (!whole) return { kind: "interrupted" };
  const red = judgeGates(gates);
  if (red !== null) {
    return { kind: "gates_red", reason: red.error, gates, log: relative(store.paths.folder, log) };
  }
  const moved = await fastForward(git, into, {
    from: target,
    to: merged.commit,
    checkout,
    reason: `macp land ${task.id}`,
  });
  if (moved.kind === "elsewhere") return { kind: "moved" };
  if (moved.kind === "refused") {
    const { reason, paths } = moved;
    return { kind: "in_the_way", checkout: checkout ?? git.cwd, reason, paths };
  }
  await record(context, task.id, { into, commit: merged.commit });
  return {
    kind: "landed",
    commit: merged.commit,
    fastForward: merged.fastForward,
    gates,
  };
}

/** The worktree that has a branch checked out, or null. */
async function checkoutOf(git: Git, branch: string): Promise<string | null> {
  const entries = await listWorktrees(git);
  const found = entries.find((entry) => entry.branch === branch && !entry.prunable && !entry.bare);
  return found && git.world.files.lstat(found.path) !== null ? found.path : null;
}

/** Local changes that the merge would overwrite, before time is spent on gates. */
async function whatIsInTheWay(
  git: Git,
  { checkout, from, to }: { checkout: string | null; from: string; to: string },
): Promise<Done | null> {
  if (checkout === null) return null;
  const [status, diff] = await Promise.all([
    readStatus(git.at(checkout)),
    git.read(["diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", from, to, "--"]),
  ]);
  const touched = new Set(diff.split("\0").filter((path) => path !== ""));
  const local = [...status.changed, ...status.unmerged, ...status.untracked];
  const paths = [...new Set(local.filter((path) => touched.has(path)))];
  if (paths.length === 0) return null;
  return { kind: "in_the_way", checkout, paths, reason: "local changes would be overwritten" };
}

/** The user's identity for a merge commit; macp's own where none is set. */
async function identity({ git, world }: ControllerContext): Promise<Record<string, string>> {
  const configured = async (key: string) => (await git.run(["config", "--get", key])).stdout.trim();
  const name = world.env.GIT_AUTHOR_NAME || await configured("user.name");
  const email = world.env.GIT_AUTHOR_EMAIL || await configured("user.email");
  if (!name || !email) return {};
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  };
}

/** Runs the task's gates on the merge; not whole when it was interrupted. */
async function gateMerge(
  context: ControllerContext,
  landing: Landing,
  { own, attemptId, signal }: { own: Git; attemptId: string; signal: AbortSignal },
): Promise<{ gates: GateEvidence[]; whole: boolean; log: string }> {
  const { world, store, settings, redactor, onNote } = context;
  const { task, branch, into } = landing;
  const names = await taskNames(task.id);
  requireOwnLogs(context);
  const serial = landSerial(context, names, landing);
  const log = new AttemptLog({
    files: world.files,
    folder: store.paths.logs,
    name: names.file,
    attempt: serial,
    maxBytes: settings.macp.log_max_bytes,
    redactor,
  });
  const gates = resolveGates(task, settings);
  try {
    log.section(`${task.id}: ${branch} merged into ${into}`);
    const env = gateEnvironment(context, landing, { own, attemptId, names, serial });
    const { evidence, aborted } = await runGates(
      { world, cwd: own.cwd, env, log, redactor, signal },
      gates,
      {
        before: ({ command }) => onNote(`gate started: ${oneLine(command, 200)}`),
        after: ({ command, outcome }) => onNote(`gate ${outcome}: ${oneLine(command, 200)}`),
      },
    );
    return { gates: evidence, whole: !aborted && !signal.aborted, log: log.path };
  } finally {
    log.end();
    removeAttemptFiles(context, names, serial);
  }
}

function landSerial(
  { world, store, settings }: ControllerContext,
  names: TaskNames,
  { task }: Landing,
): number {
  const traces = {
    logs: store.paths.logs,
    attemptResults: attemptResultsFolder(store.paths, settings),
  };
  return nextSerial(world.files, traces, names, task);
}

function gateEnvironment(
  context: ControllerContext,
  { task, branch }: Landing,
  { own, attemptId, names, serial }: {
    own: Git;
    attemptId: string;
    names: TaskNames;
    serial: number;
  },
): Record<string, string> {
  const { world, settings, ownSecrets } = context;
  const folder = attemptFolder(context, names, serial);
  const files = writeAttemptFiles(world, folder, { task, brief: null, previous: null });
  return workerEnvironment(world.env, ownSecrets, {
    task,
    attemptId,
    runtime: runtimeOf(task, settings),
    serial,
    maxAttempts: maxAttemptsOf(task, settings),
    taskFile: files.task,
    briefFile: files.brief,
    resultFile: files.result,
    previousFailureFile: files.previousFailure,
    worktree: own.cwd,
    branch,
    portBase: null,
    slot: null,
  });
}
