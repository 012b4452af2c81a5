/**
 * Whether what was left of a task can be accepted, and what that would work on.
 *
 * @module
 */
import { listWorktrees } from "../dispatcher/own_worktrees.ts";
import { whyForeign } from "../dispatcher/owned_mark.ts";
import { resolveGates } from "../gates/resolve_gates.ts";
import { resolveCommit } from "../git/refs.ts";
import { MacpError } from "../protocol/errors.ts";
import type { Task } from "../protocol/generated/types.ts";
import { taskNames } from "../protocol/names.ts";
import { asksPerson, isQuestion } from "../protocol/outcomes.ts";
import { shellWord } from "../protocol/text.ts";
import { ownPlace, requireAcceptable, requireIdle } from "./claim_accept.ts";
import { taskBranch } from "../controller/task_branch.ts";
import type { ControllerContext } from "../controller/context.ts";
import { holdsWork } from "./holds_work.ts";
import { refusal } from "./interventions.ts";
import { awayHints } from "./plan_restore.ts";

/** What an acceptance would work on. */
export interface AcceptPlan {
  task: Task;
  /** Place of the worktree; null for a task that works in the repository itself. */
  worktree: string | null;
  /** Whether the worktree is there; otherwise it is brought back. */
  exists: boolean;
  branch: string | null;
  /** Commands of the gates. */
  gates: string[];
}

/** How to accept. */
export interface AcceptOptions {
  /** Whether a task may complete without changes. */
  allowEmpty: boolean;
}

/**
 * What an acceptance would work on. Changes nothing.
 *
 * Throws `MacpError` of kind usage when the task does not wait for a person, has left
 * nothing, or somebody is in the middle of something in its worktree; of kind person when it
 * waits for an answer or for somebody's work, and there is none.
 */
export async function planAccept(
  context: ControllerContext,
  id: string,
  { allowEmpty }: AcceptOptions,
): Promise<AcceptPlan> {
  const { store, settings, git } = context;
  const names = await taskNames(id);
  const view = { queue: store.readQueue(), state: store.readState() };
  const { task, before } = requireAcceptable(view, id);
  requireIdle(context, view, id);
  const gates = resolveGates(task, settings).map(({ command }) => command);
  if (task.worktree === ".") return { task, worktree: null, exists: true, branch: null, gates };
  const worktree = ownPlace(context, task, names, view);
  const branch = taskBranch(context, task, names);
  const exists = git.world.files.lstat(worktree) !== null;
  const foreign = exists ? await whyForeign(git, worktree, { task_id: id, branch }) : null;
  if (foreign !== null) throw refusal("accept", id, `${foreign}: ${worktree}`, awayHints(worktree));
  const owned = view.state.worktrees[worktree];
  const isStanding = exists && owned?.phase === "ready";
  await requireQuiet(context, { id, worktree, branch, isStanding });
  if (!exists && await resolveCommit(git, `refs/heads/${branch}`) === null) {
    throw refusal("accept", id, `it left neither a worktree nor the branch ${branch}`, [
      `Queue it again with: macp retry ${shellWord(id)}`,
    ]);
  }
  if (!allowEmpty && asksPerson(before.outcome) && exists === isStanding) {
    const standing = isStanding ? { path: worktree, owned } : null;
    const isDone = await holdsWork(git, { branch, taskRef: names.ref, standing });
    if (!isDone) throw nothingDone(id, before.outcome);
  }
  return { task, worktree, exists, branch, gates };
}

function nothingDone(id: string, outcome: string | null): MacpError {
  const word = shellWord(id);
  const asks = isQuestion(outcome);
  const why = asks
    ? "it holds no work and its question is not answered"
    : "it holds no work: nothing was done since it was handed over";
  return new MacpError("person", `Cannot accept task ${id} as ${why}`, {
    code: "nothing_done",
    hints: [
      asks
        ? `Answer it: macp reply ${word} "…"`
        : `When the work is done in its worktree: macp accept ${word}`,
      `Complete it without changes: macp accept ${word} --allow-empty`,
      `See: macp show ${word}`,
    ],
  });
}

/**
 * Nobody is in the middle of something in the worktree, and it stands on its branch; where
 * it has to be made, the branch is free.
 */
async function requireQuiet(
  { git }: ControllerContext,
  { id, worktree, branch, isStanding }: {
    id: string;
    worktree: string;
    branch: string;
    isStanding: boolean;
  },
): Promise<void> {
  const entries = await listWorktrees(git);
  const other = entries.find((entry) => entry.branch === branch && entry.path !== worktree);
  if (other) {
    throw refusal("accept", id, `its branch ${branch} is checked out in ${other.path}`, [
      `Leave it there: git -C ${shellWord(other.path)} switch -`,
    ]);
  }
  if (!isStanding) return;
  const entry = entries.find(({ path }) => path === worktree);
  if (!entry) {
    throw refusal("accept", id, `its worktree is none of this repository: ${worktree}`, [
      "Move it away; then its branch is brought back",
    ]);
  }
  const own = git.at(worktree);
  if (entry.branch !== branch) {
    const where = entry.branch ?? "a detached HEAD";
    throw refusal("accept", id, `its worktree is on ${where}, not on ${branch}: ${worktree}`, [
      `Bring the work to its branch, then: git -C ${shellWord(worktree)} switch ${branch}`,
    ]);
  }
  const lock = await own.read(["rev-parse", "--path-format=absolute", "--git-path", "index.lock"]);
  if (git.world.files.lstat(lock.trimEnd()) === null) return;
  throw refusal("accept", id, `git works in its worktree right now: ${worktree}`, [
    `When no git runs there, remove ${lock.trimEnd()}`,
  ]);
}
