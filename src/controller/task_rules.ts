/**
 * What of a task decides how its work is judged. From the claim to the end of an attempt it is
 * that of the claim: the worker, and what gates run of its work, can write the queue too. Pure.
 *
 * @module
 */
import { isRecord } from "../protocol/events.ts";
import type { RunningAttempt, Task, TaskRules, Verdict } from "../protocol/generated/types.ts";
import type { RawTask } from "../protocol/task.ts";
import { orchestratorFolder } from "../store/paths.ts";

/** What somebody changed of it in the queue. */
export interface ChangedRules {
  /** Fields of the task that put it back. */
  fields: Record<string, unknown>;
  /** What stood there, and that it was put back, in a sentence. */
  told: string;
}

/** What decides how the work of a task is judged. */
export function rulesOf({ type, quality_gates, metadata }: Task): TaskRules {
  const expects_changes = metadata?.expects_changes;
  return {
    ...(type === undefined ? {} : { type }),
    ...(quality_gates === undefined ? {} : { quality_gates }),
    ...(expects_changes === undefined ? {} : { expects_changes }),
  };
}

/**
 * What changed of it since an attempt was claimed; null when nothing did, or the ledger does
 * not say.
 */
export function changedRules(
  raw: RawTask | undefined,
  { rules }: Pick<RunningAttempt, "rules">,
): ChangedRules | null {
  if (!isRecord(raw) || rules === undefined) return null;
  const metadata = isRecord(raw.metadata) ? raw.metadata : {};
  const now: Record<string, unknown> = { ...raw, expects_changes: metadata.expects_changes };
  const names = (["type", "quality_gates", "expects_changes"] as const)
    .filter((name) => JSON.stringify(now[name]) !== JSON.stringify(rules[name]));
  if (names.length === 0) return null;
  const { expects_changes, ...before } = rules;
  const fields = Object.fromEntries(
    names.map((name) =>
      name === "expects_changes"
        ? ["metadata", { ...metadata, expects_changes }]
        : [name, before[name]]
    ),
  );
  const found = names.map((name) => `${name} (was ${JSON.stringify(now[name]) ?? "gone"})`);
  const told = "What judges the task was changed in tasks.json while it ran, and was put back: " +
    `${found.join(", ")}. To change it, do so while the task does not run`;
  return { fields, told };
}

/** A verdict that tells of it, as of files that decide what gates check. */
export function tellRules(verdict: Verdict, { told }: ChangedRules): Verdict {
  const { result } = verdict;
  const { warnings = [], gate_files_changed } = result.metadata ?? {};
  const metadata = {
    ...result.metadata,
    warnings: [...warnings, told],
    gate_files_changed: [...gate_files_changed ?? [], `${orchestratorFolder}/tasks.json`],
  };
  return { ...verdict, result: { ...result, metadata } };
}
