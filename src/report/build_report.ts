/**
 * Tasks, results, events and ends of logs as one report. Pure.
 *
 * @module
 */
import { activeHolds } from "../controller/holds.ts";
import { type Plan, standingOf } from "../controller/schedule.ts";
import type { InboxItem } from "../people/inbox.ts";
import { isRecord } from "../protocol/events.ts";
import {
  dependenciesOf,
  idOf,
  type RawTask,
  type Status,
  statuses,
  statusOf,
  titleOf,
} from "../protocol/task.ts";
import { oneLine } from "../protocol/text.ts";
import { describeAttempts } from "./describe_attempts.ts";
import type { AttemptSources } from "./describe_attempts.ts";
import type { TaskHistory } from "./fold_events.ts";
import type { ReportData, ReportTask, TaskDetails, WaitingRow } from "./report_data.ts";
import { summariseTasks } from "./summarise_tasks.ts";
import { shownText } from "./text_budget.ts";

/** What a report is made of. */
export interface ReportSources {
  version: string;
  repository: string;
  /** Milliseconds since the epoch; null: everything. */
  since: number | null;
  plan: Plan;
  /** What happened, by task id. */
  histories: ReadonlyMap<string, TaskHistory>;
  inbox: readonly InboxItem[];
  /** What else is known of a task's attempts. */
  recordsOf: (id: string) => Omit<AttemptSources, "events" | "budget">;
  budget: AttemptSources["budget"];
  unreadableLines: number;
}

/** One task before its evidence is read. */
interface Entry {
  id: string;
  /** Undefined when the queue has it no more. */
  raw: RawTask | undefined;
  history: TaskHistory | undefined;
}

/** The report. Evidence of tasks that wait for a person is read first, then the newest. */
export function buildReport(sources: ReportSources): ReportData {
  const { plan, inbox } = sources;
  const now = new Date(plan.now).toISOString();
  const waiting = inbox.map(waitingRow);
  const important = new Set(waiting.flatMap(({ id, blocked_by }) => [id, blocked_by]));
  const entries = entriesOf(sources).filter((entry) =>
    important.has(entry.id) || isRecent(entry, sources.since)
  );
  const tasks = describeEntries(sources, entries, important);
  const times = tasks.flatMap(({ attempts }) => attempts)
    .flatMap(({ started_at, ended_at }) => [started_at, ended_at])
    .filter((time) => time !== null).sort(compare);
  return {
    generated_at: now,
    version: sources.version,
    repository: oneLine(sources.repository, 100),
    since: sources.since === null ? null : new Date(sources.since).toISOString(),
    from: times[0] ?? null,
    to: times.at(-1) ?? null,
    summary: summariseTasks(tasks, { waiting, now }),
    waiting,
    holds: activeHolds(plan.holds, plan.now).map(({ runtime, until, reason }) => ({
      runtime,
      until: new Date(until).toISOString(),
      reason: oneLine(reason, 300),
    })),
    tasks,
    unreadable_lines: sources.unreadableLines,
  };
}

/** Tasks of the queue, then those that only the events still know. */
function entriesOf({ plan: { queue }, histories }: ReportSources): Entry[] {
  const queued = queue.tasks.flatMap((raw) => {
    const id = idOf(raw);
    return id === null ? [] : [{ id, raw, history: histories.get(id) }];
  });
  const known = new Set(queued.map(({ id }) => id));
  const gone = [...histories].filter(([id]) => !known.has(id))
    .map(([id, history]) => ({ id, raw: undefined, history }));
  return [...queued, ...gone];
}

