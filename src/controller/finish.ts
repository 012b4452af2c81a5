/**
 * The end of an attempt: from its verdict on disk to the removal of its worktree. Each
 * step can be done again, so that recovery goes on where a crash stopped it.
 *
 * @module
 */
import { handoverHint } from "../dispatcher/handover.ts";
import { needsReview } from "../protocol/text.ts";
import type { FolderLook } from "../dispatcher/folder_look.ts";
import { forgetRegistration, type Removal } from "../dispatcher/remove_worktree.ts";
import type { WorktreeContent } from "../dispatcher/worktree_content.ts";
import { type EventDraft, isRecord, makeEvent } from "../protocol/events.ts";
import type { AcceptedFrom, RunningAttempt, Task, Verdict } from "../protocol/generated/types.ts";
import { type TaskNames, taskNames } from "../protocol/names.ts";
import { isQuestion, type Outcome } from "../protocol/outcomes.ts";
import { redactVerdict } from "../redaction/redact_formats.ts";
import type { View } from "../store/store.ts";
import { removeAttemptFiles } from "./attempt_folder.ts";
import {
  describeLeftOut,
  forgetWorktree,
  pinWorktree,
  readHeld,
  removeWorktree,
} from "./clear_worktree.ts";
import type { ControllerContext } from "./context.ts";
import { placeHold } from "./holds.ts";
import { describeTask } from "./event_metadata.ts";
import { releasePorts } from "./reserved_ports.ts";
import { retireResult } from "./previous_failure.ts";
import { changedRules, tellRules } from "./task_rules.ts";
import { describeVanished, ownPutBack, tellQueue, vanishedTasks } from "./lost_queue.ts";
import { writeAttemptResult, writeTaskResult } from "./write_result.ts";
import { reach } from "../sys/fail_points.ts";

/** Outcomes after which a worktree is never removed. */
const staying: readonly Outcome[] = ["handed_over", "worktree_failed"];

/** A task whose attempt ended. */
export interface EndedAttempt {
  id: string;
  status: Verdict["next_status"];
  outcome: Outcome;
}

/**
 * Makes a verdict durable, then finishes the attempt.
 *
 * @param drafts Events that are to be told with the verdict.
 */
export async function endAttempt(
  context: ControllerContext,
  id: string,
  verdict: Verdict,
  drafts: readonly EventDraft[] = [],
): Promise<EndedAttempt> {
  const { store, redactor, world } = context;
  const held = store.readState().running[id];
  // Git reads what the worktree holds while the verdict is written.
  const content = held && isRemovable(context, held, verdict) ? readHeld(context, held) : null;
  content?.catch(() => {}); // Told where it is awaited.
  const events = drafts.map((draft) => makeEvent(draft, world.clock.now()));
  const { attempt, told, notes } = await store.change(({ queue, state }) => {
    const running = state.running[id];
    const gone = store.vanished.get(id)?.raw;
    const changed = running ? changedRules(queue.find(id) ?? gone, running) : null;
    const notes = gone === undefined ? [] : [ownPutBack];
    const others = vanishedTasks(store, Date.parse(running?.started_at ?? "")).filter((other) =>
      other !== id
    );
    if (others.length > 0) notes.push(describeVanished(others));
    const whole = tellQueue(changed ? tellRules(verdict, changed) : verdict, notes);
    const told = redactVerdict(redactor, whole);
    const attempt = running && { ...running, phase: "finishing" as const, verdict: told };
    if (attempt) state.running[id] = attempt;
    const patches = changed ? [{ id, fields: changed.fields }] : [];
    const added = isRecord(gone) ? [{ ...gone, ...changed?.fields }] : [];
    if (changed) notes.push(changed.told);
    return { change: { state, patches, added, events }, result: { attempt, told, notes } };
  });
  events.forEach(context.onEvent);
  for (const note of notes) context.onNote(redactor.text(`${id}: ${note}`));
  reach("verdict.written");
  if (attempt) await finishAttempt(context, id, attempt, told, content);
  return { id, status: told.next_status, outcome: told.outcome };
}

/**
 * Does what follows from a durable verdict: snapshot, result, status with its event,
 * removal of the worktree.
 *
 * @param content What the worktree holds, where that is being read already.
 */
export async function finishAttempt(
  context: ControllerContext,
  id: string,
  attempt: RunningAttempt,
  verdict: Verdict,
  content: Promise<WorktreeContent> | null = null,
): Promise<void> {
  const names = await taskNames(id);
  const ends = verdict.next_status !== "pending";
  const removable = isRemovable(context, attempt, verdict);
  const result = structuredClone(verdict.result);
  const about = { id, names, result, content };
  const pinned = removable ? await pinWorktree(context, attempt, about) : null;
  const removes = pinned !== null;
  if (removable && !removes) {
    context.onNote(`${id}: ${result.metadata?.warnings?.at(-1) ?? "the worktree stays"}`);
  }
  const leftOut = removes ? result.metadata?.ignored_left_out ?? [] : [];
  if (leftOut.length > 0) context.onNote(`${id}: not kept are ${describeLeftOut(leftOut)}`);
  if (attempt.accept) retireEarlier(context, id, names, attempt);
  if (ends) writeTaskResult(context, id, names, result);
  else writeAttemptResult(context, names, attempt.serial, result);
  reach("result.written");
  const event = await context.store.change((view) =>
    settle(context, view, { id, attempt, verdict, removes })
  );
  if (event) context.onEvent(event);
  reach("status.written");
  removeAttemptFiles(context, names, attempt.serial);
  const left = await remove(context, attempt, pinned);
  reach("removal.done");
  const { port_base: base = null } = attempt;
  const count = context.settings.macp.ports_per_slot;
  if (base !== null) releasePorts(context.world, { base, count });
  await context.store.change(({ state }) => {
    delete state.running[id];
    forgetWorktree(state, attempt.worktree, left);
    return { change: { state }, result: null };
  });
  reach("attempt.forgotten");
}

