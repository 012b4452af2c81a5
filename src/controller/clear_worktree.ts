/**
 * What becomes of a worktree when its task has ended: pinned, then removed.
 *
 * @module
 */
import { knownResult } from "./known_result.ts";
import { describeRescued, rescue, type Rescued } from "../dispatcher/rescue.ts";
import { whyForeign } from "../dispatcher/owned_mark.ts";
import { type FolderLook, lookAt } from "../dispatcher/folder_look.ts";
import { endRemoval, type Removal } from "../dispatcher/remove_worktree.ts";
import { describeLeftCommits, keepLeftCommits } from "../git/left_commits.ts";
import { resolveCommit, snapshotRef } from "../git/refs.ts";
import { listSnapshots } from "../git/snapshot_refs.ts";
import { takeSnapshot } from "../git/snapshots.ts";
import { messageOf } from "../protocol/errors.ts";
import type { RunningAttempt, State, TaskResult } from "../protocol/generated/types.ts";
import type { TaskNames } from "../protocol/names.ts";
import { firstOf, oneLine } from "../protocol/text.ts";
import type { ControllerContext } from "./context.ts";
import {
  isUncommitted,
  readContent,
  type WorktreeContent,
} from "../dispatcher/worktree_content.ts";

/** Most ignored paths that a result lists. */
const mostListed = 50;

/** The attempt that a worktree is of. */
export type PinnedAttempt = Pick<RunningAttempt, "worktree" | "serial" | "base_commit">;

/**
 * Pins what the worktree holds, and says so in the result.
 *
 * @param about.all Whether also ignored files may be lost that a person had in a restored one.
 * @param about.content What it holds, where that is being read already.
 * @returns What stood there before, when it may be removed then; null when it stays.
 */
export async function pinWorktree(
  context: ControllerContext,
  attempt: PinnedAttempt,
  about: {
    id: string;
    names: TaskNames;
    result: TaskResult;
    all?: boolean;
    content?: Promise<WorktreeContent> | null;
  },
): Promise<FolderLook | null> {
  const { git, store, redactor } = context;
  const { files } = git.world;
  const path = attempt.worktree ?? "";
  const metadata = about.result.metadata ??= {};
  const stays = (why: string) => {
    enterWarning(metadata, redactor.text(`The worktree stays: ${why}`));
    return null;
  };
  try {
    if (files.lstat(path) === null) {
      await recallPinned(context, attempt, about);
      return new Map();
    }
    const owned = store.readState().worktrees[path];
    const foreign = owned ? await whyForeign(git, path, owned) : null;
    if (foreign !== null) return stays(foreign);
    // It was pinned whole, and what is left of it since is not.
    if (owned?.phase === "removing") {
      const look = lookAt(files, path);
      const rescued = await rescue({ ...context, names: about.names, path, owned });
      await recallPinned(context, attempt, about);
      if (rescued !== null) enterRescued(metadata, rescued);
      const why = whyInUse(context, path);
      return why === null ? look : stays(why);
    }
    const content = await (about.content ?? readHeld(context, attempt));
    // Without a base no worker has seen it.
    if (attempt.base_commit !== null) {
      metadata.snapshot_ref = await pinContent(context, attempt, { ...about, path, content }) ??
        metadata.snapshot_ref ?? null;
      const { leftOut } = content.ignored;
      if (leftOut.length > 0) {
        metadata.ignored_left_out = bounded(leftOut.map((path) => redactor.text(path)));
      }
    }
    const own = owned?.restored_at !== undefined && !about.all ? content.ignored.leftOut : [];
    const why = content.unheld ?? whyInUse(context, path) ?? whyIgnored(own);
    return why === null ? content.look : stays(why);
  } catch (error) {
    return stays(`it could not be pinned: ${messageOf(error)}`);
  }
}

/** Reads what the worktree of an attempt holds. Throws `MacpError`. */
export function readHeld(
  context: ControllerContext,
  { worktree, base_commit }: PinnedAttempt,
): Promise<WorktreeContent> {
  return readContent(context, worktree ?? "", base_commit);
}

/** A person worked in it since: what no snapshot holds is theirs. */
function whyIgnored(leftOut: readonly string[]): string | null {
  if (leftOut.length === 0) return null;
  return `a person had it restored, and it holds ${
    describeLeftOut(leftOut)
  }; macp clean --all removes it`;
}

