/**
 * What somebody put into a worktree whose making or removal was cut short: it is pinned
 * before the worktree goes.
 *
 * @module
 */
import type { Git } from "../git/git.ts";
import { findUnpinned } from "../git/find_unpinned.ts";
import { keepLeftCommits } from "../git/left_commits.ts";
import { listSnapshots } from "../git/snapshot_refs.ts";
import { pinCommit, writeSnapshot } from "../git/snapshots.ts";
import type { OwnedWorktree } from "../protocol/generated/types.ts";
import type { TaskNames } from "../protocol/names.ts";
import type { Settings } from "../protocol/settings.ts";
import { mendLink } from "./mend_link.ts";
import { readContent } from "./worktree_content.ts";

/** The worktree in question. */
export interface RescueRequest {
  /** Git in the main checkout. */
  git: Git;
  settings: Settings;
  names: TaskNames;
  path: string;
  /** What the ledger says of it. */
  owned: OwnedWorktree;
  /** Whether nothing is brought back that no snapshot held: a setup may have left it. */
  apart?: boolean;
}

/** What was pinned. */
export interface Rescued {
  ref: string;
  /** Whether it is a snapshot like any other, which is brought back as the newest. */
  whole: boolean;
}

/**
 * Pins what an unfinished worktree holds when neither its branch nor a snapshot of its task
 * does. To be called before it is removed.
 *
 * What misses something of the newest snapshot is none that could be brought back: its ref
 * ends with `-rest`.
 *
 * @returns Null when nothing new is there. Throws when that cannot be told.
 */
export async function rescue(request: RescueRequest): Promise<Rescued | null> {
  const { git, settings, names, path, apart = false } = request;
  const { files } = git.world;
  if (files.lstat(path)?.kind !== "folder") return null;
  await git.quiet(path);
  if (files.list(path).every((name) => name === ".git")) return null;
  await mendLink(request);
  const own = git.at(path);
  const { status, log, ignored, unwatched, unheld } = await readContent({ git, settings }, path);
  if (unheld !== null) throw new Error(unheld);
  const title = `what was left in ${path}`;
  const commit = await writeSnapshot(own, { status, title, ignored: ignored.held, unwatched });
  const snapshots = await listSnapshots(git, names.ref);
  const found = await findUnpinned(own, commit, snapshots.map(({ name }) => name));
  const whole = found !== null && found.whole && !(apart && snapshots.length === 0);
  const serial = snapshots[0]?.serial ?? 1;
  const ref = `refs/macp/snapshots/${names.ref}/${serial}${whole ? "" : "-rest"}`;
  const pinned = found === null ? null : await pinCommit(git, ref, commit);
  await keepLeftCommits(own, names.ref, { head: status.head, log });
  return pinned === null ? null : { ref: pinned, whole };
}

/** What a person is told of it. */
export function describeRescued({ ref, whole }: Rescued): string {
  const what = `somebody worked in the unfinished worktree; that is pinned at ${ref}`;
  return whole ? what : `${what}; see: git show --stat ${ref}`;
}
