/**
 * Retention: old logs, results, events and dead letters go, as `macp.retention` says.
 *
 * @module
 */
import { basename, join } from "@std/path";
import { attemptResultsFolder, resultsFolder } from "../dispatcher/result_paths.ts";
import { rotatedFiles, rotateEvents } from "../events/event_files.ts";
import { messageOf } from "../protocol/errors.ts";
import type { State } from "../protocol/generated/types.ts";
import { cursorStanding } from "../store/event_cursor.ts";
import { keepTail } from "../store/keep_tail.ts";
import { LedgerFile } from "../store/ledger.ts";
import { forgottenTasks } from "./forgotten_tasks.ts";
import { type Limits, planRemovals, type Removal, type TaskFile } from "./plan_retention.ts";
import { attemptFiles, isOwnFolder, removeAttemptFiles, resultFiles } from "./task_files.ts";
import type { Settings } from "../protocol/settings.ts";
import type { Store, View } from "../store/store.ts";
import type { FileStat } from "../sys/files.ts";
import type { World } from "../sys/world.ts";
import { protectedFiles } from "./protected_files.ts";

/** Milliseconds between looks at the files of all tasks. */
const lookMs = 3_600_000;

/** What retention works with. */
export interface RetentionContext {
  world: World;
  store: Store;
  settings: Settings;
}

/** What went, or would go. */
export interface RetentionReport {
  removed: { path: string; bytes: number; reason: Removal["reason"] }[];
  /** Where the event file was moved to, or would be moved from; null when it stays. */
  rotated: string | null;
  /** Files of dead letters that lost their oldest lines. */
  trimmed: { path: string; bytes: number }[];
  /** What a person should know, a sentence each. */
  notes: string[];
}

/** How to go about it. */
export interface RetentionOptions {
  /** Look at everything now, and not only once an hour or where a size says so. */
  now?: boolean;
  /** Change nothing. */
  dryRun?: boolean;
}

/**
 * Removes what `macp.retention` no longer keeps. Nothing of a task that has not ended goes,
 * nor of one that such a task depends on; nothing outside `.mosaic/orchestrator`.
 *
 * Never throws: what fails is a note.
 */
export async function applyRetention(
  context: RetentionContext,
  options: RetentionOptions = {},
): Promise<RetentionReport> {
  const report: RetentionReport = { removed: [], rotated: null, trimmed: [], notes: [] };
  const { store } = context;
  const attempt = (work: () => void) => {
    try {
      work();
    } catch (error) {
      report.notes.push(`retention: ${messageOf(error)}`);
    }
  };
  try {
    const due = options.now === true || isDue(context, store.readState());
    if (options.dryRun) {
      const view = { queue: store.readQueue(), state: store.readState() };
      tidy(context, view, report, { due: true, dryRun: true, attempt });
    } else if (due || isTooLarge(context)) {
      await store.settled((view) => tidy(context, view, report, { due, dryRun: false, attempt }));
    }
  } catch (error) {
    report.notes.push(`retention: ${messageOf(error)}`);
  }
  return report;
}

/** Whether the files of all tasks were not looked at for an hour. */
function isDue({ world }: RetentionContext, { tidied_at }: State): boolean {
  const since = world.clock.now() - Date.parse(tidied_at ?? "");
  return !(since >= 0 && since < lookMs);
}

/** Whether a file that grows by lines is larger than it may be, and can be made smaller. */
function isTooLarge(context: RetentionContext): boolean {
  return deadLetters(context).length > 0 || rotation(context).size !== null;
}

interface Tidying {
  /** Whether to look at the files of all tasks. */
  due: boolean;
  dryRun: boolean;
  /** Goes on with the rest when a part of it fails. */
  attempt: (work: () => void) => void;
}

function tidy(context: RetentionContext, view: View, report: RetentionReport, how: Tidying): void {
  const { world, store } = context;
  how.attempt(() => tidyEvents(context, report, how));
  how.attempt(() => tidyDeadLetters(context, report, how));
  if (!how.due) return;
  how.attempt(() => tidyTasks(context, view, report, how));
  const tidied_at = new Date(world.clock.now()).toISOString();
  if (!how.dryRun) new LedgerFile(world, store.paths).write({ ...view.state, tidied_at });
}

/** Size of the event file when it is to be rotated, and what a person should know of it. */
function rotation(context: RetentionContext): { size: number | null; note: string | null } {
  const { world: { files }, store: { paths }, settings: { macp: { retention } } } = context;
  const events = files.lstat(paths.events);
  const most = retention.event_max_bytes;
  if (most === null || events?.kind !== "file" || events.size <= most) {
    return { size: null, note: null };
  }
  const { behind, forgotten, fault } = standing(context, events);
  if (fault === null && behind.length === 0) {
    const who = forgotten.join(", ");
    const note = `events.ndjson is not kept for ${who}: not enabled, and not served for 7 days`;
    return { size: events.size, note: who === "" ? null : note };
  }
  const why = fault ?? `${behind.join(", ")} has not read all of it`;
  return { size: null, note: `events.ndjson has ${events.size} bytes and stays: ${why}` };
}

function standing({ world, store, settings }: RetentionContext, events: FileStat | null) {
  const enabled = enabledSinkNames(settings);
  const now = world.clock.now();
  return cursorStanding(world.files, store.paths.cursor, { events, enabled, now });
}

