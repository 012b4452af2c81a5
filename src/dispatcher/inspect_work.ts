/**
 * What a worker left in its checkout.
 *
 * @module
 */
import { join } from "@std/path";
import { commitAll, readChanges } from "../git/changes.ts";
import type { Git } from "../git/git.ts";
import { lookAgain, readChanged } from "../git/overlooked.ts";
import { type CheckoutStatus, isDirty, readStatus } from "../git/status.ts";
import { messageOf } from "../protocol/errors.ts";
import type { Failure } from "../protocol/outcomes.ts";
import { findGateFileChanges, gateFileRules } from "./gate_file_changes.ts";
import { whyForeign } from "./owned_mark.ts";
import { markFiles } from "./run_setup.ts";
import { changedViews, isSparse, readGitView, undoing } from "./git_view.ts";
import { unwatchedFiles } from "./hidden_changes.ts";
import { leftoverMessage } from "./leftover_message.ts";
import { gitFolderOf } from "./stale_locks.ts";
import type { Dispatched, DispatchRequest } from "./dispatch_request.ts";

/**
 * Looks at what the worker left. After a good end the rest is committed, so that gates
 * judge the branch.
 */
export async function inspectWork(request: DispatchRequest, dispatched: Dispatched): Promise<void> {
  const git = request.git.at(dispatched.cwd);
  const elsewhere = request.branch === null ? null : await whyElsewhere(request, dispatched.cwd);
  if (elsewhere !== null) {
    dispatched.failure = { outcome: "worker_failed", error: elsewhere };
    return;
  }
  try {
    const { status, hidden } = request.branch === null
      ? { status: await readStatus(git), hidden: null }
      : await lookThrough(request, dispatched);
    dispatched.dirty = isDirty(status);
    dispatched.headCommit = status.head;
    const ended = dispatched.failure === null && !dispatched.aborted;
    if (ended && request.branch !== null) {
      dispatched.failure = hidden ?? judgeCheckout(status, request, dispatched);
      if (dispatched.failure === null && dispatched.dirty) {
        dispatched.headCommit = await commitAll(git, status, leftoverMessage(request));
      }
    }
    const { baseCommit, headCommit } = dispatched;
    if (baseCommit && headCommit) {
      dispatched.changes = await readChanges(git, baseCommit, headCommit);
      dispatched.onlySetup = await isOfSetup(git, dispatched);
      await lookAtGateFiles(request, dispatched, status);
    }
  } catch (error) {
    const why = await standsOnNothing(git) ? "its branch has no commit any more" : messageOf(error);
    dispatched.failure ??= {
      outcome: "worker_failed",
      error: `The worktree cannot be read after the worker: ${why}`,
    };
  }
}

/** Whether HEAD stands for a branch that does not exist. */
async function standsOnNothing(git: Git): Promise<boolean> {
  const asked = git.run(["rev-parse", "--verify", "--quiet", "HEAD"]);
  // Another code says that git cannot read the worktree at all.
  return await asked.then(({ code }) => code === 1, () => false);
}

/** Why what stands in the worktree's place is not what macp made there, or null. */
async function whyElsewhere(
  { git, task: { id }, branch }: DispatchRequest,
  path: string,
): Promise<string | null> {
  const { files } = git.world;
  if (files.lstat(path) === null) return `The worktree disappeared during the attempt: ${path}`;
  if (files.lstat(join(path, ".git")) === null) {
    return `The worktree is none any more after the attempt, its .git is gone: ${path}`;
  }
  const foreign = await whyForeign(git, path, { task_id: id, branch: branch ?? "" });
  return foreign && `The worktree is not there any more after the attempt, ${foreign}: ${path}`;
}

/**
 * The status of the files themselves, whatever the index says of their times and sizes; and
 * what was hidden from git.
 */
async function lookThrough(
  request: DispatchRequest,
  dispatched: Dispatched,
): Promise<{ status: CheckoutStatus; hidden: Failure | null }> {
  const { git, folder } = request;
  const { cwd, warnings } = dispatched;
  const own = git.at(cwd);
  const place = gitFolderOf(git.world.files, cwd) ?? folder;
  // What takes longest begins first.
  const [changed, status, hidden] = await Promise.all([
    readChanged(own, join(place, `macp-${git.world.uuid()}.index`)),
    readStatus(own),
    findHidden(request, dispatched),
  ]);
  const seen = new Set([...status.changed, ...status.unmerged]);
  const overlooked = changed.filter((path) => !seen.has(path));
  if (overlooked.length === 0) return { status, hidden };
  await lookAgain(own, overlooked);
  const again = await readStatus(own);
  const found = overlooked.filter((path) => again.changed.includes(path));
  if (found.length > 0) warnings.push(`git had taken for unchanged: ${listed(found)}`);
  return { status: again, hidden };
}

