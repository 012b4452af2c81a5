/**
 * Landing: the work of a completed task comes to a local branch, through a merge in a
 * worktree of its own whose gates are green. Nothing is pushed, forced or resolved.
 *
 * @module
 */
import { join, relative } from "@std/path";
import { resolveGates } from "../gates/resolve_gates.ts";
import type { Git } from "../git/git.ts";
import {
  fastForward,
  isAncestor,
  landingCommit,
  mergeCommit,
  previewConflicts,
} from "../git/merge.ts";
import { readStatus } from "../git/status.ts";
import { listWorktrees } from "../dispatcher/worktree.ts";
import type { GateEvidence, Landed } from "../protocol/generated/types.ts";
import { oneLine } from "../protocol/text.ts";
import type { ControllerContext } from "../controller/context.ts";
import { gateMerge } from "./gate_merge.ts";
import { isLanded, type Landing, planLanding } from "./plan_land.ts";
import { recordLanding } from "./record_landing.ts";
import { inScratchWorktree, recoverScratch } from "../controller/scratch.ts";

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
  | { kind: "interrupted" }
  | Landable
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
    );

/** What lands where, and the dependencies whose work comes along. */
interface Landable {
  branch: string;
  into: string;
  brings: string[];
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
  return done.kind === "interrupted" ? done : { ...said, ...done };
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
  const gated = await gateMerge(context, landing, { own, attemptId, signal });
  const { gates, failure, aborted } = gated;
  if (aborted) return { kind: "interrupted" };
  if (failure !== null) {
    const log = relative(store.paths.folder, gated.log);
    return { kind: "gates_red", reason: failure.error, gates, log };
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
