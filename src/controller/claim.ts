/**
 * Claiming a task: from here on its attempt counts.
 *
 * @module
 */
import { attemptResultsFolder } from "../dispatcher/result_paths.ts";
import { checkPlace } from "../dispatcher/check_place.ts";
import { taskPlace } from "../dispatcher/worktree_place.ts";
import { isRecord, makeEvent } from "../protocol/events.ts";
import type { OwnedWorktree, RunningAttempt, State, Task } from "../protocol/generated/types.ts";
import type { TaskNames } from "../protocol/names.ts";
import { isMacpAware, maxAttemptsOf } from "../protocol/task.ts";
import type { View } from "../store/store.ts";
import { reach } from "../sys/fail_points.ts";
import type { Files } from "../sys/files.ts";
import { taskBranch } from "./task_branch.ts";
import type { ControllerContext } from "./context.ts";
import { describeTask } from "./event_metadata.ts";
import { attemptOf } from "./owners.ts";
import { choosePortBase, firstPort } from "./ports.ts";
import { type KnownNames, placesInUse } from "./places_in_use.ts";
import { nextStep, underWay } from "./schedule.ts";
import { reservedPorts, reservePorts } from "./reserved_ports.ts";
import { nextSerial } from "./serials.ts";
import { rulesOf } from "./task_rules.ts";

/** Most blocks of ports that another repository takes in the very same moment. */
const mostTries = 50;

/** An attempt that was claimed. */
export interface Claimed {
  task: Task;
  names: TaskNames;
  attempt: RunningAttempt;
  /** Spent attempts, this one included. */
  attempts: number;
  maxAttempts: number;
  /** What the ledger said of the worktree's place before the claim, or null. */
  owned: OwnedWorktree | null;
  /** When it was claimed, on the clock that never jumps. */
  begun: number;
}

/**
 * Claims the task, unless something changed since it was chosen: then null, and
 * nothing changed.
 *
 * @param known Names of the tasks among which it was chosen.
 */
export async function claimTask(
  context: ControllerContext,
  id: string,
  names: TaskNames,
  known: Pick<KnownNames, "of">,
): Promise<Claimed | null> {
  const now = context.world.clock.now();
  const attemptId = context.world.uuid();
  const claimed = await context.store.change(({ queue, state }) => {
    const plan = { queue, holds: state.holds ?? {}, settings: context.settings, now };
    const step = nextStep(plan, underWay(state, placesInUse(context, state, known)));
    if (step.kind !== "claim" || step.id !== id) return { change: null, result: null };
    const claimed = claimedTask(context, { queue, state }, names, { id, attemptId, now });
    const { task, attempt, attempts, maxAttempts } = claimed;
    const event = makeEvent({
      event_type: "task.assigned",
      task_id: id,
      status: "running",
      source: "controller",
      message: "Task assigned",
      metadata: describeTask(task, context.settings, { attempt: attempts, maxAttempts }),
    }, now);
    state.running[id] = attempt;
    placeWorktree(state, claimed);
    const fields = {
      status: "running",
      attempts,
      last_attempt: attempt.serial,
      ...(attempt.branch === null ? {} : { branch: attempt.branch }),
      ...cleared(task),
    };
    return {
      change: { state, patches: [{ id, fields }], events: [event] },
      result: { claimed, event },
    };
  });
  if (claimed === null) return null;
  reach("task.claimed");
  context.onEvent(claimed.event);
  return claimed.claimed;
}

function claimedTask(
  context: ControllerContext,
  { queue, state }: View,
  names: TaskNames,
  { id, attemptId, now }: { id: string; attemptId: string; now: number },
): Claimed {
  const { world, store, settings } = context;
  const task = queue.find(id) as Task;
  const before = task.attempts ?? 0;
  const traces = {
    logs: store.paths.logs,
    attemptResults: attemptResultsFolder(store.paths, settings),
  };
  const usesWorktree = isMacpAware(task) && task.worktree !== ".";
  const worktree = usesWorktree ? usablePlace(context, task, names, state) : null;
  const owned = ownedAt(world.files, state, worktree);
  return {
    task,
    names,
    attempts: before + 1,
    maxAttempts: maxAttemptsOf(task, settings),
    owned,
    begun: world.clock.elapsed(),
    attempt: {
      attempt_id: attemptId,
      serial: nextSerial(world.files, traces, names, task),
      attempts_before: before,
      phase: "claimed",
      started_at: new Date(now).toISOString(),
      legacy: !isMacpAware(task),
      worktree,
      branch: usesWorktree ? taskBranch(context, task, names) : null,
      base_commit: baseOf(owned),
      worker: null,
      verdict: null,
      slot: freeSlot(state),
      port_base: freePorts(context, state),
      rules: rulesOf(task),
    },
  };
}

