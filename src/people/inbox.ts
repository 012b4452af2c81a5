/**
 * What waits for a person. Pure.
 *
 * @module
 */
import { isRecord } from "../protocol/events.ts";
import type { OwnedWorktree, State, TaskResult } from "../protocol/generated/types.ts";
import {
  dependenciesOf,
  idOf,
  isMacpAware,
  type RawTask,
  statusOf,
  titleOf,
} from "../protocol/task.ts";
import { oneLine } from "../protocol/text.ts";
import { shortJson } from "../protocol/validation.ts";
import type { Queue } from "../store/queue.ts";
import { lookAt, type NextCommand, nextCommands } from "./next_commands.ts";
import { type Plan, standingOf, stuckTasks } from "../controller/schedule.ts";

/** Why an element of the queue waits for a person. */
export type WaitingKind =
  | "escalated"
  /** Others wait for it. */
  | "failed"
  /** Pending behind one of the others. */
  | "blocked"
  /** It can never run as it stands. */
  | "invalid"
  /** An acceptance of it ended without saying so. */
  | "interrupted";

/** An element of the queue that waits for a person. */
export interface Waiting {
  /** Null for an element without one. */
  id: string | null;
  /** Place in the queue, from 0. */
  index: number;
  kind: WaitingKind;
  raw: RawTask;
  /** Tasks that wait for this one directly. */
  blocks: string[];
  /** Task that it waits for. */
  blockedBy: string | null;
  /** What is wrong with an invalid one. */
  fault: string | null;
}

/** What is on disk of a task that waits. */
export interface WaitingRecords {
  result: TaskResult | null;
  resultPath: string | null;
  logPath: string | null;
  /** Path of its worktree when it is there. */
  worktree: string | null;
  /** RFC 3339 time of its newest event that says that it ended, or null. */
  endedAt: string | null;
}

/** One row of the inbox; null where there is nothing to tell. */
export interface InboxItem {
  id: string | null;
  index: number;
  title: string;
  kind: WaitingKind;
  /** RFC 3339. */
  since: string | null;
  outcome: string | null;
  /** On one line. */
  reason: string | null;
  blocked_by: string | null;
  blocks: string[];
  evidence: {
    log: string | null;
    result: string | null;
    worktree: string | null;
    snapshot_ref: string | null;
    branch: string | null;
    gate: { command: string; outcome: string; exit_code: number } | null;
  };
  next: NextCommand[];
}

/**
 * What waits for a person, in file order.
 *
 * @param interrupted Whether the acceptance of a task ended without saying so.
 */
export function findWaiting(
  plan: Plan,
  interrupted: (id: string) => boolean = () => false,
): Waiting[] {
  const { queue } = plan;
  const stuck = new Set(stuckTasks(queue));
  const dependants = dependantsOf(queue);
  return queue.tasks.flatMap((raw, index) => {
    const id = idOf(raw);
    const found = waitingKind(plan, raw, { stuck, dependants, interrupted });
    if (found === null) return [];
    const blocks = id === null ? [] : dependants.get(id) ?? [];
    return [{ id, index, raw, blocks, blockedBy: null, fault: null, ...found }];
  });
}

/** How many elements wait for a person themselves, not behind another. */
export function countWaiting(plan: Plan): number {
  return findWaiting(plan).filter(({ kind }) => kind !== "blocked").length;
}

function dependantsOf(queue: Queue): Map<string, string[]> {
  const dependants = new Map<string, string[]>();
  for (const raw of queue.tasks) {
    const id = idOf(raw);
    if (id === null || statusOf(raw) !== "pending") continue;
    for (const name of dependenciesOf(raw)) {
      dependants.set(name, [...dependants.get(name) ?? [], id]);
    }
  }
  return dependants;
}

function waitingKind(
  plan: Plan,
  raw: RawTask,
  about: {
    stuck: ReadonlySet<string>;
    dependants: ReadonlyMap<string, string[]>;
    interrupted: (id: string) => boolean;
  },
): Pick<Waiting, "kind"> & Partial<Waiting> | null {
  const id = idOf(raw);
  const status = statusOf(raw);
  if (id === null) return { kind: "invalid", fault: "it has no id" };
  if (status === null) {
    const value = shortJson(isRecord(raw) ? raw.status : undefined);
    return { kind: "invalid", fault: `its status is none that macp knows: ${value}` };
  }
  if (status === "escalated") return { kind: "escalated" };
  if (status === "failed") return about.dependants.has(id) ? { kind: "failed" } : null;
  if (status === "gated" || status === "running") {
    return about.interrupted(id) ? { kind: "interrupted" } : null;
  }
  if (status !== "pending") return null;
  const standing = standingOf(plan, raw);
  if (standing.kind === "invalid") return { kind: "invalid", fault: standing.reason };
  if (!about.stuck.has(id)) return null;
  return { kind: "blocked", blockedBy: blockerOf(plan.queue, raw, about.stuck) };
}

