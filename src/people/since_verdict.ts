/**
 * What came to a task's branch after its verdict.
 *
 * @module
 */
import { knownResult } from "../controller/known_result.ts";
import type { ControllerContext } from "../controller/context.ts";
import { findGateFileChanges, gateFileRules } from "../dispatcher/gate_file_changes.ts";
import { readChanges } from "../git/changes.ts";
import { mergeBase } from "../git/merge.ts";
import { resolveCommit } from "../git/refs.ts";
import { taskNames } from "../protocol/names.ts";
import type { Landing } from "./plan_land.ts";

/** A branch that holds something else than what was judged. */
export interface SinceVerdict {
  /** The commit that was judged, and the one that lands. */
  judged: string;
  head: string;
  /** Files that decide what gates check, changed in between and by the landing, sorted. */
  gateFiles: string[];
}

/**
 * What came to the branch since its verdict; null when nothing did, or no result tells what
 * was judged. Throws `MacpError`.
 */
export async function findSinceVerdict(
  context: ControllerContext,
  landing: Landing,
): Promise<SinceVerdict | null> {
  const { task, head } = landing;
  const judged = knownResult(context, task.id, await taskNames(task.id))?.metadata?.head_commit;
  if (!judged || judged === head) return null;
  return { judged, head, gateFiles: await findGateFiles(context, landing, judged) };
}

/**
 * What a person merged from the target into the branch changed since the verdict, and lands
 * nothing: what counts differs from where the branch left the target too.
 */
async function findGateFiles(
  { git, settings }: ControllerContext,
  { task, head, target }: Landing,
  judged: string,
): Promise<string[]> {
  const rules = gateFileRules({ task, settings });
  const bases = await Promise.all([resolveCommit(git, judged), mergeBase(git, target, head)]);
  const [first = [], second = first] = await Promise.all(
    bases.filter((base) => base !== null).map(async (base) => {
      const { files } = await readChanges(git, base, head);
      return await findGateFileChanges({ ...rules, git, base, head, files });
    }),
  );
  return first.filter((path) => second.includes(path));
}
