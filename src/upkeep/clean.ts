/**
 * Removing what tasks left that have ended, and mending what crashes left: nothing that macp
 * did not make, and nothing whose content is not pinned.
 *
 * @module
 */
import { basename, dirname, join } from "@std/path";
import { cleanupWorktree, forgetRegistration } from "../dispatcher/remove_worktree.ts";
import { isUnfinished } from "../dispatcher/own_worktrees.ts";
import { describeRescued } from "../dispatcher/rescue.ts";
import { messageOf } from "../protocol/errors.ts";
import type { OwnedWorktree, State } from "../protocol/generated/types.ts";
import { taskNames } from "../protocol/names.ts";
import { idOf, statusOf } from "../protocol/task.ts";
import type { View } from "../store/store.ts";
import { adoptWorktrees } from "../controller/adopt_worktrees.ts";
import {
  clearEnded,
  type FinishedRemoval,
  finishRemoval,
  rescueFrom,
} from "../controller/clear_ended.ts";
import { describeLeftOut } from "../controller/clear_worktree.ts";
import type { ControllerContext } from "../controller/context.ts";
import { removeTemporaries } from "../controller/temporaries.ts";
import { holdTask, whyBusy } from "../controller/hold_task.ts";
import { judgePlace } from "./judge_place.ts";
import { recoverScratch } from "../controller/scratch.ts";
import { type SurveyedPlace, surveyPlaces } from "./survey.ts";
import { isUncommitted, readContent } from "../dispatcher/worktree_content.ts";

/** What became of a path, or would. */
export interface CleanedPath {
  path: string;
  action: "removed" | "kept" | "mended";
  reason: string;
  task_id: string | null;
  /** Ref that holds what was in it. */
  snapshot_ref: string | null;
  /** Whether it should have gone and could not. */
  failed: boolean;
}

/** How to clean. */
export interface CleanOptions {
  /** Also what waits for a person. */
  all: boolean;
  /** Only says what would happen. */
  dryRun: boolean;
}

/** Cleans; every path gets a line. Throws `MacpError` when the state cannot be read. */
export async function clean(
  context: ControllerContext,
  options: CleanOptions,
): Promise<CleanedPath[]> {
  if (!options.dryRun) {
    await removeTemporaries(context);
    await adoptWorktrees(context);
  }
  const cleaned: CleanedPath[] = [];
  for (const place of await surveyPlaces(context)) {
    cleaned.push(await cleanPlace(context, place, options));
  }
  return [...cleaned, ...await cleanLeftovers(context, options)];
}

async function cleanPlace(
  context: ControllerContext,
  { path, facts }: SurveyedPlace,
  { all, dryRun }: CleanOptions,
): Promise<CleanedPath> {
  const { step, reason } = judgePlace(facts, all);
  const row: CleanedPath = {
    path,
    action: step === "keep" ? "kept" : step === "forget" ? "mended" : "removed",
    reason,
    task_id: facts.owned?.task_id ?? null,
    snapshot_ref: null,
    failed: false,
  };
  if (step === "keep") return row;
  const { owned } = facts;
  try {
    if (dryRun) return owned && step === "clear" ? await foresee(context, row) : row;
    if (step === "scratch") return await clearScratch(context, row);
    if (owned === null) {
      await forgetRegistration(context.git, path);
      return row;
    }
    const steps = { clear: clearOne, finish: finishOne, forget: forgetOne };
    return await heldFor(context, owned, row, () => steps[step](context, owned, row, all));
  } catch (error) {
    return keptFor(row, messageOf(error), true);
  }
}

/** Does it while no controller can claim the task. */
async function heldFor(
  context: ControllerContext,
  owned: OwnedWorktree,
  row: CleanedPath,
  work: () => Promise<CleanedPath>,
): Promise<CleanedPath> {
  const { task_id: id, branch, phase } = owned;
  const { path } = row;
  let busy: string | null = null;
  const check = (view: Parameters<typeof whyBusy>[1]) => {
    const now = view.state.worktrees[path];
    const same = now?.phase === phase && now.task_id === id;
    busy = same ? whyBusy(context.world, view, id) : "it changed meanwhile";
    if (busy !== null) throw new Busy(busy);
  };
  try {
    return await holdTask(context, { id, worktree: path, branch }, check, work);
  } catch (error) {
    if (error instanceof Busy) return keptFor(row, `task ${id}: ${error.message}`, false);
    throw error;
  }
}

/** Somebody else was faster. */
class Busy extends Error {}

async function clearOne(
  context: ControllerContext,
  owned: OwnedWorktree,
  row: CleanedPath,
  all: boolean,
): Promise<CleanedPath> {
  const { gone, snapshotRef, leftOut, why } = await clearEnded(context, row.path, owned, { all });
  if (!gone) return keptFor(row, why ?? "git keeps it", true);
  const pinned = snapshotRef === null ? row.reason : `${row.reason}; pinned at ${snapshotRef}`;
  const reason = withLeftOut(pinned, leftOut);
  return { ...row, reason, snapshot_ref: snapshotRef };
}

