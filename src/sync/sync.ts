/**
 * What a table of tasks changes in the queue. Pure.
 *
 * @module
 */
import { isRecord, makeEvent } from "../protocol/events.ts";
import type { Task, TaskEvent } from "../protocol/generated/types.ts";
import {
  faultOf,
  queueStatusOf,
  type RowFault,
  type RowField,
  rowFields,
  type TaskRow,
  wordsFor,
} from "./task_rows.ts";
import { dependenciesOf, idOf, statusOf, titleOf } from "../protocol/task.ts";
import type { Queue, TaskPatch } from "../store/queue.ts";
import type { View } from "../store/store.ts";
import { carriedMetadata } from "../controller/event_metadata.ts";
import { findCircle } from "../controller/find_circle.ts";
import { attemptOf } from "../controller/owners.ts";

/** Change of one field; null is no value. */
export interface FieldChange {
  field: string;
  old: unknown;
  new: unknown;
}

/** What a table changes in the queue. */
export interface SyncPlan {
  added: { id: string; line: number; task: Task }[];
  changed: { id: string; line: number; changes: FieldChange[] }[];
  /** Ids of rows that say what the queue says. */
  unchanged: string[];
  /** Rows, or parts of rows, that are not taken over. */
  skipped: { id: string; line: number; reason: string }[];
  /** With any, nothing may be changed. */
  faults: RowFault[];
}

/** Statuses of a task whose worker or gates are at work. */
const underWay: readonly unknown[] = ["running", "gated"];

/** What the rows change in the queue. `source` is the name of the document. */
export function planSync(
  rows: readonly TaskRow[],
  { queue, state }: View,
  source: string,
): SyncPlan {
  const plan: SyncPlan = { added: [], changed: [], unchanged: [], skipped: [], faults: [] };
  plan.faults.push(...dependencyFaults(rows, queue), ...caseFaults(rows, queue));
  if (plan.faults.length > 0) return plan;
  const skipped = skippedRows(rows, { queue, state });
  for (const row of rows) {
    const { id, line } = row;
    const reason = skipped.get(id);
    const raw = queue.find(id);
    if (meansSame(row, raw)) plan.unchanged.push(id);
    else if (reason !== undefined) plan.skipped.push({ id, line, reason });
    else if (raw === undefined) plan.added.push({ id, line, task: newTask(row, source) });
    else planExisting(plan, row, raw);
  }
  plan.faults.push(...commandFaults(plan, rows, queue), ...cycleFaults(plan, rows, queue));
  return plan;
}

/** Whether a task was ever begun, or ended: then its status is that of the queue. */
export function hasStarted(raw: unknown): boolean {
  if (!isRecord(raw)) return false;
  const counts = [raw.attempts, raw.last_attempt].some((count) => Number(count ?? 0) > 0);
  return raw.status !== "pending" || counts;
}

/** Patches of the tasks that change, and the events that tell of it. */
export function changesOf(
  plan: SyncPlan,
  queue: Queue,
  { source, now }: { source: string; now: number },
): { patches: TaskPatch[]; added: Task[]; events: TaskEvent[] } {
  const patches = plan.changed.map(({ id, changes }) => ({
    id,
    fields: Object.fromEntries(changes.map((change) => [change.field, change.new ?? undefined])),
  }));
  const events = patches.filter(({ fields }) => fields.status === "completed")
    .map(({ id, fields }) => {
      const before = queue.find(id);
      const task = { ...(isRecord(before) ? before : {}), ...fields };
      return makeEvent({
        event_type: "task.completed",
        task_id: id,
        status: "completed",
        source: "controller",
        message: `Marked as done in ${source}`,
        metadata: { title: titleOf(task), ...carriedMetadata(task) },
      }, now);
    });
  return { patches, added: plan.added.map(({ task }) => task), events };
}

/** Whether a row only repeats that people keep the task as it stands in the queue. */
function meansSame({ status }: TaskRow, raw: unknown): boolean {
  const now = statusOf(raw);
  return queueStatusOf(status) === null && now !== null && wordsFor[now].includes(status);
}

function newTask(row: TaskRow, source: string): Task {
  const { title = row.id, ...fields } = row.fields;
  const given = Object.entries({ ...fields, pr: row.pr ?? undefined })
    .filter(([, value]) => value !== undefined);
  const task = { id: row.id, title, status: queueStatusOf(row.status) ?? "pending" };
  return { ...task, ...Object.fromEntries(given), metadata: { source } } as Task;
}

function planExisting(plan: SyncPlan, row: TaskRow, raw: unknown): void {
  const { id, line } = row;
  const task = raw as Record<string, unknown>;
  const wanted = rowFields.filter((field) => field in row.fields)
    .map((field) => ({ field, old: task[field] ?? null, new: row.fields[field] ?? null }))
    .filter((change) => !isSame(change.old, change.new));
  const bare = wanted.some(takesCommand);
  const kept = wanted.filter((change) =>
    takesCommand(change) || isKept(change.field, change.new, task)
  );
  const changes: FieldChange[] = wanted.filter((change) => !kept.includes(change));
  const status = queueStatusOf(row.status);
  if (status === "completed" && !hasStarted(raw)) {
    changes.unshift({ field: "status", old: task.status, new: status });
  }
  const told = kept.filter((change) => change.new !== null);
  if (told.length > 0) {
    const names = told.map(({ field }) => field).join(", ");
    plan.skipped.push({ id, line, reason: `${names}: the task is ${nowOf(task)}` });
  }
  if (bare) {
    plan.skipped.push({ id, line, reason: "command: the cell is empty, that of the queue stays" });
  }
  if (changes.length > 0) plan.changed.push({ id, line, changes });
  else if (told.length === 0 && !bare) plan.unchanged.push(id);
}

