/**
 * What a report is made of, read from the repository.
 *
 * @module
 */
import { basename, relative } from "@std/path";
import { hasLiveOwner } from "../controller/owners.ts";
import { readAllLines } from "../events/event_files.ts";
import { describeInbox, findWaiting, worktreeOf } from "../people/inbox.ts";
import { isRecord, parseEventLine } from "../protocol/events.ts";
import type { TaskResult } from "../protocol/generated/types.ts";
import { idOf, type RawTask } from "../protocol/task.ts";
import { redactReadEvent, redactResult } from "../redaction/redact_formats.ts";
import type { Redactor } from "../redaction/redactor.ts";
import { buildReport, type ReportSources } from "../report/build_report.ts";
import { EventFold } from "../report/fold_events.ts";
import { readLogTail } from "../report/read_log_tail.ts";
import type { ReportData } from "../report/report_data.ts";
import { TextBudget } from "../report/text_budget.ts";
import { Queue } from "../store/queue.ts";
import type { World } from "../sys/world.ts";
import { findRecords, type TaskRecords } from "./find_result.ts";
import type { OpenRepository } from "./open_repository.ts";
import { version } from "./version.ts";

/** Characters of output and logs that a report holds. */
const mostText = 12_000_000;

/** Reads everything, without secrets, as one report. */
export async function gatherReport(
  world: World,
  repository: OpenRepository,
  since: number | null,
): Promise<ReportData> {
  const { store, settings, redactor, paths } = repository;
  const queue = withoutSecrets(store.readQueue(), redactor, paths.queue);
  const state = store.readState();
  const plan = {
    queue,
    holds: redactor.value(state.holds ?? {}),
    settings,
    now: world.clock.now(),
  };
  const { fold, unreadable } = readEvents(world, repository);
  const records = await readRecords(world, repository, { queue, ids: fold.tasks.keys() });
  const waiting = findWaiting(plan, (id) => {
    const attempt = state.running[id];
    return !!attempt?.accept && !hasLiveOwner(world, attempt);
  });
  const inbox = describeInbox(queue, waiting, ({ id }) => {
    const known = id === null ? undefined : records.get(id);
    const place = id === null ? null : worktreeOf(state, id);
    return {
      result: known?.result ?? null,
      resultPath: known?.resultPath ?? null,
      logPath: known?.logs.at(-1)?.path ?? null,
      worktree: place !== null && world.files.lstat(place) !== null ? place : null,
      endedAt: id === null ? null : fold.tasks.get(id)?.attempts.at(-1)?.ended_at ?? null,
    };
  });
  const budget = new TextBudget(mostText);
  return buildReport({
    version,
    repository: redactor.text(basename(paths.repository)),
    since,
    plan,
    histories: fold.tasks,
    inbox: redactor.value(inbox.map((item) => ({ ...item }))).map((item, i) => ({
      ...item,
      // What the formats define stays, whatever a secret may be.
      id: inbox[i]?.id ?? null,
      kind: inbox[i]?.kind ?? item.kind,
    })),
    recordsOf: (id) => recordsOf(world, repository, { id, records, state, budget }),
    budget,
    unreadableLines: unreadable,
  });
}

/** The queue with every text redacted but ids, status and dispatch. */
function withoutSecrets(queue: Queue, redactor: Redactor, path: string): Queue {
  const kept = ["id", "status", "dispatch", "depends_on", "outcome", "not_before", "result_path"];
  const tasks = queue.tasks.map((raw: RawTask) => {
    if (!isRecord(raw)) return redactor.value(raw);
    const own = kept.filter((key) => Object.hasOwn(raw, key)).map((key) => [key, raw[key]]);
    return { ...redactor.value(raw), ...Object.fromEntries(own) };
  });
  return Queue.parse(JSON.stringify({ tasks }), path);
}

function readEvents(
  { files }: World,
  { paths, redactor }: OpenRepository,
): { fold: EventFold; unreadable: number } {
  const fold = new EventFold();
  let unreadable = 0;
  // Older ones too: they tell when an attempt of the time that is wanted began.
  for (const { line } of readAllLines(files, paths.events, { wanted: "", since: -Infinity })) {
    const event = parseEventLine(line);
    if (event === null) unreadable++;
    // Most of the lines of a long run; a report tells nothing of them.
    else if (event.event_type !== "task.progress") fold.push(redactReadEvent(redactor, event));
  }
  return { fold, unreadable };
}

async function readRecords(
  world: World,
  repository: OpenRepository,
  { queue, ids }: { queue: Queue; ids: Iterable<string> },
): Promise<Map<string, TaskRecords>> {
  const found = new Map<string, TaskRecords>();
  const redact = (result: TaskResult) => redactResult(repository.redactor, result);
  for (const id of new Set([...queue.tasks.flatMap((raw) => idOf(raw) ?? []), ...ids])) {
    const records = await findRecords(world, repository, id, queue.find(id));
    found.set(id, {
      ...records,
      result: records.result && redact(records.result),
      attempts: records.attempts.map(redact),
    });
  }
  return found;
}

function recordsOf(
  { files }: World,
  { paths, redactor }: OpenRepository,
  { id, records, state, budget }: {
    id: string;
    records: ReadonlyMap<string, TaskRecords>;
    state: ReturnType<OpenRepository["store"]["readState"]>;
    budget: TextBudget;
  },
): ReturnType<ReportSources["recordsOf"]> {
  const known = records.get(id);
  const attempt = state.running[id];
  return {
    results: [...known?.attempts ?? [], ...known?.result ? [known.result] : []],
    running: attempt ? { serial: attempt.serial, startedAt: attempt.started_at } : null,
    logOf: (serial) => {
      const log = known?.logs.find((log) => log.serial === serial);
      if (log === undefined) return null;
      const shown = redactor.text(relative(paths.repository, log.path));
      return readLogTail(files, log.path, { shown, redactor, budget });
    },
  };
}
