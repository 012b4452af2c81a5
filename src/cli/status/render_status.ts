/**
 * What `macp status` tells people, as lines. Pure.
 *
 * @module
 */
import { isRecord } from "../../protocol/events.ts";
import { type RawTask, statusOf } from "../../protocol/task.ts";
import { tellTime } from "../moment.ts";
import { type Color, tabulate } from "../output.ts";
import type { Group, GroupName } from "./groups.ts";
import type { StatusLook } from "./overview.ts";
import type { PersonNeeded } from "./needs_person.ts";
import { describeTask, type TaskStatus } from "./task_status.ts";

/** Measures texts. */
export interface Fit {
  widthOf(text: string): number;
  cutTo(text: string, columns: number): string;
}

/** Measures texts of characters that take one column each. */
export const narrowFit: Fit = {
  // deno-lint-ignore no-control-regex
  widthOf: (text) => text.replaceAll(/\x1b\[\d+m/g, "").length,
  cutTo: (text, columns) =>
    text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`,
};

/** How to draw. */
export interface StatusPage {
  /** Columns of the terminal; Infinity where nothing is to be cut. */
  columns: number;
  paint: (color: Color, text: string) => string;
  fit: Fit;
  /** A text on one line without secrets, cut to `most` characters. */
  say: (text: string, most: number) => string;
  /** Lines on the attempts under way. */
  running: readonly string[];
  /** Lines on the sinks. */
  sinks: readonly string[];
  /** Path of the configuration where it is not enabled; null where it is. */
  disabled: string | null;
  /** Sign before a line to type. */
  mark: string;
}

const colors: Partial<Record<string, Color>> = {
  running: "bold",
  gated: "bold",
  completed: "green",
  failed: "red",
  escalated: "red",
  invalid: "red",
};

/** Longest texts where nothing is cut. */
const most = { id: 60, title: 60, remark: 120 } as const;
/** Commands that are shown for a task that needs a person. */
const mostCommands = 2;

/** All lines, each cut to the width. */
export function renderStatus(look: StatusLook, page: StatusPage): string[] {
  return [
    ...headOf(look, page),
    ...runningSection(look, page),
    ...personSection(look, page),
    ...section(look, page, "waiting", "Waiting"),
    ...section(look, page, "ready", "Ready"),
    ...restOf(look),
    ...page.sinks.length > 0 ? ["", ...page.sinks.map((line) => cutPainted(line, page))] : [],
    ...section(look, page, "ended", "Ended"),
  ];
}

function headOf(look: StatusLook, { paint, disabled, fit, columns, say }: StatusPage): string[] {
  const { overview: { controller, counts, next_wake_up, holds, running }, plan: { now } } = look;
  const counted = Object.entries(withCancelled(counts, look)).filter(([, count]) => count > 0)
    .map(([status, count]) => paint(colors[status] ?? "dim", `${count} ${status}`));
  const active = (counts.running ?? 0) + (counts.gated ?? 0);
  const accepted = running.filter(({ accepted_by }) => accepted_by?.alive);
  const lines = [counted.join(", ") || "the queue is empty"];
  const add = (line: string) => void lines.push(fit.cutTo(line, columns - 1));
  if (disabled !== null) add(`not enabled: ${disabled} (macp init --enable)`);
  if (controller) add(`controller: process ${controller.pid}`);
  else if (accepted.length < active || running.some(({ carried_on }) => !carried_on)) {
    add("no controller lives: the next run recovers what was running");
  }
  for (const { id, accepted_by } of accepted) {
    add(`process ${accepted_by?.pid} accepts ${say(id, most.id)}`);
  }
  for (const { runtime, until, reason } of holds) {
    add(`runtime ${runtime} is held until ${tellTime(until, now)}: ${say(reason, most.remark)}`);
  }
  if (next_wake_up) add(`next attempt: ${tellTime(next_wake_up, now)}`);
  return lines;
}

/** Who was cancelled did not fail, whatever the status is that the queue has for it. */
function withCancelled(
  counts: Readonly<Record<string, number>>,
  { plan: { queue } }: StatusLook,
): Record<string, number> {
  const cancelled = queue.tasks.filter(isCancelled).length;
  const { failed = 0, ...others } = counts;
  return { ...others, failed: failed - cancelled, cancelled };
}

/** Its status, or that a person cancelled it. */
function wordOf({ status, outcome }: Pick<TaskStatus, "status" | "outcome">): string {
  return status === "failed" && outcome === "cancelled" ? outcome : status;
}

function isCancelled(raw: RawTask): boolean {
  return statusOf(raw) === "failed" && isRecord(raw) && raw.outcome === "cancelled";
}

function runningSection({ groups, attempts }: StatusLook, page: StatusPage): string[] {
  const known = new Set(attempts.map(({ key }) => key));
  const others = groups.running.shown.filter(({ raw }) => !known.has(idText(raw)));
  const rows = others.map(({ raw }) => [idText(raw), statusOf(raw) ?? "", ""]);
  const lines = [...page.running, ...rowsOf(rows, page)];
  return lines.length === 0 ? [] : [...heading("Running", page), ...lines];
}

function idText(raw: RawTask): string {
  const id = typeof raw === "object" && raw !== null && "id" in raw ? raw.id : null;
  return typeof id === "string" ? id : "";
}

function personSection(look: StatusLook, page: StatusPage): string[] {
  const { overview: { needs_person }, groups: { person } } = look;
  if (needs_person.length === 0) return [];
  return [
    ...heading("Needs a person", page),
    ...needs_person.flatMap((needed) => personLines(look, page, needed)),
    ...person.more > 0 ? [`  … and ${person.more} more: macp inbox`] : [],
  ];
}

function personLines(
  { plan }: StatusLook,
  { paint, fit, columns, mark, say }: StatusPage,
  { id, index, outcome, reason, next, blocks }: PersonNeeded,
): string[] {
  const task = describeTask(plan, plan.queue.tasks[index]);
  const name = id === null ? `element ${index + 1} of the queue` : say(id, most.id);
  const about = `${wordOf(task)} · ${task.attempts}/${task.max_attempts}`;
  const title = say(task.title, most.title);
  const why = [outcome === wordOf(task) ? null : outcome, reason].filter((text) => text !== null)
    .join(": ");
  const behind = blocks.length === 0 ? "" : `${blocks.length} behind it`;
  const commands = next.filter(({ command }) => !/^macp (logs|diff) /.test(command))
    .slice(0, mostCommands);
  const room = (indent: number) => columns - 1 - indent;
  const head = fit.cutTo([name, about, behind, title].filter(Boolean).join("  "), room(2));
  return [
    `  ${paint("bold", head.slice(0, name.length))}${head.slice(name.length)}`,
    ...why === "" ? [] : [`    ${paint("red", fit.cutTo(say(why, 2 * most.remark), room(4)))}`],
    ...commandLines(
      commands.map(({ command, why }): [string, string] => [`    ${mark} ${command}`, `# ${why}`]),
      {
        fit,
        room: room(0),
      },
    ),
  ];
}

