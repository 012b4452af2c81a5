/**
 * Landing: the work of a completed task comes to a local branch, through a merge in a
 * worktree of its own whose gates are green. Nothing is pushed, forced or resolved.
 *
 * @module
 */
import { join, relative } from "@std/path";
import { resolveGates } from "../gates/resolve_gates.ts";
import type { Git } from "../git/git.ts";
import { isAncestor, landingCommit, mergeCommit, previewConflicts } from "../git/merge.ts";
import { findMissingGitlinks, type MissingGitlink } from "../git/missing_gitlinks.ts";
import { findUnderWay } from "../git/under_way.ts";
import type { Landed } from "../protocol/generated/types.ts";
import { oneLine, shellWord } from "../protocol/text.ts";
import type { ControllerContext } from "../controller/context.ts";
import { type KnownVerdict, knownVerdict, whyGatesDiffer } from "../controller/known_result.ts";
import { gateFileRules } from "../dispatcher/gate_file_changes.ts";
import { findSinceVerdict } from "../dispatcher/since_verdict.ts";
import { findBehindBase } from "./behind_base.ts";
import type { Done, LandReport } from "./land_report.ts";
import { gateMerge } from "./gate_merge.ts";
import { checkoutOf, moveTarget, whatIsInTheWay } from "./move_target.ts";
import { isLanded, type Landing, planLanding } from "./plan_land.ts";
import { recordLanding } from "./record_landing.ts";
import { inScratchWorktree, recoverScratch } from "../controller/scratch.ts";
import { requireTrustedView } from "../controller/trusted_view.ts";
import { reach } from "../sys/fail_points.ts";

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

/** Lands a task. Throws `MacpError` as `planLanding` does. */
export async function landTask(
  context: ControllerContext,
  id: string,
  options: LandOptions,
): Promise<LandReport> {
  try {
    return await land(context, id, options);
  } catch (error) {
    // An interrupt at the terminal ends git too.
    if (options.signal.aborted) return { kind: "interrupted" };
    throw error;
  }
}

async function land(
  context: ControllerContext,
  id: string,
  options: LandOptions,
): Promise<LandReport> {
  const { git, store, settings, world } = context;
  const queue = store.readQueue();
  const about = { git, queue, id, baseRef: settings.macp.base_ref };
  const landing = await planLanding(about, options.into);
  const { branch, into, head, target, brings } = landing;
  const where = { branch, into, brings };
  if (await isAncestor(git, head, target)) {
    return { ...where, ...await tellLanded(context, landing, options.dryRun) };
  }
  const verdict = await knownVerdict(context, id);
  const { commands, globs } = gateFileRules({ task: landing.task, settings });
  const rules = { commands: [...commands, ...verdict.gates], globs };
  const judged = verdict.commit;
  const sinceVerdict = await findSinceVerdict(git, { rules, judged, head, target });
  if (sinceVerdict?.gateFiles.length && settings.macp.gate_files_policy === "block") {
    const checkout = await checkoutOf(git, branch);
    return { ...where, sinceVerdict, kind: "gate_files_blocked", checkout };
  }
  const doubts = await findDoubts(context, landing, verdict);
  const said = {
    ...where,
    ...(sinceVerdict && { sinceVerdict }),
    ...(doubts.length > 0 && { doubts }),
  };
  const begun = await findUnderWay(git, into);
  if (begun !== null) return { ...said, kind: "under_way", ...begun };
  const scratch = options.dryRun ? objectFolder(context) : undefined;
  const paths = await previewConflicts(git, target, head, scratch);
  if (paths !== null && paths.length > 0) {
    return { ...said, ...await conflictIn(git, branch, paths) };
  }
  if (options.dryRun) {
    const gates = resolveGates(landing.task, settings).map(({ command }) => command);
    const fastForward = await isAncestor(git, target, head);
    return { ...said, kind: "would_land", fastForward, gates };
  }
  await requireTrustedView(context);
  await recoverScratch(context);
  const use = { purpose: "land", taskId: id, commit: target, attemptId: world.uuid() } as const;
  const done = await inScratchWorktree(
    context,
    use,
    (own) => mergeAndMove(context, landing, { ...options, own, attemptId: use.attemptId }),
  );
  return done.kind === "interrupted" ? done : { ...said, ...done };
}

