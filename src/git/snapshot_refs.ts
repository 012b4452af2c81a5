/**
 * The refs that hold the snapshots of a task, in their order.
 *
 * @module
 */
import type { Git } from "./git.ts";
import { listRefs, type Ref } from "./refs.ts";

/** Ref of a snapshot. */
export interface SnapshotRef extends Ref {
  /** Serial of the attempt. */
  serial: number;
  /** Place among the snapshots of that attempt, from 0. */
  place: number;
  /** What a person types: `3`, or `3.1`. */
  label: string;
}

/** Refs below the given folder of refs that are snapshots; the newest first. */
export function sortSnapshots(refs: readonly Ref[]): SnapshotRef[] {
  return refs.flatMap((ref) => {
    const label = ref.name.slice(ref.name.lastIndexOf("/") + 1);
    const [, serial, place = "0"] = /^(\d+)(?:\.(\d+))?$/.exec(label) ?? [];
    return serial === undefined
      ? []
      : [{ ...ref, label, serial: Number(serial), place: Number(place) }];
  }).sort((a, b) => b.serial - a.serial || b.place - a.place);
}

/** Snapshots of a task, the newest first. Throws `MacpError`. */
export async function listSnapshots(git: Git, taskRef: string): Promise<SnapshotRef[]> {
  return sortSnapshots(await listRefs(git, `refs/macp/snapshots/${taskRef}/`));
}