/** Sinks that the settings enable in so many words. */
function enabledSinkNames({ macp }: Settings): string[] {
  const names = ["webhook", "discord", "slack", "ntfy", "exec", "stdout"] as const;
  return names.filter((name) => macp[name].enabled === true);
}

function tidyEvents(
  context: RetentionContext,
  report: RetentionReport,
  { due, dryRun }: Tidying,
): void {
  const { world: { files, clock }, store: { paths }, settings: { macp: { retention } } } = context;
  const { size, note } = rotation(context);
  if (note !== null && (due || size !== null)) report.notes.push(note);
  if (size !== null) {
    const now = clock.now();
    report.rotated = dryRun ? paths.events : rotateEvents(files, paths.events, { size, now });
  }
  const rotated = rotatedFiles(files, paths.events);
  const most = retention.event_files ?? Infinity;
  if (rotated.length <= most) return;
  const { neededAfter } = standing(context, null);
  const isNeeded = (path: string) => neededAfter !== null && basename(path) > neededAfter;
  for (const { path, size: bytes } of rotated.slice(0, rotated.length - most)) {
    if (isNeeded(path)) break;
    if (!dryRun) files.remove(path);
    report.removed.push({ path, bytes, reason: "count" });
  }
}

/** Files of dead letters that are too large. */
function deadLetters(context: RetentionContext): { path: string; bytes: number }[] {
  const { world: { files }, store: { paths }, settings: { macp: { retention } } } = context;
  const most = retention.dead_letter_max_bytes;
  if (most === null || !isOwnFolder(files, paths.folder, paths.deadLetters)) return [];
  return files.list(paths.deadLetters).filter((name) => /^[\w.-]+\.ndjson$/.test(name))
    .flatMap((name) => {
      const path = join(paths.deadLetters, name);
      const stat = files.lstat(path);
      return stat?.kind === "file" && stat.size > most ? [{ path, bytes: stat.size - most }] : [];
    });
}

function tidyDeadLetters(
  context: RetentionContext,
  report: RetentionReport,
  { dryRun }: Tidying,
): void {
  const most = context.settings.macp.retention.dead_letter_max_bytes ?? Infinity;
  for (const letter of deadLetters(context)) {
    const bytes = dryRun ? letter.bytes : keepTail(context.world, letter.path, most);
    if (bytes > 0) report.trimmed.push({ path: letter.path, bytes });
  }
}

function tidyTasks(
  context: RetentionContext,
  { queue, state }: View,
  report: RetentionReport,
  { dryRun, attempt }: Tidying,
): void {
  const { world: { files, clock }, store: { paths }, settings } = context;
  const { retention } = settings.macp;
  const { isTask, isPath, isKnown } = protectedFiles(queue, state, paths);
  const resultFolder = resultsFolder(paths, settings);
  const mayGo = forgottenTasks(files, resultFolder, clock.now());
  const about = (days: number | null) => ({
    now: clock.now(),
    isProtected: (file: TaskFile) =>
      isTask(file.task) || isPath(file.path) || (!isKnown(file) && !mayGo(file, days)),
  });
  const logsLeft = new Set<string>();
  const tell = (removals: readonly Removal[], remove: () => void) => {
    if (!dryRun) remove();
    for (const { file: { path, size: bytes }, reason } of removals) {
      report.removed.push({ path, bytes, reason });
    }
  };
  attempt(() => {
    const limits = { days: retention.log_days, maxBytes: retention.log_max_bytes };
    if (!isOwnFolder(files, paths.folder, paths.logs)) return;
    const all = attemptFiles(files, paths.logs, ".log");
    const logs = isUnlimited(limits) ? [] : planRemovals(all, limits, about(retention.log_days));
    const go = new Set(logs.map(({ file }) => file));
    for (const file of all) if (!go.has(file)) logsLeft.add(file.task);
    tell(logs, () => removeAttemptFiles(files, paths.logs, logs));
  });
  attempt(() => {
    const limits = { days: retention.result_days, maxCount: retention.result_max_count };
    if (isUnlimited(limits) || !isOwnFolder(files, paths.folder, resultFolder)) return;
    const { now, isProtected } = about(retention.result_days);
    const results = planRemovals(resultFiles(files, resultFolder), limits, {
      now,
      // What says that a forgotten task ended goes after all else of it.
      isProtected: (file) => isProtected(file) || (!isKnown(file) && logsLeft.has(file.task)),
    });
    tell(results, () => results.forEach(({ file }) => files.remove(file.path)));
    const attempts = attemptResultsFolder(paths, settings);
    if (!isOwnFolder(files, paths.folder, attempts)) return;
    // With the result of a task go those of its attempts.
    const gone = new Set(results.map(({ file }) => file.task));
    const all = attemptFiles(files, attempts, ".json");
    const old = planRemovals(all, { days: retention.result_days }, { now, isProtected });
    const isOld = new Set(old.map(({ file }) => file));
    const others = all.filter((file) => gone.has(file.task) && !isOld.has(file))
      .map((file): Removal => ({ file, reason: "count" }));
    tell([...old, ...others], () => removeAttemptFiles(files, attempts, [...old, ...others]));
  });
}

function isUnlimited(limits: Limits): boolean {
  return Object.values(limits).every((limit) => limit === null);
}