/** The first dependency that no run can complete. */
function blockerOf(queue: Queue, raw: RawTask, stuck: ReadonlySet<string>): string | null {
  const ended = (id: string) => ["failed", "escalated"].includes(statusOf(queue.find(id)) ?? "");
  return dependenciesOf(raw).find((id) => ended(id) || stuck.has(id)) ?? null;
}

/** The rows, oldest first; those of unknown age last. */
export function describeInbox(
  queue: Queue,
  waiting: readonly Waiting[],
  recordsOf: (waiting: Waiting) => WaitingRecords,
): InboxItem[] {
  const items = waiting.map((entry) => describe(queue, entry, recordsOf(entry)));
  const byId = new Map(items.map((item) => [item.id, item]));
  for (const item of items) {
    if (item.kind !== "blocked") continue;
    const root = rootOf(item, byId);
    item.since = root?.since ?? null;
    if (root?.id) item.next = [lookAt(root.id)];
  }
  return items.sort((a, b) => ageOf(a) - ageOf(b));
}

function ageOf({ since }: InboxItem): number {
  return since === null ? Infinity : Date.parse(since) || Infinity;
}

/** The task at the end of a chain of blocked ones. */
function rootOf(
  item: InboxItem,
  byId: ReadonlyMap<string | null, InboxItem>,
): InboxItem | null {
  const seen = new Set<InboxItem>();
  let at: InboxItem | undefined = item;
  while (at?.kind === "blocked" && !seen.has(at)) {
    seen.add(at);
    at = byId.get(at.blocked_by);
  }
  return at ?? null;
}

function describe(queue: Queue, waiting: Waiting, records: WaitingRecords): InboxItem {
  const { id, index, kind, raw, blocks, blockedBy, fault } = waiting;
  const { result } = records;
  const record = isRecord(raw) ? raw : {};
  const textOf = (value: unknown) => typeof value === "string" ? value : null;
  const outcome = textOf(record.outcome);
  const reason = kind === "blocked"
    ? `it waits for ${blockedBy}`
    : kind === "interrupted"
    ? "the process that accepted it ended"
    : fault ?? textOf(record.reason) ?? result?.error ?? null;
  const gate = result?.metadata?.gates?.find((gate) => gate.outcome !== "passed");
  const branch = isMacpAware(raw) ? textOf(record.branch) ?? result?.branch ?? null : null;
  const snapshot = result?.metadata?.snapshot_ref ?? null;
  const ended = kind === "escalated" || kind === "failed";
  return {
    id,
    index,
    title: oneLine(titleOf(raw), 200),
    kind,
    since: ended ? result?.completed_at ?? records.endedAt : null,
    outcome,
    reason: reason === null ? null : oneLine(reason, 400),
    blocked_by: blockedBy,
    blocks,
    evidence: {
      log: records.logPath,
      result: result === null ? null : records.resultPath,
      worktree: records.worktree,
      snapshot_ref: snapshot,
      branch,
      gate: gate
        ? { command: oneLine(gate.command, 200), outcome: gate.outcome, exit_code: gate.exit_code }
        : null,
    },
    next: kind === "blocked" ? [] : nextCommands({
      id: id ?? "",
      outcome: kind === "invalid"
        ? "invalid_task"
        : kind === "interrupted"
        ? "interrupted_accept"
        : outcome,
      hasLog: records.logPath !== null,
      hasWork: snapshot !== null || records.worktree !== null ||
        (result?.metadata?.commits ?? 0) > 0,
      worktree: records.worktree,
      branch,
      dependencies: dependenciesOf(raw).flatMap((name) => {
        const found = queue.find(name);
        return isRecord(found) && typeof found.branch === "string" ? [found.branch] : [];
      }),
    }),
  };
}

/** Path of a task's worktree that is ready for work, or null. */
export function worktreeOf({ worktrees }: Pick<State, "worktrees">, id: string): string | null {
  const isReady = ([, { task_id, phase }]: [string, OwnedWorktree]) =>
    task_id === id && phase === "ready";
  return Object.entries(worktrees).find(isReady)?.[0] ?? null;
}
