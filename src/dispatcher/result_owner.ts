/**
 * Whose a result's path is: one path is one task's, or the evidence of one would replace that
 * of another. Pure.
 *
 * @module
 */
import { join, normalize } from "@std/path";
import { isRecord } from "../protocol/events.ts";
import type { Settings } from "../protocol/settings.ts";
import { idOf, type RawTask, statusOf } from "../protocol/task.ts";
import { orchestratorFolder } from "../store/paths.ts";
import { isResultPath } from "./result_paths.ts";

/** The tasks of a queue never change, and are asked about one by one: looked through once. */
const known = new WeakMap<readonly RawTask[], ReadonlyMap<string, string>>();

/**
 * Id of the other task that the path of this one's result belongs to, or null. It belongs to
 * the first of them in file order, and to one that has run before one that is pending.
 *
 * @param tasks Tasks of a queue, this one among them.
 */
export function resultOwner(
  tasks: readonly RawTask[],
  { macp }: Pick<Settings, "macp">,
  raw: RawTask,
): string | null {
  const folder = normalize(macp.result_dir);
  let owners = known.get(tasks);
  if (owners === undefined) known.set(tasks, owners = ownersOf(tasks, folder));
  const owner = owners.get(pathOf(raw, folder));
  return owner === undefined || owner === idOf(raw) ? null : owner;
}

/** Ids by path; empty when no task names a path, as the ids themselves differ then. */
function ownersOf(tasks: readonly RawTask[], folder: string): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  if (!tasks.some((raw) => namedBy(raw) !== null)) return owners;
  const isPending = (raw: RawTask) => statusOf(raw) === "pending";
  for (const raw of [...tasks.filter((raw) => !isPending(raw)), ...tasks.filter(isPending)]) {
    const [id, path] = [idOf(raw), pathOf(raw, folder)];
    if (id !== null && !owners.has(path)) owners.set(path, id);
  }
  return owners;
}

/** Path of a task's result; some file systems know no letter case. */
function pathOf(raw: RawTask, folder: string): string {
  const named = namedBy(raw);
  const path = named === null ? `${folder}/${idOf(raw)}.json` : join(orchestratorFolder, named);
  return path.toLowerCase();
}

/** What a task names; null also for what cannot be used, and is not. */
function namedBy(raw: RawTask): string | null {
  const named = isRecord(raw) ? raw.result_path : null;
  return typeof named === "string" && isResultPath(named) ? named : null;
}
