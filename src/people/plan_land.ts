/**
 * Whether a task can land, and on which branch.
 *
 * @module
 */
import { type Git } from "../git/git.ts";
import { isAncestor } from "../git/merge.ts";
import { type Base, listRefs, resolveBase } from "../git/refs.ts";
import { listSnapshots } from "../git/snapshot_refs.ts";
import { isRecord } from "../protocol/events.ts";
import type { Task } from "../protocol/generated/types.ts";
import { taskNames } from "../protocol/names.ts";
import { checkTask, isMacpAware, statusOf } from "../protocol/task.ts";
import { shellWord } from "../protocol/text.ts";
import { MacpError } from "../protocol/errors.ts";
import type { Queue } from "../store/queue.ts";
import { refusal } from "./interventions.ts";

/** What lands, and where. */
export interface Landing {
  task: Task;
  /** Branch of the task, and its head. */
  branch: string;
  head: string;
  /** Local branch that it lands on, and its head. */
  into: string;
  target: string;
  /** Ids of dependencies whose work comes along. */
  brings: string[];
}

/**
 * What lands, and where. Changes nothing.
 *
 * @param named Branch that the caller names, or undefined.
 * Throws `MacpError` of kind usage, with the way out, when the task is not completed, has
 * no branch, or stands on a dependency that must land first.
 */
export async function planLanding(
  { git, queue, id, baseRef }: { git: Git; queue: Queue; id: string; baseRef: string },
  named: string | undefined,
): Promise<Landing> {
  const task = requireLandable(queue, id);
  const refs = await listRefs(git, "refs/heads/");
  const heads = new Map(refs.map(({ name, commit }) => [name.slice("refs/heads/".length), commit]));
  const branch = task.branch ?? "";
  const head = heads.get(branch);
  if (head === undefined) {
    const [pinned] = await listSnapshots(git, (await taskNames(id)).ref);
    throw refusal(
      "land",
      id,
      `its branch does not exist: ${branch || "none"}`,
      pinned ? [`Bring it back, with what was pinned: macp restore ${shellWord(id)}`] : [],
    );
  }
  const into = await findTarget(git, [...heads.keys()], { baseRef, named });
  if (into === branch) {
    throw refusal("land", id, `${into} is its own branch`, ["Name another with --into BRANCH"]);
  }
  const target = heads.get(into) ?? "";
  const brings = await requireDependencies(git, queue, { task, head, target, heads });
  return { task, branch, head, into, target, brings };
}

/**
 * The local branch that holds a completed task's work already, though nobody landed it: it
 * came along with another, or was merged by hand. Null when none does, or nothing tells.
 */
export async function findHolder(
  { git, queue, id, baseRef }: { git: Git; queue: Queue; id: string; baseRef: string },
): Promise<string | null> {
  try {
    const { head, into, target } = await planLanding({ git, queue, id, baseRef }, undefined);
    return await isAncestor(git, head, target) ? into : null;
  } catch {
    return null;
  }
}

/** The task when it is completed and has a branch. */
export function requireLandable(queue: Pick<Queue, "find">, id: string): Task {
  const raw = queue.find(id);
  const status = statusOf(raw);
  const word = shellWord(id);
  const refuse = (why: string, ...hints: string[]) => refusal("land", id, why, hints);
  if (status === "failed") throw refuse("it failed", `Queue it again with: macp retry ${word}`);
  if (status === "escalated") {
    throw refuse("it is escalated", `When its work is mended: macp accept ${word}`);
  }
  if (status !== null && status !== "completed") {
    throw refuse(`it is ${status}`, "Wait until it is completed: macp status");
  }
  const checked = checkTask(raw);
  if (!checked.ok) throw refuse("it is invalid", "See: macp validate");
  if (!isMacpAware(raw) || checked.task.worktree === ".") {
    throw refuse("it worked in the repository itself, without a branch of its own");
  }
  return checked.task;
}

/** The local branch that a landing goes to. Throws as `targetOf` does. */
export async function findTarget(
  git: Git,
  branches: readonly string[],
  { baseRef, named }: { baseRef: string; named?: string | undefined },
): Promise<string> {
  const stood = named === undefined ? await branchOfBase(git, baseRef) : null;
  return targetOf(branches, { baseRef, named, stood });
}

/** The branch that stands in for a base ref that does not exist, or null. */
async function branchOfBase(git: Git, baseRef: string): Promise<string | null> {
  const base: Base | null = await resolveBase(git, baseRef);
  if (base === null || base.warning === null) return null;
  const full = base.ref === "HEAD" || base.ref === "origin/HEAD"
    ? await symbolicName(git, base.ref)
    : base.ref;
  return full?.replace(/^refs\/(heads|remotes\/origin)\//, "") ?? null;
}

/** What HEAD, of the checkout or of a remote, stands for; null when that is no branch. */
async function symbolicName(git: Git, ref: "HEAD" | "origin/HEAD"): Promise<string | null> {
  const name = ref === "HEAD" ? ref : `refs/remotes/${ref}`;
  const { code, stdout } = await git.run(["symbolic-ref", "--quiet", name]);
  return code === 0 ? stdout.trim() : null;
}

/**
 * The local branch that is named, else that of the base ref, else the one that stood in for it,
 * else main or master. Throws `MacpError` of kind usage when there is none.
 *
 * @param stood Branch that new work starts from where the base ref does not exist, or null.
 */
export function targetOf(
  branches: readonly string[],
  { baseRef, named, stood }: {
    baseRef: string;
    named?: string | undefined;
    stood?: string | null;
  },
): string {
  const local = (name: string) => name.replace(/^refs\/heads\//, "");
  const tracked = baseRef.replace(/^refs\/remotes\//, "").replace(/^[^/]+\//, "");
  const usual = [local(baseRef), tracked, ...(stood ? [stood] : []), "main", "master"];
  const wanted = named === undefined ? usual : [local(named)];
  const found = wanted.find((name) => branches.includes(name));
  if (found !== undefined) return found;
  const shown = branches.slice(0, 8).join(", ") || "none";
  throw new MacpError(
    "usage",
    `Cannot land as there is no local branch of this name: ${named ?? tracked}`,
    {
      code: "unknown_branch",
      hints: [
        `Local branches: ${shown}${branches.length > 8 ? ", …" : ""}`,
        "Name one with --into BRANCH",
      ],
    },
  );
}

/** Dependencies are on the target, or in the task's branch and come along. */
async function requireDependencies(
  git: Git,
  queue: Queue,
  { task, head, target, heads }: {
    task: Task;
    head: string;
    target: string;
    heads: ReadonlyMap<string, string>;
  },
): Promise<string[]> {
  const brings: string[] = [];
  for (const id of task.depends_on ?? []) {
    const raw = queue.find(id);
    if (!isRecord(raw) || typeof raw.branch !== "string") continue;
    const commit = heads.get(raw.branch);
    if (commit === undefined || await isAncestor(git, commit, target)) continue;
    if (await isAncestor(git, commit, head)) brings.push(id);
    else if (!isLanded(raw)) {
      throw refusal("land", task.id, `it depends on ${id}, which has not landed`, [
        `Land it first: macp land ${shellWord(id)}`,
      ]);
    }
  }
  return brings;
}

/** Whether a task says of itself that it landed. */
export function isLanded(raw: unknown): boolean {
  return isRecord(raw) && isRecord(raw.metadata) && isRecord(raw.metadata.landed);
}
