/**
 * The end of an attempt: from its verdict on disk to the removal of its worktree. Each
 * step can be done again, so that recovery goes on where a crash stopped it.
 *
 * @module
 */
import { dirname, join } from "@std/path";
import { cleanupWorktree } from "../dispatcher/worktree.ts";
import { attemptResultPath, resultPath } from "../dispatcher/result_paths.ts";
import { isBelow, realPathOf } from "../dispatcher/worktree_place.ts";
import { takeSnapshot } from "../git/changes.ts";
import { snapshotRef } from "../git/refs.ts";
import { readStatus } from "../git/status.ts";
import { messageOf } from "../protocol/errors.ts";
import { isRecord, makeEvent } from "../protocol/events.ts";
import type {
  RunningAttempt,
  State,
  Task,
  TaskResult,
  Verdict,
} from "../protocol/generated/types.ts";
import { type TaskNames, taskNames } from "../protocol/names.ts";
import { followUp, type Outcome } from "../protocol/outcomes.ts";
import { redactVerdict } from "../redaction/redact_formats.ts";
import { atomicWriteJson } from "../store/atomic_write.ts";
import type { View } from "../store/store.ts";
import type { ControllerContext } from "./context.ts";
import { describeTask } from "./event_metadata.ts";

/** Outcomes after which a worktree is never removed. */
const staying: readonly Outcome[] = ["handed_over", "worktree_failed"];

/** A task whose attempt ended. */
export interface EndedAttempt {
  id: string;
  status: Verdict["next_status"];
  outcome: Outcome;
}

/** Makes a verdict durable, then finishes the attempt. */
export async function endAttempt(
  context: ControllerContext,
  id: string,
  verdict: Verdict,
): Promise<EndedAttempt> {
  const redacted = redactVerdict(context.redactor, verdict);
  const attempt = await context.store.change(({ state }) => {
    const attempt = state.running[id];
    if (attempt) state.running[id] = { ...attempt, phase: "finishing", verdict: redacted };
    return { change: { state }, result: state.running[id] ?? null };
  });
  if (attempt) await finishAttempt(context, id, attempt, redacted);
  return { id, status: redacted.next_status, outcome: redacted.outcome };
}

/**
 * Does what follows from a durable verdict: snapshot, result, status with its event,
 * removal of the worktree.
 */
export async function finishAttempt(
  context: ControllerContext,
  id: string,
  attempt: RunningAttempt,
  verdict: Verdict,
): Promise<void> {
  const names = await taskNames(id);
  const ends = verdict.next_status !== "pending";
  // What could not be set up may be somebody else's: it is left alone.
  const removable = ends && attempt.worktree !== null && attempt.branch !== null &&
    context.settings.macp.cleanup_worktrees && !staying.includes(verdict.outcome);
  const result = structuredClone(verdict.result);
  const removes = removable && await pinWorktree(context, attempt, { id, names, result });
  writeResult(context, id, names, attempt.serial, ends, result);
  const event = await context.store.change((view) =>
    settle(context, view, { id, attempt, verdict, removes })
  );
  if (event) context.onEvent(event);
  removeAttemptFiles(context, names, attempt.serial);
  const gone = removes && attempt.worktree
    ? await removeWorktree(context, attempt.worktree)
    : attempt.worktree !== null && context.world.files.lstat(attempt.worktree) === null;
  await context.store.change(({ state }) => {
    delete state.running[id];
    forgetWorktree(state, attempt.worktree, gone);
    return { change: { state }, result: null };
  });
}

/** Folder of the files through which an attempt talks with its worker. */
export function attemptFolder(
  { store: { paths } }: ControllerContext,
  names: TaskNames,
  serial: number,
): string {
  return join(paths.attempts, names.file, String(serial));
}

function removeAttemptFiles(context: ControllerContext, names: TaskNames, serial: number): void {
  const { files } = context.world;
  const folder = attemptFolder(context, names, serial);
  files.remove(folder, { recursive: true });
  if (files.list(dirname(folder)).length === 0) files.remove(dirname(folder));
}

/** Pins what the worktree holds; whether it may be removed then. */
async function pinWorktree(
  { git, store }: ControllerContext,
  attempt: RunningAttempt,
  { id, names, result }: { id: string; names: TaskNames; result: TaskResult },
): Promise<boolean> {
  const path = attempt.worktree ?? "";
  if (git.world.files.lstat(path) === null) return true;
  const metadata = result.metadata ??= {};
  const stays = (why: string) => {
    metadata.warnings = [...metadata.warnings ?? [], `The worktree stays: ${why}`];
    return false;
  };
  try {
    const status = await readStatus(git.at(path));
    const clean = status.changed.length + status.untracked.length + status.unmerged.length === 0;
    const ref = snapshotRef(names.ref, attempt.serial);
    // Without a base no worker has seen it.
    if (attempt.base_commit !== null && (!clean || status.head !== attempt.base_commit)) {
      await takeSnapshot(git.at(path), {
        ref,
        status,
        message: `macp: snapshot of ${id}, attempt ${attempt.serial}`,
        indexPath: join(store.paths.folder, `snapshot.${names.file}.index`),
      });
      metadata.snapshot_ref = ref;
    }
    const nested = status.nestedRepositories;
    return nested.length === 0 || stays(`it holds repositories of its own: ${nested.join(", ")}`);
  } catch (error) {
    return stays(`it could not be pinned: ${messageOf(error)}`);
  }
}

