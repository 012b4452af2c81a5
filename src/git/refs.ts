/**
 * Refs: what exists, and those that macp keeps for itself below `refs/macp/`.
 *
 * @module
 */
import { sha256Hex } from "../protocol/names.ts";
import { oneLine } from "../protocol/text.ts";
import type { Git } from "./git.ts";

/** A ref and the commit that it stands for. */
export interface Ref {
  name: string;
  commit: string;
}

/** Refs at or below the given names. Throws `MacpError`. */
export async function listRefs(git: Git, ...patterns: string[]): Promise<Ref[]> {
  const output = await git.read(["for-each-ref", "--format=%(objectname) %(refname)", ...patterns]);
  return output.split("\n").filter((line) => line !== "").map((line) => {
    const space = line.indexOf(" ");
    return { commit: line.slice(0, space), name: line.slice(space + 1) };
  });
}

/** Ref that pins what attempt `serial` of a task left. */
export function snapshotRef(taskRef: string, serial: number): string {
  return `refs/macp/snapshots/${taskRef}/${serial}`;
}

/** Ref that says that macp made a branch for a task; it points to the branch's base. */
export async function ownershipRef(taskRef: string, branch: string): Promise<string> {
  return `refs/macp/branches/${taskRef}/${(await sha256Hex(branch)).slice(0, 16)}`;
}

/** Commit of a revision, or null when there is none. */
export async function resolveCommit(git: Git, revision: string): Promise<string | null> {
  const { code, stdout } = await git.run([
    "rev-parse",
    "--verify",
    "--quiet",
    "--end-of-options",
    `${revision}^{commit}`,
  ]);
  return code === 0 ? stdout.trim() : null;
}

/** A base, and how it was found. */
export interface Base {
  commit: string;
  ref: string;
  /** Set when the configured ref does not exist. */
  warning: string | null;
}

/** Refs that are tried when the configured one does not exist. */
const fallbackRefs = ["origin/HEAD", "main", "master", "HEAD"];

/** The commit that branches start from; null in a repository without commits. */
export async function resolveBase(git: Git, configured: string): Promise<Base | null> {
  const refs = [configured, ...fallbackRefs];
  const output = await git.read(["cat-file", "--batch-check"], {
    stdin: refs.map((ref) => `${oneLine(ref)}^{commit}\n`).join(""),
  });
  const commits = output.split("\n").map((line) => /^([0-9a-f]+) commit /.exec(line)?.[1] ?? null);
  const index = refs.findIndex((_, i) => commits[i]);
  const ref = refs[index] ?? "";
  const commit = commits[index];
  if (!commit) return null;
  const warning = index === 0 ? null : `base ref ${configured} does not exist; used ${ref}`;
  return { commit, ref, warning };
}