/** Lines to type, each with what it does where there is room; they are never cut. */
function commandLines(
  rows: readonly [string, string][],
  { fit, room }: { fit: Fit; room: number },
): string[] {
  return tabulate(rows, fit.widthOf)
    .map((line, at) => fit.widthOf(line) <= room ? line : rows[at]?.[0] ?? "");
}

function section(
  look: StatusLook,
  page: StatusPage,
  name: Exclude<GroupName, "running" | "person">,
  title: string,
): string[] {
  const group: Group = look.groups[name];
  if (group.shown.length === 0) return [];
  const { say } = page;
  const rows = group.shown.map(({ raw }) => {
    const task = describeTask(look.plan, raw);
    return [
      say(task.id, most.id) || "(no id)",
      ...stateOf(name, task, { now: look.plan.now, ungated: isUngated(look.plan, raw) }, page),
      say(task.title, most.title),
    ];
  });
  return [
    ...heading(title, page),
    ...rowsOf(rows, page),
    ...group.more > 0 ? [`  … and ${group.more} more; all with --json, one with --task-id`] : [],
  ];
}

/** Whether a run completed it without a gate that looked at it. */
function isUngated({ settings }: StatusLook["plan"], raw: RawTask): boolean {
  if (statusOf(raw) !== "completed" || !isRecord(raw) || raw.outcome !== "completed") return false;
  const gates = Object.hasOwn(raw, "quality_gates") ? raw.quality_gates : settings.quality_gates;
  return !Array.isArray(gates) || gates.length === 0;
}

function stateOf(
  name: GroupName,
  task: TaskStatus,
  { now, ungated }: { now: number; ungated: boolean },
  { paint, say }: StatusPage,
): string[] {
  const tries = task.attempts === 0 ? "" : `${task.attempts}/${task.max_attempts}`;
  if (name !== "ended") return [waitOf(task, now, say), tries].filter((text) => text !== "");
  const word = wordOf(task);
  const why = [task.outcome !== word ? task.outcome : null, task.reason]
    .filter(Boolean).join(": ");
  const state = [ungated ? `${word} (no gates)` : word, tries].filter(Boolean).join(" · ");
  return [paint(colors[task.status] ?? "dim", state), say(why, most.remark)];
}

function waitOf(task: TaskStatus, now: number, say: StatusPage["say"]): string {
  const { blocked_by: by, blocker_status: status } = task;
  if (by) {
    const isStuck = status === "failed" || status === "escalated";
    const waits = `waits for ${say(by, most.id)}`;
    if (isStuck) return `blocked: ${say(by, most.id)} ${status}`;
    return status === "running" || status === "gated" ? `${waits}, which runs` : waits;
  }
  if (task.held_until) {
    return `runtime ${task.held_runtime} is held until ${tellTime(task.held_until, now)}`;
  }
  return task.not_before ? `next attempt at ${tellTime(task.not_before, now)}` : "";
}

function restOf({ groups: { unlooked } }: StatusLook): string[] {
  return unlooked === 0 ? [] : ["", `… and ${unlooked} more pending tasks; all with --json`];
}

function heading(text: string, { paint }: StatusPage): string[] {
  return ["", paint("bold", text)];
}

/** Rows that line up; where they do not fit, what stands last is cut. */
function rowsOf(rows: readonly string[][], page: StatusPage): string[] {
  return tabulate(rows.map(([id = "", ...rest]) => [`  ${id}`, ...rest]), page.fit.widthOf)
    .map((line) => cutPainted(line, page));
}

/** Colours are taken out of a line that has to be cut. */
function cutPainted(line: string, { fit, columns }: StatusPage): string {
  if (fit.widthOf(line) <= columns - 1) return line;
  // deno-lint-ignore no-control-regex
  return fit.cutTo(line.replaceAll(/\x1b\[\d+m/g, ""), columns - 1);
}