/** What speaks against the verdicts on the task and on those whose work comes along. */
async function findDoubts(
  context: ControllerContext,
  { task, brings }: Landing,
  { gates, contradiction }: KnownVerdict,
): Promise<string[]> {
  const others: (string | null)[] = [];
  for (const id of brings) others.push((await knownVerdict(context, id)).contradiction);
  const differ = whyGatesDiffer(gates, resolveGates(task, context.settings));
  return [contradiction, differ, ...others].filter((doubt) => doubt !== null);
}

/** Folder for objects that are looked at only. */
function objectFolder({ world }: ControllerContext): string {
  return join(world.env.TMPDIR ?? "/tmp", `macp-land-${world.uuid().slice(0, 8)}`);
}

/** The target holds the work already; that is recorded where it was not yet. */
async function tellLanded(
  context: ControllerContext,
  { task, head, target, into }: Landing,
  dryRun: boolean,
): Promise<Done> {
  const known = isLanded(task) ? task.metadata?.landed as Landed : null;
  if (known?.into === into) {
    if (!dryRun) await recordLanding(context, task.id, known);
    return await alreadyLanded(context, into, known.commit);
  }
  const commit = await landingCommit(context.git, head, target);
  if (!dryRun) await record(context, task.id, { into, commit });
  return await alreadyLanded(context, into, commit);
}

async function alreadyLanded(
  { git, settings }: ControllerContext,
  into: string,
  commit: string,
): Promise<Done> {
  const behind = await findBehindBase(git, settings.macp.base_ref, { into, commit });
  return { kind: "already_landed", commit, behind };
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
  const { git, store, redactor } = context;
  const { task, branch, head, into, target } = landing;
  const title = oneLine(redactor.text(task.title), 200);
  const merged = await mergeCommit(own, head, {
    message: message ?? `Merge ${branch}: ${title} (${task.id})`,
    env: await identity(context),
  });
  if (merged.kind === "conflict") return await conflictIn(git, branch, merged.paths);
  if (merged.kind === "refused") return merged;
  const way = { into, from: target, to: merged.commit };
  const missing = await findMissingGitlinks(own, git.cwd, way);
  if (missing.length > 0) {
    return { kind: "refused", reason: missing.map(describeMissing).join("; ") };
  }
  const early = await whatIsInTheWay(git, way);
  if (early !== null) return early;
  const about = { own, merge: merged.commit, attemptId, signal };
  const gated = await gateMerge(context, landing, about);
  const { gates, failure, aborted } = gated;
  if (aborted) return { kind: "interrupted" };
  if (failure !== null) {
    const log = relative(store.paths.folder, gated.log);
    return { kind: "gates_red", reason: failure.error, gates, log };
  }
  reach("landing.gated");
  const kept = await moveTarget(git, { ...way, reason: `macp land ${task.id}` });
  if (kept !== null) return kept;
  const { commit } = merged;
  await record(context, task.id, { into, commit });
  const behind = await findBehindBase(git, context.settings.macp.base_ref, { into, commit });
  return { kind: "landed", commit, fastForward: merged.fastForward, gates, behind };
}

/** A conflict is resolved where the task's branch is checked out, if it is. */
async function conflictIn(git: Git, branch: string, paths: string[]) {
  return { kind: "conflict" as const, paths, checkout: await checkoutOf(git, branch) };
}

/** Why a commit of a submodule keeps the work from landing, and the way out. */
function describeMissing({ path, commit, place }: MissingGitlink): string {
  const what = `submodule ${path} would stand at ${
    commit.slice(0, 12)
  }, which the repository lacks`;
  const where = shellWord(path);
  return place === null
    ? `${what}; fetch it: git -C ${where} fetch`
    : `${what}; it is in ${place} alone: push it from there, or fetch it: ` +
      `git -C ${where} fetch ${shellWord(place)} ${commit}`;
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
