/**
 * What `clean` does with one path, and why. Pure.
 *
 * @module
 */
import type { WorktreeEntry } from "../git/worktree_list.ts";
import type { OwnedWorktree } from "../protocol/generated/types.ts";
import { isTerminal } from "../protocol/outcomes.ts";
import type { Status } from "../protocol/task.ts";

/** What is known of a path. */
export interface PlaceFacts {
  /** What stands there; `link` is a symbolic link, `elsewhere` lies behind one. */
  found: "folder" | "link" | "elsewhere" | "file" | "nothing";
  /** Whether it lies below `worktree_base`, and whether that is there. */
  inBase: boolean;
  baseExists: boolean;
  /** What the ledger says. */
  owned: OwnedWorktree | null;
  /** Process that a scratch worktree belongs to, and whether it lives. */
  scratch: { pid: number; live: boolean } | null;
  /** What git lists. */
  entry: WorktreeEntry | null;
  /** Whether macp made the branch that git lists. */
  ownBranch: boolean;
  /** Whether a folder is empty or of this repository, as one that is being made is. */
  ownFolder: boolean;
  /** Task of the ledger's entry: undefined without one, null when the queue has it not any more. */
  status: Status | null | undefined;
  /** Why the task must not be touched now, or null. */
  busy: string | null;
  /** Processes that work in it. */
  pids: readonly number[];
}

/** How a path is cleaned. */
export type CleanStep =
  /** Stays. */
  | "keep"
  /** Pinned, then removed. */
  | "clear"
  /** Removed: nobody has worked in it, or it was pinned before. */
  | "finish"
  /** A scratch worktree of macp itself goes. */
  | "scratch"
  /** Nothing is there: ledger and git forget it. */
  | "forget";

/** What is done, and why. */
export interface CleanJudgement {
  step: CleanStep;
  reason: string;
}

/**
 * Judges one path.
 *
 * @param all Whether those go too that wait for a person.
 */
export function judgePlace(facts: PlaceFacts, all: boolean): CleanJudgement {
  const { owned, scratch } = facts;
  if (scratch !== null) {
    return scratch.live
      ? keep(`process ${scratch.pid} works in it`)
      : { step: "scratch", reason: `process ${scratch.pid}, which made it, has ended` };
  }
  if (owned === null) return judgeForeign(facts);
  if (facts.busy !== null) return keep(`task ${owned.task_id}: ${facts.busy}`);
  return judgeStanding(facts, owned) ?? judgeTask(facts, owned, all);
}

/** What macp's ledger does not own stays; at most git forgets what is gone. */
function judgeForeign(facts: PlaceFacts): CleanJudgement {
  const { found, entry, inBase, ownBranch, baseExists } = facts;
  if (found === "link") return keep("a symbolic link that macp did not make");
  if (found === "file") return keep("a file that macp did not make");
  if (found !== "nothing" || entry === null) return keep("macp did not make it");
  if (entry.locked) return keep(lockedText(entry));
  if (inBase && baseExists && ownBranch) {
    return { step: "forget", reason: "its folder is gone, and its branch is macp's" };
  }
  return keep("its folder is missing, and macp did not make it; git worktree prune forgets it");
}

/** Whether what stands at the place is what macp made; null when it is. */
function judgeStanding(facts: PlaceFacts, { phase }: OwnedWorktree): CleanJudgement | null {
  const { found, entry, inBase, baseExists, ownFolder } = facts;
  const locked = entry?.locked && phase !== "adding";
  if (found === "link") return keep("a symbolic link stands in its place");
  if (found === "elsewhere") return keep("a symbolic link on the way leads elsewhere");
  if (found === "file") return keep("a file stands in its place");
  if (!inBase) return keep("it lies outside worktree_base");
  if (locked) return keep(lockedText(entry));
  if (found === "nothing") {
    return baseExists
      ? { step: "forget", reason: "its folder is gone" }
      : keep("worktree_base is missing; is its disk there?");
  }
  if (phase === "ready" && entry === null) {
    return keep("git does not list it as a worktree of this repository; see: git worktree repair");
  }
  return phase !== "adding" || ownFolder
    ? null
    : keep("something else stands in its place; macp did not come to make it");
}

/** Whether the task still needs it. */
function judgeTask(facts: PlaceFacts, owned: OwnedWorktree, all: boolean): CleanJudgement {
  const { status, pids } = facts;
  if (pids.length > 0) return keep(`process ${pids.slice(0, 5).join(", ")} works in it`);
  if (owned.phase === "removing") {
    return { step: "finish", reason: "its removal was cut short; it is pinned" };
  }
  if (owned.phase === "adding") {
    return { step: "finish", reason: "its making was cut short; nobody has worked in it" };
  }
  const task = `task ${owned.task_id}`;
  if (status === undefined) {
    return { step: "clear", reason: `${task} is not in the queue any more` };
  }
  if (status === null) return keep(`${task} is invalid; see: macp validate`);
  if (!isTerminal(status)) return keep(`${task} is ${status}`);
  if (!all && status === "escalated") {
    return keep(`${task} is escalated and waits for a person; --all removes it`);
  }
  if (!all && owned.restored_at !== undefined) {
    return keep("a person had it restored; --all removes it");
  }
  return { step: "clear", reason: `${task} is ${status}` };
}

function lockedText({ lockReason }: WorktreeEntry): string {
  return `it is locked${lockReason ? `: ${lockReason}` : ""}; see: git worktree unlock`;
}

function keep(reason: string): CleanJudgement {
  return { step: "keep", reason };
}
