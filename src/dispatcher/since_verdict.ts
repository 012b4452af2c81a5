/**
 * What came to a branch after the verdict on it.
 *
 * @module
 */
import { readChanges } from "../git/changes.ts";
import type { Git } from "../git/git.ts";
import { mergeBase } from "../git/merge.ts";
import { resolveCommit } from "../git/refs.ts";
import { firstOf, oneLine } from "../protocol/text.ts";
import { findGateFileChanges, type GateFileRules } from "./gate_file_changes.ts";

/** A branch that holds something else than what was judged. */
export interface SinceVerdict {
  /** The commit that was judged, and the one that it is at. */
  judged: string;
  head: string;
  /** Files that decide what gates check, changed in between and over `target`, sorted. */
  gateFiles: string[];
}

/** What is compared. */
export interface SinceVerdictQuestion {
  rules: GateFileRules;
  /** Null where no result tells. */
  judged: string | null;
  head: string;
  /** What the branch goes into. */
  target: string;
}

/**
 * Compares a branch with what was judged; null where it did not move. Throws `MacpError`.
 *
 * What a person merged from the target into the branch changed since the verdict, and brings
 * nothing: what counts differs from where the branch left the target too.
 */
export async function findSinceVerdict(
  git: Git,
  { rules, judged, head, target }: SinceVerdictQuestion,
): Promise<SinceVerdict | null> {
  if (judged === null || judged === head) return null;
  const bases = await Promise.all([resolveCommit(git, judged), mergeBase(git, target, head)]);
  const [first = [], second = first] = await Promise.all(
    bases.filter((base) => base !== null).map(async (base) => {
      const { files } = await readChanges(git, base, head);
      return await findGateFileChanges({ ...rules, git, base, head, files });
    }),
  );
  return { judged, head, gateFiles: first.filter((path) => second.includes(path)) };
}

/** What a person is told of it. */
export function describeSinceVerdict(
  { taskId, branch }: { taskId: string; branch: string },
  { judged, head, gateFiles }: SinceVerdict,
): string {
  const moved = `${branch} moved since the verdict on ${oneLine(taskId)}: ` +
    `${judged.slice(0, 12)} was judged, it is at ${head.slice(0, 12)} now`;
  if (gateFiles.length === 0) return moved;
  const names = firstOf(gateFiles.map((path) => oneLine(path)), 20);
  return `${moved}; files that decide what gates check changed since: ${names}`;
}