/** Writes the result to its place; an attempt that is retried has a place of its own. */
function writeResult(
  { world, store, settings }: ControllerContext,
  id: string,
  names: TaskNames,
  serial: number,
  ends: boolean,
  result: TaskResult,
): void {
  const { paths } = store;
  if (!ends) {
    return atomicWriteJson(world, attemptResultPath(paths, settings, names, serial), result);
  }
  const raw = store.readQueue().find(id);
  const named = isRecord(raw) && typeof raw.result_path === "string" ? raw.result_path : undefined;
  const usual = resultPath(paths, settings, names, undefined) ?? "";
  if (named === undefined) return atomicWriteJson(world, usual, result);
  try {
    const path = resultPath(paths, settings, names, named);
    const folder = world.files.realPath(paths.folder);
    if (path === null || !isBelow(realPathOf(world.files, path), folder)) {
      throw new Error("it must name a .json file of its own inside .mosaic/orchestrator");
    }
    atomicWriteJson(world, path, result);
  } catch (error) {
    const metadata = result.metadata ??= {};
    const warning = `result_path ${named} was not used: ${messageOf(error)}`;
    metadata.warnings = [...metadata.warnings ?? [], warning];
    atomicWriteJson(world, usual, result);
  }
}

/**
 * The status and its event. The ledger keeps the attempt until they are durable, and
 * remembers that the worktree goes.
 */
function settle(
  { world, settings }: ControllerContext,
  { queue, state }: View,
  { id, attempt, verdict, removes }: {
    id: string;
    attempt: RunningAttempt;
    verdict: Verdict;
    removes: boolean;
  },
) {
  const owned = attempt.worktree === null ? undefined : state.worktrees[attempt.worktree];
  if (owned && removes) owned.phase = "removing";
  const raw = queue.find(id);
  if (!isRecord(raw) || isSettled(raw, attempt, verdict)) {
    return { change: { state }, result: null };
  }
  const { result } = verdict;
  const fields: Record<string, unknown> = {
    status: verdict.next_status,
    outcome: verdict.outcome,
    reason: result.error ?? undefined,
    not_before: verdict.not_before ?? undefined,
    cancel_requested: undefined,
    ...(verdict.spent ? {} : { attempts: attempt.attempts_before }),
    ...(result.pr ? { pr: result.pr } : {}),
  };
  const event = makeEvent({
    event_type: eventTypeOf(verdict),
    task_id: id,
    status: verdict.next_status,
    source: "controller",
    message: messageFor(verdict),
    metadata: {
      ...describeTask(raw as Task, settings, {
        attempt: result.attempt ?? 0,
        maxAttempts: result.max_attempts ?? 1,
      }),
      outcome: verdict.outcome,
      duration_seconds: result.metadata?.duration_seconds ?? null,
      ...(verdict.not_before ? { not_before: verdict.not_before } : {}),
    },
  }, world.clock.now());
  return { change: { state, patches: [{ id, fields }], events: [event] }, result: event };
}

function eventTypeOf({ next_status }: Verdict) {
  return next_status === "pending" ? "task.retry.scheduled" : `task.${next_status}` as const;
}

function messageFor({ next_status, not_before, outcome, result }: Verdict): string {
  if (next_status === "completed") return "Task completed";
  const why = result.error ?? outcome;
  if (next_status === "failed") return why;
  if (next_status === "escalated") return `${why}. Human review needed.`;
  return not_before ? `Retry at ${not_before}: ${why}` : `Queued again: ${why}`;
}

/** Whether the queue says already what the verdict says, or speaks of a later attempt. */
function isSettled(
  raw: Record<string, unknown>,
  { serial }: RunningAttempt,
  { next_status, outcome }: Verdict,
): boolean {
  if (typeof raw.last_attempt === "number" && raw.last_attempt !== serial) return true;
  if (raw.status === next_status) return raw.outcome === outcome;
  return raw.status === "completed" || raw.status === "failed" || raw.status === "escalated";
}

/** Removes a worktree that is pinned; whether it is gone. */
export async function removeWorktree(context: ControllerContext, path: string): Promise<boolean> {
  const why = await cleanupWorktree(context.git, path);
  if (why !== null) context.onNote(`The worktree ${path} stays: ${why}`);
  return why === null;
}

/** Takes a worktree that is gone out of the ledger; one that stays can be used again. */
export function forgetWorktree(state: State, path: string | null, gone: boolean): void {
  const owned = path === null ? undefined : state.worktrees[path];
  if (path === null || owned === undefined) return;
  if (gone) delete state.worktrees[path];
  else if (owned.phase === "removing") owned.phase = "ready";
}

/** The verdict on an attempt whose result is known. */
export function makeVerdict(
  result: TaskResult,
  end: Parameters<typeof followUp>[0],
): Verdict {
  const next = followUp(end);
  const status = next.status === "pending" ? "failed" : next.status;
  const failed = status === "failed" ? result.completed_at : null;
  return {
    outcome: end.outcome,
    next_status: next.status,
    spent: next.spent,
    not_before: next.notBefore,
    result: {
      ...result,
      status,
      failed_at: failed,
      escalation_reason: status === "escalated" ? result.error ?? null : null,
    },
  };
}