/** Each of them with its evidence: first those that need a person, then the newest. */
function describeEntries(
  sources: ReportSources,
  entries: readonly Entry[],
  important: ReadonlySet<string | null>,
): ReportTask[] {
  const urgency = ({ id, raw }: Entry) =>
    important.has(id) ? 0 : statusOf(raw) === "running" || statusOf(raw) === "failed" ? 1 : 2;
  const endOf = ({ history }: Entry) =>
    history?.attempts.at(-1)?.ended_at ?? history?.attempts.at(-1)?.started_at ?? "";
  const order = [...entries].sort((a, b) => urgency(a) - urgency(b) || compare(endOf(b), endOf(a)));
  const described = new Map(order.map((entry) => [entry, describeTask(sources, entry)]));
  return entries.flatMap((entry) => described.get(entry) ?? []);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function waitingRow({ evidence, ...item }: InboxItem): WaitingRow {
  const { id, index, title, kind, since, outcome, reason, blocked_by, blocks, next } = item;
  return {
    id,
    index,
    title,
    kind,
    since,
    outcome,
    reason,
    blocked_by,
    blocks,
    gate: evidence.gate,
    next,
  };
}

/** Whether something happened to it since then, or still may. */
function isRecent({ raw, history }: Entry, since: number | null): boolean {
  if (since === null) return true;
  const status = statusOf(raw);
  if (status === "pending" || status === "running" || status === "gated") return true;
  const times = [
    ...history?.attempts.map(({ started_at, ended_at }) => ended_at ?? started_at) ?? [],
    ...history?.moments.map(({ at }) => at) ?? [],
  ];
  return times.some((time) => Date.parse(time) >= since);
}

function describeTask(sources: ReportSources, entry: Entry): ReportTask {
  const { id, raw, history } = entry;
  const { since, budget, plan } = sources;
  const described = describeAttempts({
    ...sources.recordsOf(id),
    events: history?.attempts ?? [],
    budget,
  }).filter(({ attempt: { ended_at, started_at, running } }) =>
    since === null || running || Date.parse(ended_at ?? started_at ?? "") >= since
  );
  const task = isRecord(raw) ? raw : {};
  const attempts = described.map(({ attempt }) => attempt);
  return {
    id,
    title: oneLine(titleOf(raw) || history?.title || "", 300),
    status: raw === undefined ? knownStatus(history?.status) : statusOf(raw),
    queued: raw !== undefined,
    outcome: line(task.outcome) ?? attempts.at(-1)?.outcome ?? null,
    reason: line(task.reason),
    type: line(task.type),
    runtime: line(task.runtime),
    dispatch: line(task.dispatch),
    depends_on: dependenciesOf(raw),
    waits: raw === undefined ? null : whyItWaits(plan, raw),
    ready_at: readyAt(dependenciesOf(raw), sources.histories),
    landed: landedOf(task.metadata),
    attempts,
    moments: history?.moments.filter(({ at }) => since === null || Date.parse(at) >= since) ?? [],
    details: {
      branch: line(task.branch),
      pr: line(task.pr),
      issue: line(task.issue),
      replies: repliesOf(task.replies),
      attempts: described.map(({ details }) => details),
    },
  };
}

function line(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? oneLine(value, 400) : null;
}

function knownStatus(status: string | null | undefined): Status | null {
  return statuses.find((known) => known === status) ?? null;
}

function whyItWaits(plan: Plan, raw: RawTask): string | null {
  if (statusOf(raw) !== "pending") return null;
  const standing = standingOf(plan, raw);
  const time = (ms: number) => new Date(ms).toISOString();
  switch (standing.kind) {
    case "blocked":
      return `for ${standing.by}, which is ${standing.status}`;
    case "waiting":
      return `for its next attempt at ${time(standing.until)}`;
    case "held":
      return `for runtime ${standing.runtime}, held until ${time(standing.until)}`;
    case "invalid":
      return oneLine(standing.reason, 400);
    case "ready":
      return null;
  }
}

/** When the last dependency was completed; null when that is not known of each. */
function readyAt(
  ids: readonly string[],
  histories: ReadonlyMap<string, TaskHistory>,
): string | null {
  const times = ids.map((id) => histories.get(id)?.completed_at ?? null);
  if (times.length === 0 || times.includes(null)) return null;
  return times.filter((time) => time !== null).sort(compare).at(-1) ?? null;
}

function landedOf(metadata: unknown): ReportTask["landed"] {
  const landed = isRecord(metadata) ? metadata.landed : null;
  if (!isRecord(landed)) return null;
  const [into, commit, at] = [line(landed.into), line(landed.commit), line(landed.at)];
  return into && commit && at ? { into, commit, at } : null;
}

function repliesOf(replies: unknown): TaskDetails["replies"] {
  if (!Array.isArray(replies)) return [];
  return replies.filter(isRecord).slice(-20).map(({ at, question, text }) => ({
    at: line(at) ?? "",
    question: line(question),
    text: typeof text === "string" ? shownText(text, 4000) : "",
  }));
}
