/**
 * Worktrees of tasks that the ledger does not name any more: it was lost, or an older one was
 * put in its place. Their mark tells whose they are.
 *
 * @module
 */
import { markedWorktrees } from "../dispatcher/owned_mark.ts";
import { ownershipRef, resolveCommit } from "../git/refs.ts";
import { isRecord } from "../protocol/events.ts";
import type { OwnedWorktree, State } from "../protocol/generated/types.ts";
import { taskNames } from "../protocol/names.ts";
import { isTerminal } from "../protocol/outcomes.ts";
import { statusOf } from "../protocol/task.ts";
import type { ControllerContext } from "./context.ts";

type Lost = State["worktrees"];

/** What the ledger should say of them, by path. Changes nothing. */
export async function lostWorktrees(
  { git, store, world }: Pick<ControllerContext, "git" | "store" | "world">,
): Promise<Lost> {
  const lost: Lost = {};
  const marked = await markedWorktrees(git);
  const { worktrees } = store.readState();
  for (const { path, taskId: id, branch: current } of marked) {
    if (Object.hasOwn(worktrees, path)) continue;
    const raw = store.readQueue().find(id);
    const named = isRecord(raw) && typeof raw.branch === "string" ? raw.branch : current;
    if (named === null) continue;
    const owner = await ownershipRef((await taskNames(id)).ref, named);
    const base = await resolveCommit(git, owner);
    if (base !== null) lost[path] = entryOf({ id, branch: named, base, raw }, world.clock.now());
  }
  return lost;
}

/** Enters them in the ledger again. */
export async function adoptWorktrees(context: ControllerContext): Promise<void> {
  const lost = Object.entries(await lostWorktrees(context));
  if (lost.length === 0) return;
  const adopted = await context.store.change(({ state }) => {
    // Who removes one meanwhile removes the folder first.
    const still = lost.filter(([path]) =>
      !Object.hasOwn(state.worktrees, path) && context.world.files.lstat(path) !== null
    );
    Object.assign(state.worktrees, Object.fromEntries(still));
    return { change: { state }, result: still };
  });
  for (const [path, { task_id: id }] of adopted) {
    context.onNote(`${id}: the ledger had lost its worktree ${path}; it names it again`);
  }
}

/** Nobody knows whether a person had that of a task that has ended: it goes only when asked for. */
function entryOf(
  { id, branch, base, raw }: { id: string; branch: string; base: string; raw: unknown },
  now: number,
): OwnedWorktree {
  const status = statusOf(raw);
  const time = new Date(now).toISOString();
  return {
    task_id: id,
    branch,
    phase: "ready",
    created_at: time,
    base_commit: base,
    ...(status === null || isTerminal(status) ? { restored_at: time } : {}),
  };
}
