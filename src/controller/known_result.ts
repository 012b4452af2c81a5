/**
 * What is known of the newest verdict on a task.
 *
 * @module
 */
import { resultPath } from "../dispatcher/result_paths.ts";
import type { Gate } from "../gates/resolve_gates.ts";
import { resolveCommit } from "../git/refs.ts";
import { readSnapshot } from "../git/snapshot_commit.ts";
import { listSnapshots } from "../git/snapshot_refs.ts";
import { describeContradiction } from "../protocol/contradiction.ts";
import { isRecord } from "../protocol/events.ts";
import type { TaskResult } from "../protocol/generated/types.ts";
import { type TaskNames, taskNames } from "../protocol/names.ts";
import { firstOf, oneLine } from "../protocol/text.ts";
import type { ControllerContext } from "./context.ts";
import { readResult } from "./previous_failure.ts";

/** The result of a task that is on disk, or null. */
export function knownResult(
  { store, settings, world: { files } }: ControllerContext,
  id: string,
  names: TaskNames,
): TaskResult | null {
  const raw = store.readQueue().find(id);
  const named = isRecord(raw) && typeof raw.result_path === "string" ? raw.result_path : undefined;
  return readResult(files, resultPath(store.paths, settings, names, named) ?? "");
}

/** The newest verdict on a task. */
export interface KnownVerdict {
  /** The commit that was judged, or null where nothing tells. */
  commit: string | null;
  /** Commands of the gates that judged it. */
  gates: string[];
  /** How the result contradicts the queue, or null. */
  contradiction: string | null;
}

/** Reads the newest verdict on a task. Throws `MacpError`. */
export async function knownVerdict(
  context: ControllerContext,
  id: string,
): Promise<KnownVerdict> {
  const names = await taskNames(id);
  const result = knownResult(context, id, names);
  const raw = context.store.readQueue().find(id);
  const own = result?.task_id === id ? result : null;
  const contradiction = own && describeContradiction(raw, own);
  return {
    commit: result?.metadata?.head_commit ?? await pinnedCommit(context, names),
    gates: (result?.metadata?.gates ?? []).map(({ command }) => command),
    contradiction: contradiction && `${oneLine(id, 100)}: ${contradiction}`,
  };
}

/** What was judged is pinned with its worktree, also where the result is damaged or gone. */
async function pinnedCommit(
  { git }: ControllerContext,
  { ref }: TaskNames,
): Promise<string | null> {
  const snapshots = await listSnapshots(git, ref);
  const pinned = snapshots.filter(({ serial }) => serial === snapshots[0]?.serial).at(-1)?.name;
  if (pinned === undefined) return null;
  const moved = await resolveCommit(git, `${pinned}-judged`);
  return moved ?? (await readSnapshot(git, pinned))?.head ?? null;
}

/**
 * Why gates that judged a task do not judge it any more, or null. Those whose command a result
 * holds without its secrets cannot be told.
 */
export function whyGatesDiffer(
  judged: readonly string[],
  today: readonly Pick<Gate, "command">[],
): string | null {
  const dropped = judged.filter((gate) =>
    !gate.includes("[redacted") && !today.some(({ command }) => command === gate)
  );
  if (dropped.length === 0) return null;
  const named = firstOf(dropped.map((gate) => oneLine(gate, 100)), 5);
  return `gates that judged it before do not any more, as tasks.json or config.json changed: ${named}`;
}