/** Whether the worktree goes with the attempt, when all that it holds is pinned. */
function isRemovable(
  { settings }: ControllerContext,
  { accept, worktree, branch }: RunningAttempt,
  { next_status, outcome }: Verdict,
): boolean {
  // What could not be set up may be somebody else's: it is left alone.
  const goes = !accept || next_status === "completed" || outcome === "cancelled";
  return next_status !== "pending" && goes && worktree !== null && branch !== null &&
    settings.macp.cleanup_worktrees && !staying.includes(outcome);
}

/** An acceptance leaves the result of before where it is until it has one of its own. */
function retireEarlier(
  context: ControllerContext,
  id: string,
  names: TaskNames,
  { serial }: RunningAttempt,
): void {
  const raw = context.store.readQueue().find(id);
  const named = isRecord(raw) && typeof raw.result_path === "string" ? raw.result_path : null;
  retireResult(context, { id, ...(named === null ? {} : { result_path: named }) }, names, serial);
}

/** Removes a pinned worktree; where somebody else removed it, git is told. What is left of it. */
async function remove(
  context: ControllerContext,
  { worktree }: RunningAttempt,
  pinned: FolderLook | null,
): Promise<Removal["left"]> {
  if (worktree === null) return "all";
  if (pinned !== null) {
    const { left, why } = await removeWorktree(context, worktree, pinned);
    if (why !== null) context.onNote(`The worktree ${worktree} stays: ${why}`);
    return left;
  }
  // What a removal left that was cut short is not whole.
  if (context.world.files.lstat(worktree) !== null) return "some";
  await forgetRegistration(context.git, worktree);
  return "nothing";
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
  const now = world.clock.now();
  if (verdict.hold) placeHold(state, verdict.hold, { taskId: id, now });
  const raw = queue.find(id);
  if (isRecord(raw) && isSettled(raw, attempt, verdict)) {
    return { change: { state }, result: null };
  }
  // A task that somebody took out of the queue ends all the same.
  const task = isRecord(raw) ? raw as Task : { id, title: "", status: "running" } as Task;
  const { result } = verdict;
  const open = openQuestion(attempt, verdict);
  const fields: Record<string, unknown> = {
    status: verdict.next_status,
    outcome: open?.outcome ?? verdict.outcome,
    reason: open?.reason ?? result.error ?? undefined,
    not_before: verdict.not_before ?? undefined,
    cancel_requested: undefined,
    attempts: verdict.spent ? result.attempt : attempt.attempts_before,
    last_attempt: attempt.serial,
    ...(result.pr ? { pr: result.pr } : {}),
  };
  const event = makeEvent({
    event_type: eventTypeOf(verdict),
    task_id: id,
    status: verdict.next_status,
    source: "controller",
    message: messageFor(id, verdict),
    metadata: {
      ...describeTask(task, settings, {
        attempt: result.attempt ?? 0,
        maxAttempts: result.max_attempts ?? 1,
      }),
      outcome: verdict.outcome,
      ...(verdict.outcome === "completed" ? { gates: result.metadata?.gates?.length ?? null } : {}),
      duration_seconds: result.metadata?.duration_seconds ?? null,
      ...(verdict.not_before ? { not_before: verdict.not_before } : {}),
      ...(verdict.hold
        ? { held_runtime: verdict.hold.runtime, held_until: verdict.hold.until }
        : {}),
    },
  }, now);
  return { change: { state, patches: [{ id, fields }], events: [event] }, result: event };
}

function eventTypeOf({ next_status }: Verdict) {
  return next_status === "pending" ? "task.retry.scheduled" : `task.${next_status}` as const;
}

function messageFor(
  id: string,
  { next_status, not_before, outcome, result, hold }: Verdict,
): string {
  if (next_status === "completed") {
    return result.metadata?.gates?.length === 0 ? "Task completed (no gates)" : "Task completed";
  }
  if (hold) return `Runtime ${hold.runtime} is held until ${hold.until}: ${hold.reason}`;
  const why = result.error ?? outcome;
  if (next_status === "failed") return why;
  if (outcome === "handed_over") return needsReview(`${why}; ${handoverHint(id)}`);
  if (next_status === "escalated") return needsReview(why);
  return not_before ? `Retry at ${not_before}: ${why}` : `Queued again: ${why}`;
}

/**
 * The question that a task still asks after an acceptance that was refused, or null: what the
 * gates said stands in the result, and answers nothing.
 */
function openQuestion({ accept }: RunningAttempt, { next_status }: Verdict): AcceptedFrom | null {
  return accept && next_status === "escalated" && isQuestion(accept.outcome) ? accept : null;
}

/** Whether the queue says already what the verdict says, or what a person said. */
function isSettled(
  raw: Record<string, unknown>,
  attempt: RunningAttempt,
  verdict: Verdict,
): boolean {
  const { next_status } = verdict;
  const outcome = openQuestion(attempt, verdict)?.outcome ?? verdict.outcome;
  const isOwn = raw.last_attempt === attempt.serial;
  if (raw.status === next_status) return isOwn && raw.outcome === outcome;
  // What a worker or a gate wrote there is no end; a person's word is.
  return raw.status === "failed" && raw.outcome === "cancelled";
}