/** What the worker changed of what judges it is told, or stops the attempt. */
async function lookAtGateFiles(
  request: DispatchRequest,
  dispatched: Dispatched,
  { changed, untracked }: CheckoutStatus,
): Promise<void> {
  const { baseCommit, headCommit, changes, uncommitted } = dispatched;
  const found = await findGateFileChanges({
    ...gateFileRules(request),
    git: request.git.at(dispatched.cwd),
    base: baseCommit ?? "",
    head: headCommit ?? "",
    files: changes?.files ?? [],
    ...(uncommitted && { uncommitted: { before: uncommitted, now: [...changed, ...untracked] } }),
  });
  dispatched.gateFilesChanged = found;
  if (found.length === 0) return;
  const error = `${leftIn(request)} changed files that decide what gates check: ${listed(found)}`;
  // A person who accepts the work has looked at it.
  const blocks = request.settings.macp.gate_files_policy === "block" && !request.leftBy;
  if (blocks && dispatched.failure === null && !dispatched.aborted) {
    dispatched.failure = { outcome: "gate_files_blocked", error };
  } else dispatched.warnings.push(error);
}

/** Whether the branch holds changes, all of them as the setup made them. */
async function isOfSetup(git: Git, { changes, ready }: Dispatched): Promise<boolean> {
  const left = ready?.setupLeft ?? {};
  const files = changes?.files ?? [];
  if (files.length === 0 || files.some((path) => !Object.hasOwn(left, path))) return false;
  const now = await markFiles(git, files);
  return files.every((path) => now[path] === left[path]);
}

/** The first of some paths. */
function listed(paths: readonly string[], most = 20): string {
  return `${paths.slice(0, most).join(", ")}${paths.length > most ? ", …" : ""}`;
}

/** What a worker hid from git would be judged and not be in the branch. */
async function findHidden(
  request: DispatchRequest,
  { cwd, view }: Dispatched,
): Promise<Failure | null> {
  const git = request.git.at(cwd);
  const who = leftIn(request);
  const now = await readGitView(git);
  const changed = changedViews(view, now);
  const failed = (error: string): Failure => ({ outcome: "worker_failed", error });
  if (changed.length > 0) {
    await request.hooks.viewChanged(
      Object.fromEntries(changed.map((name) => [name, view[name] ?? null])),
    );
    const undo = changed.map((name) => undoing(name, view[name] ?? null));
    return failed(
      `${who} changed what git sees in the repository: ${listed(changed)}. ` +
        `To undo it: ${undo.slice(0, 20).join("; ")}`,
    );
  }
  const unwatched = await unwatchedFiles(git, isSparse(now));
  return unwatched.length === 0 ? null : failed(
    `${who} told git not to look at ${listed(unwatched, 5)}`,
  );
}

/** The branch must hold the work: the worker may not leave it, nor a merge half-way. */
function judgeCheckout(
  status: CheckoutStatus,
  { leftBy, branch }: Pick<DispatchRequest, "leftBy" | "branch">,
  { ready }: Dispatched,
): Failure | null {
  const failed = (error: string): Failure => ({ outcome: "worker_failed", error });
  if (status.branch !== branch) {
    const now = status.branch ?? "a detached HEAD";
    return failed(
      leftBy
        ? `The worktree is on ${now}, not ${branch}`
        : `Worker left the worktree on ${now}, not ${branch}`,
    );
  }
  if (status.unmerged.length > 0) {
    const paths = status.unmerged.join(", ");
    return failed(
      leftBy
        ? `The worktree has merge conflicts in ${paths}`
        : `Worker left merge conflicts in ${paths}`,
    );
  }
  const inside = status.dirtySubmodules.filter((path) =>
    !Object.hasOwn(ready?.setupLeft ?? {}, path)
  );
  if (inside.length === 0) return null;
  const which = `submodule${inside.length === 1 ? "" : "s"} ${listed(inside)}`;
  return failed(
    leftBy
      ? `The worktree has changes inside ${which}, which the branch does not hold`
      : `Worker left changes inside ${which}, which the branch does not hold`,
  );
}

/** Whose work it is that is looked at, as the beginning of a sentence. */
function leftIn({ leftBy }: DispatchRequest): string {
  return leftBy ? "What is to be accepted" : "Worker";
}