/** What was pinned before, or nobody has seen; what somebody put there since is pinned. */
async function finishOne(
  context: ControllerContext,
  owned: OwnedWorktree,
  row: CleanedPath,
): Promise<CleanedPath> {
  const { rescued, why } = owned.phase === "removing"
    ? await finishRemoval(context, row.path, owned)
    : await removeUnfinished(context, row.path, owned);
  const found = rescued === null ? row : {
    ...row,
    reason: `its ${owned.phase === "removing" ? "removal" : "making"} was cut short; ${
      describeRescued(rescued)
    }`,
    snapshot_ref: rescued.ref,
  };
  return why === null ? found : keptFor(found, why, true);
}

async function removeUnfinished(
  context: ControllerContext,
  path: string,
  owned: OwnedWorktree,
): Promise<FinishedRemoval> {
  const { git, world: { files } } = context;
  await git.quiet(path);
  if (!await isUnfinished(git, path)) {
    return { rescued: null, why: "something else stands in its place" };
  }
  const found = await rescueFrom(context, path, owned);
  if (found.why !== null) return found;
  if (await cleanupWorktree(git, path) !== null) {
    // Git locks a worktree while it makes it; an empty folder it does not know yet.
    await git.run(["worktree", "remove", "--force", "--force", "--", path]);
    if (files.lstat(path) !== null) files.remove(path, { recursive: true });
    await forgetRegistration(git, path, true);
  }
  await forgetInLedger(context, (state) => delete state.worktrees[path]);
  return found;
}

/** Its folder is gone: whatever it held is gone too. */
async function forgetOne(
  context: ControllerContext,
  { phase }: OwnedWorktree,
  row: CleanedPath,
): Promise<CleanedPath> {
  await forgetRegistration(context.git, row.path, phase === "adding");
  await forgetInLedger(context, (state) => delete state.worktrees[row.path]);
  return row;
}

async function forgetInLedger(
  { store }: ControllerContext,
  forget: (state: State) => void,
): Promise<void> {
  await store.change(({ state }) => {
    forget(state);
    return { change: { state }, result: null };
  });
}

async function clearScratch(context: ControllerContext, row: CleanedPath): Promise<CleanedPath> {
  await recoverScratch(context);
  const gone = context.world.files.lstat(row.path) === null;
  return gone ? row : keptFor(row, "it could not be removed", true);
}

/** What a removal would say. */
async function foresee(context: ControllerContext, row: CleanedPath): Promise<CleanedPath> {
  const content = await readContent(context, row.path);
  if (content.unheld !== null) return keptFor(row, content.unheld, false);
  const reason = isUncommitted(content)
    ? `${row.reason}; its changes are pinned first`
    : row.reason;
  return { ...row, reason: withLeftOut(reason, content.ignored.leftOut) };
}

function withLeftOut(reason: string, leftOut: readonly string[]): string {
  return leftOut.length === 0 ? reason : `${reason}; not kept are ${describeLeftOut(leftOut)}`;
}

function keptFor(row: CleanedPath, reason: string, failed: boolean): CleanedPath {
  return { ...row, action: "kept", reason, failed };
}

/** Files of attempts that have ended, and of snapshots that were cut short. */
async function cleanLeftovers(
  context: ControllerContext,
  { dryRun }: CleanOptions,
): Promise<CleanedPath[]> {
  const { store, world: { files } } = context;
  const { attempts, folder } = store.paths;
  if (files.lstat(attempts)?.kind === "symlink") return [];
  const names = new Map<string, string>();
  for (const id of store.readQueue().ids()) names.set(id, (await taskNames(id)).file);
  for (const id of Object.keys(store.readState().running)) {
    names.set(id, (await taskNames(id)).file);
  }
  const leftovers = ({ queue, state }: View) => {
    // What only the queue calls under way is recovered with what the files say of it.
    const live = new Set([
      ...Object.keys(state.running),
      ...queue.tasks.filter((raw) => ["running", "gated"].includes(statusOf(raw) ?? "")).map(idOf),
    ].map((id) => names.get(id ?? "") ?? id));
    const left = files.list(attempts).filter((name) => !live.has(name))
      .flatMap((name) => files.list(join(attempts, name)).map((serial) => join(name, serial)))
      .map((name) => join(attempts, name));
    const indexes = files.list(folder).filter((name) => /^snapshot\..+\.index(\.lock)?$/.test(name))
      .map((name) => join(folder, name));
    return [...left, ...indexes].map((path) => leftover(path, indexes.includes(path)));
  };
  // A change begins with telling what a crash left untold.
  if (dryRun) return leftovers({ queue: store.readQueue(), state: store.readState() });
  return await store.change((view) => {
    const rows = leftovers(view);
    rows.forEach(({ path }) => removeLeftover(context, path));
    return { change: null, result: rows };
  });
}

function removeLeftover({ store, world: { files } }: ControllerContext, path: string): void {
  files.remove(path, { recursive: true });
  const above = dirname(path);
  if (above !== store.paths.folder && files.list(above).length === 0) files.remove(above);
}

function leftover(path: string, isIndex: boolean): CleanedPath {
  return {
    path,
    action: "removed",
    reason: isIndex
      ? "a snapshot that was cut short left it"
      : `attempt ${basename(path)}, which has ended, left it`,
    task_id: null,
    snapshot_ref: null,
    failed: false,
  };
}
