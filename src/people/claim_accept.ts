/**
 * Claiming a task whose work a person or another agent left, so that its gates run beside
 * a controller. What the task was before is kept, for an acceptance that comes to nothing.
 *
 * @module
 */
import { attemptResultsFolder } from "../dispatcher/result_paths.ts";
import { checkPlace } from "../dispatcher/check_place.ts";
import { taskPlace } from "../dispatcher/worktree_place.ts";
import { messageOf } from "../protocol/errors.ts";
import type { AcceptedFrom, RunningAttempt, Task } from "../protocol/generated/types.ts";
import type { TaskNames } from "../protocol/names.ts";
import { checkTask, isMacpAware, maxAttemptsOf, statusOf } from "../protocol/task.ts";
import { shellWord } from "../protocol/text.ts";
import { describeFault } from "../protocol/validation.ts";
import type { View } from "../store/store.ts";
import {
  baseOf,
  type Claimed,
  freePorts,
  freeSlot,
  ownedAt,
  placeWorktree,
} from "../controller/claim.ts";
import { taskBranch } from "../controller/task_branch.ts";
import type { ControllerContext } from "../controller/context.ts";
import { whyBusy } from "../controller/hold_task.ts";
import { refusal } from "./interventions.ts";
import { underWay } from "../controller/schedule.ts";
import { nextSerial } from "../controller/serials.ts";
import { rulesOf } from "../controller/task_rules.ts";

/** A task that can be accepted. */
export interface Acceptable {
  task: Task;
  /** What it is until then. */
  before: AcceptedFrom;
}

/**
 * The task when it waits for a person and has work of its own. Throws `MacpError` of kind
 * usage, with the way out, when it does not.
 */
export function requireAcceptable({ queue }: Pick<View, "queue">, id: string): Acceptable {
  const raw = queue.find(id);
  const status = statusOf(raw);
  const word = shellWord(id);
  const refuse = (why: string, ...hints: string[]) => refusal("accept", id, why, hints);
  if (status === "pending") throw refuse("it is pending", "Run it with: macp drain");
  if (status === "completed") {
    throw refuse("it is completed already", `Land it with: macp land ${word}`);
  }
  if (status === "running" || status === "gated") {
    throw refuse(`it is ${status}`, "Wait until its attempt has ended: macp status");
  }
  if (raw !== undefined && !isMacpAware(raw)) {
    throw refuse(
      "it is a legacy task without work of its own",
      `Queue it again with: macp retry ${word}`,
    );
  }
  const checked = checkTask(raw);
  if (checked.ok && (status === "failed" || status === "escalated")) {
    const { outcome, reason } = checked.task;
    return {
      task: checked.task,
      before: { status, outcome: outcome ?? null, reason: reason ?? null },
    };
  }
  const faults = checked.ok ? [] : checked.faults.map((fault) => describeFault("task", fault));
  throw refuse(
    `it is invalid: ${faults.join("; ")}`,
    `Mend it in tasks.json (macp validate tells what is wrong), then: macp retry ${word}`,
  );
}

/** Nothing else is done to the task's worktree now. Throws `MacpError` of kind usage. */
export function requireIdle({ world }: ControllerContext, view: View, id: string): void {
  const busy = whyBusy(world, view, id);
  if (busy === null) return;
  throw refusal("accept", id, busy, ["Wait until that has ended: macp status"]);
}

/** Claims the task for this process. Throws as `requireAcceptable` does. */
export async function claimAccept(
  context: ControllerContext,
  id: string,
  names: TaskNames,
): Promise<Claimed> {
  const attemptId = context.world.uuid();
  return await context.store.change((view) => {
    const claimed = claimedTask(context, view, names, { id, attemptId });
    const { attempt } = claimed;
    view.state.running[id] = attempt;
    placeWorktree(view.state, claimed);
    const fields = {
      status: "gated",
      last_attempt: attempt.serial,
      ...(attempt.branch === null ? {} : { branch: attempt.branch }),
      outcome: undefined,
      reason: undefined,
      cancel_requested: undefined,
    };
    return { change: { state: view.state, patches: [{ id, fields }] }, result: claimed };
  });
}

function claimedTask(
  context: ControllerContext,
  view: View,
  names: TaskNames,
  { id, attemptId }: { id: string; attemptId: string },
): Claimed {
  const { world, store, settings } = context;
  const { task, before } = requireAcceptable(view, id);
  const busy = whyBusy(world, view, id);
  if (busy !== null) throw refusal("accept", id, busy, ["Try again when that has ended"]);
  requireIdle(context, view, id);
  const traces = {
    logs: store.paths.logs,
    attemptResults: attemptResultsFolder(store.paths, settings),
  };
  const usesWorktree = task.worktree !== ".";
  if (!usesWorktree && underWay(view.state).inCheckout) {
    throw refusal("accept", id, "another attempt works in the main checkout", [
      "Wait until it has ended: macp status",
    ]);
  }
  const worktree = usesWorktree ? ownPlace(context, task, names, view) : null;
  const owned = ownedAt(world.files, view.state, worktree);
  const spent = task.attempts ?? 0;
  const attempt: RunningAttempt = {
    attempt_id: attemptId,
    serial: nextSerial(world.files, traces, names, task),
    attempts_before: spent,
    phase: "claimed",
    started_at: new Date(world.clock.now()).toISOString(),
    legacy: false,
    worktree,
    branch: usesWorktree ? taskBranch(context, task, names) : null,
    base_commit: baseOf(owned),
    worker: null,
    verdict: null,
    slot: freeSlot(view.state),
    port_base: freePorts(context, view.state),
    owner: world.processes.self(),
    accept: before,
    rules: rulesOf(task),
  };
  return {
    task,
    names,
    attempt,
    attempts: spent,
    maxAttempts: maxAttemptsOf(task, settings),
    owned,
    begun: world.clock.elapsed(),
  };
}

/** Place of the task's worktree. Throws `MacpError` when something else stands there. */
export function ownPlace(
  { git, settings }: ControllerContext,
  task: Task,
  names: TaskNames,
  { state: { worktrees } }: Pick<View, "state">,
): string {
  try {
    const ownerOf = (path: string) => worktrees[path]?.task_id ?? null;
    return checkPlace(git, taskPlace(git, settings, task, names), ownerOf, task.id);
  } catch (error) {
    throw refusal("accept", task.id, `its worktree cannot be used: ${messageOf(error)}`, [
      "Move away what stands there; macp clean --dry-run tells what macp owns",
    ]);
  }
}
