/**
 * What a worker changed of what decides what git sees: remembered until it is as before, as
 * no gate of any task can be believed meanwhile.
 *
 * @module
 */
import { type GitView, readGitView, undoing } from "../dispatcher/git_view.ts";
import { MacpError } from "../protocol/errors.ts";
import type { ChangedGitView } from "../protocol/generated/types.ts";
import { sha256Hex } from "../protocol/names.ts";
import type { ControllerContext } from "./context.ts";

/** Remembers the values before a worker changed them; those that are remembered stay. */
export async function rememberView(
  { store, world }: ControllerContext,
  taskId: string,
  before: Readonly<Record<string, string | null>>,
): Promise<void> {
  const hashes: Record<string, string | null> = {};
  for (const [name, value] of Object.entries(before)) hashes[name] = await hashOf(name, value);
  await store.change(({ state }) => {
    const since = new Date(world.clock.now()).toISOString();
    const known = state.git_view ?? { task_id: taskId, since, before: {} };
    state.git_view = { ...known, before: { ...hashes, ...known.before } };
    return { change: { state }, result: null };
  });
}

/** Why what git sees cannot be trusted, with the way out; null, and forgotten, when it can. */
export async function whyDistrusted(
  { store }: ControllerContext,
  view: GitView,
): Promise<string | null> {
  const changed = store.readState().git_view;
  if (changed === undefined) return null;
  const why = await describeDistrust(changed, view);
  if (why !== null) return `No gate can be believed as ${why.what}. To undo it: ${why.undo}`;
  await store.change(({ state }) => {
    delete state.git_view;
    return { change: { state }, result: null };
  });
  return null;
}

/** Throws `MacpError` of kind failure when what git sees in the repository cannot be trusted. */
export async function requireTrustedView(context: ControllerContext): Promise<void> {
  if (context.store.readState().git_view === undefined) return;
  const why = await whyDistrusted(context, await readGitView(context.git));
  if (why !== null) throw new MacpError("failure", why, { code: "git_view_changed" });
}

/** What is still changed, and how it is undone; null when all is as before. Pure but for hashing. */
export async function describeDistrust(
  { task_id: id, before }: ChangedGitView,
  view: GitView,
): Promise<{ what: string; undo: string } | null> {
  const left: string[] = [];
  for (const [name, hash] of Object.entries(before)) {
    // Settings of a worktree went, or stay, with it.
    if (name.endsWith(" (worktree)")) continue;
    if (await hashOf(name, view[name] ?? null) !== hash) left.push(name);
  }
  if (left.length === 0) return null;
  const what = `the worker of ${id} changed what git sees in the repository: ${left.join(", ")}`;
  const undo = left.map((name) => undoing(name, before[name] === null ? null : undefined));
  // The ledger knows hashes only; the result of that attempt told what is short.
  const had = left.some((name) => before[name] !== null);
  return { what, undo: [...undo, ...had ? [`to what, tells: macp show ${id}`] : []].join("; ") };
}

/** A file that is not there is as an empty one. */
async function hashOf(name: string, value: string | null): Promise<string | null> {
  const none = value === null || (value === "" && name.startsWith("/"));
  return none ? null : await sha256Hex(value);
}