/** Ignored files that go with a worktree, for a person. */
export function describeLeftOut(paths: readonly string[]): string {
  const named = firstOf(paths.map((path) => oneLine(path, 100)), 5);
  const why = "too many, too large or of a repository of their own";
  return `ignored files that no snapshot holds, as they are ${why}: ${named}`;
}

/** Which processes work in it, those of the attempt being ended; null without any. */
export function whyInUse({ world: { processes } }: ControllerContext, path: string): string | null {
  const self = processes.self().pid;
  const pids = processes.withFolder(path).map(({ pid }) => pid).filter((pid) => pid !== self);
  return pids.length === 0 ? null : `process ${pids.slice(0, 5).join(", ")} works in it`;
}

/** What was pinned before a crash, and what was not, for a result that is written again. */
async function recallPinned(
  context: ControllerContext,
  { serial }: PinnedAttempt,
  { id, names, result }: { id: string; names: TaskNames; result: TaskResult },
): Promise<void> {
  const metadata = result.metadata ??= {};
  const pinned = await listSnapshots(context.git, names.ref);
  const ref = pinned.find((snapshot) => snapshot.serial === serial)?.name;
  if (ref !== undefined) metadata.snapshot_ref = ref;
  const before = knownResult(context, id, names)?.metadata;
  if (before?.attempt_serial !== serial) return;
  const { ignored_left_out: leftOut } = before;
  if (leftOut) metadata.ignored_left_out = leftOut;
}

/** Says in a result what was found in an unfinished worktree. */
export function enterRescued(
  metadata: NonNullable<TaskResult["metadata"]>,
  rescued: Rescued,
): void {
  if (rescued.whole) metadata.snapshot_ref = rescued.ref;
  enterWarning(metadata, describeRescued(rescued));
}

function enterWarning(metadata: NonNullable<TaskResult["metadata"]>, warning: string): void {
  metadata.warnings = [...metadata.warnings ?? [], warning];
}

/** Takes the snapshot where there is something to pin; its ref, or null. */
async function pinContent(
  { git, redactor }: ControllerContext,
  attempt: PinnedAttempt,
  { id, names, result, path, content }: {
    id: string;
    names: TaskNames;
    result: TaskResult;
    path: string;
    content: WorktreeContent;
  },
): Promise<string | null> {
  const { status, log, ignored, unwatched, exact } = content;
  const own = git.at(path);
  const ref = snapshotRef(names.ref, attempt.serial);
  const pinned = isUncommitted(content) || status.head !== attempt.base_commit
    ? await takeSnapshot(own, {
      ref,
      status,
      title: redactor.text(`${oneLine(id)}, attempt ${attempt.serial}`),
      ignored: ignored.held,
      unwatched,
      exact,
    })
    : null;
  // What was judged is pinned too when the branch moved away from it.
  const judged = result.metadata?.head_commit;
  if (judged && status.head !== judged && await resolveCommit(git, judged) !== null) {
    await git.read(["update-ref", `${ref}-judged`, judged]);
  }
  if (await keepLeftCommits(own, names.ref, { head: status.head, log })) {
    enterWarning(result.metadata ??= {}, redactor.text(describeLeftCommits(names.ref)));
  }
  return pinned;
}

function bounded(paths: readonly string[]): string[] {
  const more = paths.length - mostListed;
  return more > 0 ? [...paths.slice(0, mostListed), `… and ${more} more`] : [...paths];
}

/** Removes a worktree that is pinned whole, as far as nobody wrote into it since. */
export async function removeWorktree(
  { git, redactor }: ControllerContext,
  path: string,
  pinned: FolderLook,
): Promise<Removal> {
  const { left, why } = await endRemoval(git, path, pinned);
  return { left, why: why === null ? null : redactor.text(why) };
}

/** Takes a worktree that is gone out of the ledger; one that is whole can be used again. */
export function forgetWorktree(
  state: State,
  path: string | null,
  left: Removal["left"],
): void {
  const owned = path === null ? undefined : state.worktrees[path];
  if (path === null || owned === undefined) return;
  if (left === "nothing") delete state.worktrees[path];
  else if (left === "all" && owned.phase === "removing") owned.phase = "ready";
}