/**
 * What the ledger says of a place before it is claimed, or null. A worktree that somebody
 * removed is made anew, and unfinished until then.
 */
export function ownedAt(
  files: Files,
  { worktrees }: State,
  path: string | null,
): OwnedWorktree | null {
  const owned = path === null ? undefined : worktrees[path];
  if (path === null || owned === undefined) return null;
  if (owned.phase === "ready" && files.lstat(path) === null) owned.phase = "adding";
  return structuredClone(owned);
}

/**
 * Base of a worktree that somebody worked in: its work is pinned before the worktree goes,
 * whatever comes of this attempt. Null for one that nobody has seen.
 */
export function baseOf(owned: OwnedWorktree | null): string | null {
  return owned?.phase === "ready" ? owned.base_commit : null;
}

/** The first slot that no attempt under way has. */
export function freeSlot({ running }: State): number {
  const taken = new Set(Object.values(running).map(({ slot }) => slot));
  let slot = 0;
  while (taken.has(slot)) slot++;
  return slot;
}

/**
 * First port of a block that neither an attempt under way, here or in another repository, nor
 * a server has; null without one. It is reserved for this process.
 */
export function freePorts(
  { world, settings: { macp }, git }: ControllerContext,
  { running }: State,
): number | null {
  const perSlot = macp.ports_per_slot;
  for (let tries = 1;; tries++) {
    const others = reservedPorts(world);
    const isReserved = (port: number) =>
      others.some(({ base, count }) => port >= base && port < base + count);
    const base = choosePortBase({
      first: firstPort(macp.port_base, git.cwd, perSlot),
      perSlot,
      taken: Object.values(running).flatMap(({ port_base }) => port_base ?? []),
      isFree: (port) => !isReserved(port) && world.ports.isFree(port),
    });
    if (base === null || tries > mostTries) return base;
    if (reservePorts(world, { base, count: perSlot })) return base;
  }
}

/**
 * Place of the task's worktree; null where none may stand, which the dispatcher then
 * reports.
 */
function usablePlace(
  { git, settings }: ControllerContext,
  task: Task,
  names: TaskNames,
  { worktrees }: State,
): string | null {
  try {
    const ownerOf = (path: string) => worktrees[path]?.task_id ?? null;
    return checkPlace(git, taskPlace(git, settings, task, names), ownerOf, task.id);
  } catch {
    return null;
  }
}

/** The ledger names the worktree before it is made. */
export function placeWorktree(
  state: State,
  { task, attempt }: Pick<Claimed, "task" | "attempt">,
): void {
  if (attempt.worktree === null) return;
  const owned = state.worktrees[attempt.worktree] ??= {
    task_id: task.id,
    branch: attempt.branch ?? "",
    phase: "adding",
    created_at: attempt.started_at,
    base_commit: null,
  };
  if (owned.phase === "removing") owned.phase = "adding";
}

/** Fields of an attempt before that say nothing of this one. */
function cleared(task: Task): Record<string, undefined> {
  const fields = ["not_before", "outcome", "reason", "cancel_requested"];
  return Object.fromEntries(fields.filter((name) => name in task).map((name) => [name, undefined]));
}

/** Whether a person asked to end the task's running attempt; its entry may be gone since. */
export function isCancelRequested({ queue, state }: View, id: string): boolean {
  const raw = queue.find(id);
  return (isRecord(raw) && raw.cancel_requested === true) ||
    attemptOf(state, id)?.cancel_requested === true;
}