/** An empty cell says nothing of what runs: a task without its command could not. */
function takesCommand(change: { field: string; new: unknown }): boolean {
  return change.field === "command" && change.new === null;
}

/** The branch of a task that was begun is where its work lies; how it runs now stays too. */
function isKept(field: RowField, value: unknown, task: Record<string, unknown>): boolean {
  const isRunning = underWay.includes(task.status);
  if (field === "branch") return isRunning || (hasStarted(task) && task.branch !== undefined);
  if (field === "dispatch" && value === null && hasStarted(task)) return true;
  return isRunning && field !== "title" && field !== "description" && field !== "issue";
}

function nowOf({ status }: Record<string, unknown>): string {
  return underWay.includes(status) ? String(status) : "begun already";
}

function isSame(old: unknown, now: unknown): boolean {
  const isEmpty = (value: unknown) =>
    value === null || value === "" || (Array.isArray(value) && value.length === 0);
  return (isEmpty(old) && isEmpty(now)) || JSON.stringify(old) === JSON.stringify(now);
}

/** Why rows are not taken over, by id. */
function skippedRows(rows: readonly TaskRow[], { queue, state }: View): Map<string, string> {
  const skipped = new Map<string, string>();
  for (const { id, status } of rows) {
    const raw = queue.find(id);
    if (raw !== undefined && statusOf(raw) === null) {
      skipped.set(id, "the task is invalid in the queue; see: macp validate");
    } else if (queueStatusOf(status) === null) {
      const standing = raw === undefined ? "not in the queue" : `${statusOf(raw)} in the queue`;
      skipped.set(id, `${status} in the table, ${standing}`);
    } else if (raw === undefined && attemptOf(state, id) !== null) {
      skipped.set(id, "gone from tasks.json, and an attempt of it has not come to its end");
    }
  }
  // What stands behind a row that does not get into the queue cannot get there either.
  for (let before = -1; before < skipped.size;) {
    before = skipped.size;
    for (const { id, fields } of rows) {
      const missing = [fields.depends_on ?? []].flat()
        .find((other) => skipped.has(other) && queue.find(other) === undefined);
      if (missing && !skipped.has(id)) skipped.set(id, `depends on ${missing}, which is skipped`);
    }
  }
  return skipped;
}

function dependencyFaults(rows: readonly TaskRow[], queue: Queue): RowFault[] {
  const known = new Set([...queue.ids(), ...rows.map(({ id }) => id)]);
  return rows.flatMap(({ cells, fields }) => {
    const unknown = [fields.depends_on ?? []].flat().filter((id) => !known.has(id));
    if (unknown.length === 0 || !cells.depends_on) return [];
    const problem = `names no task of the table or the queue: ${unknown.join(", ")}`;
    return [faultOf(cells.depends_on, "depends_on", problem)];
  });
}

function caseFaults(rows: readonly TaskRow[], queue: Queue): RowFault[] {
  const byLower = new Map([...queue.ids()].map((id) => [id.toLowerCase(), id]));
  return rows.flatMap(({ id, cells }) => {
    const other = byLower.get(id.toLowerCase());
    if (other === undefined || queue.find(id) !== undefined || !cells.id) return [];
    return [faultOf(cells.id, "id", `differs in letter case only from ${other} of the queue`)];
  });
}

/** Rows that would run a command that neither they nor the queue name. */
function commandFaults(plan: SyncPlan, rows: readonly TaskRow[], queue: Queue): RowFault[] {
  const next = new Map<string, Record<string, unknown>>();
  for (const { task } of plan.added) next.set(task.id, { ...task });
  for (const { id, changes } of plan.changed) {
    const raw = queue.find(id);
    const set = Object.fromEntries(changes.map(({ field, new: value }) => [field, value]));
    // What the table does not make wrong is no fault of it.
    if ("dispatch" in set) next.set(id, { ...(isRecord(raw) ? raw : {}), ...set });
  }
  return rows.flatMap(({ id, cells }) => {
    const { status, dispatch, command } = next.get(id) ?? {};
    const isBare = typeof command !== "string" || command.trim() === "";
    const cell = cells.command ?? cells.dispatch;
    if (status !== "pending" || dispatch !== "exec" || !isBare || !cell) return [];
    return [faultOf(cell, "command", "is missing, and dispatch exec needs one")];
  });
}

/** A circle that a row closes or stands in, as the queue would be afterwards. */
function cycleFaults(plan: SyncPlan, rows: readonly TaskRow[], queue: Queue): RowFault[] {
  const graph = new Map<string, readonly string[]>();
  for (const raw of queue.tasks) graph.set(idOf(raw) ?? "", dependenciesOf(raw));
  for (const { task } of plan.added) graph.set(task.id, task.depends_on ?? []);
  for (const { id, changes } of plan.changed) {
    const change = changes.find(({ field }) => field === "depends_on");
    if (change) graph.set(id, (change.new ?? []) as string[]);
  }
  const circle = findCircle((id) => graph.get(id) ?? [], rows.map(({ id }) => id));
  const row = rows.find(({ id }) => circle?.includes(id));
  const cell = row?.cells.depends_on ?? row?.cells.id;
  if (!circle || !cell) return [];
  return [faultOf(cell, "depends_on", `forms a cycle: ${[...circle, circle[0]].join(" → ")}`)];
}
