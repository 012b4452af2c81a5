/**
 * How a snapshot is written down: a commit whose message names what its parents are.
 *
 * @module
 */
import type { Git } from "./git.ts";
import { resolveCommit } from "./refs.ts";

/** What a snapshot's commit holds. */
export interface SnapshotParts {
  /** HEAD of the checkout; null before its first commit. */
  head: string | null;
  /** Commit of the index; null when nothing was staged. */
  index: string | null;
  /**
   * Commit of what is in no tree of the branch: `ignored/` and `exact/` hold files as they
   * were, `stages/` the sides of conflicts, `modes` the permission bits that git does not keep.
   */
  extra: string | null;
}

/** A snapshot that was read. */
export interface Snapshot extends SnapshotParts {
  commit: string;
  /** Whether it is a commit of the branch itself: nothing was left uncommitted. */
  plain: boolean;
}

const subjectStart = "macp: snapshot of ";

/** Message of a snapshot's commit. */
export function snapshotMessage(title: string, parts: SnapshotParts): string {
  const lines = (["head", "index", "extra"] as const)
    .flatMap((name) => parts[name] === null ? [] : [`Macp-${name}: ${parts[name]}`]);
  return `${subjectStart}${title}\n\n${lines.join("\n")}\n`;
}

/**
 * Reads the parts out of a message; null for any other commit. Only parents count, so that
 * a text cannot name anything else. A snapshot without names has HEAD and index as parents.
 */
export function parseSnapshotMessage(
  message: string,
  parents: readonly string[],
): SnapshotParts | null {
  if (!message.startsWith(subjectStart)) return null;
  const parts: SnapshotParts = { head: null, index: null, extra: null };
  const named = [...message.matchAll(/^Macp-(head|index|extra): ([0-9a-f]{40,64})$/gm)];
  for (const [, name, commit = ""] of named) {
    if (parents.includes(commit)) parts[name as keyof SnapshotParts] = commit;
  }
  if (named.length === 0) return { ...parts, head: parents[0] ?? null, index: parents[1] ?? null };
  return parts;
}

/** Reads what a ref or a commit pins; null when there is no such commit. */
export async function readSnapshot(git: Git, ref: string): Promise<Snapshot | null> {
  const commit = await resolveCommit(git, ref);
  if (commit === null) return null;
  const text = await git.read(["cat-file", "commit", commit]);
  const end = text.indexOf("\n\n");
  const header = text.slice(0, end);
  const parents = [...header.matchAll(/^parent ([0-9a-f]+)$/gm)].map(([, parent]) => parent ?? "");
  const ours = /^committer macp <macp@localhost> /m.test(header);
  const parts = ours ? parseSnapshotMessage(text.slice(end + 2), parents) : null;
  if (parts !== null) return { commit, plain: false, ...parts };
  return { commit, plain: true, head: commit, index: null, extra: null };
}
