/**
 * The results of the tasks: whether they can be read, are there, and say what the queue says.
 *
 * @module
 */
import type { ControllerContext } from "../../controller/context.ts";
import { resultOwner } from "../../dispatcher/result_owner.ts";
import { resultsFolder } from "../../dispatcher/result_paths.ts";
import { isRecord } from "../../protocol/events.ts";
import { isTerminal } from "../../protocol/outcomes.ts";
import { idOf, isMacpAware, type RawTask, statusOf } from "../../protocol/task.ts";
import { firstOf, oneLine } from "../../protocol/text.ts";
import { findRecords, removesResults, type TaskRecords } from "../find_result.ts";
import { type Finding, found } from "./finding.ts";

/** Most tasks or files in one message. */
const maxNames = 5;
/** Longest sentence about one of them. */
const mostOfWhy = 300;

/** A task of the queue, and what is on disk of its attempts. */
interface Recorded {
  id: string;
  raw: RawTask;
  records: TaskRecords;
}

/** The results of the tasks that the queue holds. */
export async function checkResults(context: ControllerContext): Promise<Finding[]> {
  const { settings, store: { paths } } = context;
  const all = await readAll(context);
  const damaged = all.flatMap(({ records }) => records.damaged);
  const strangers = all.flatMap(({ records }) => records.stranger ?? []);
  const contradicting = all.flatMap(({ id, records: { contradiction } }) =>
    contradiction === null ? [] : [`${id}: ${contradiction}`]
  );
  const missing = removesResults(settings) ? [] : all.filter(isMissing).map(({ id }) => id);
  const findings = [
    ...damaged.length === 0 ? [] : [
      found.fail("results", tell(damaged), "macp validate tells all that is wrong with them"),
    ],
    ...strangers.length === 0 ? [] : [
      found.fail("results", tell(strangers), "macp show ID tells what else is left of it"),
    ],
    ...contradicting.length === 0 ? [] : [
      found.warn(
        "results",
        tell(contradicting),
        "macp show ID; where the result is right, put its status back in tasks.json, then: macp retry ID",
      ),
    ],
    ...missing.length === 0 ? [] : [
      found.warn(
        "results",
        `${tasks(missing.length)} that ended without a result in ${
          resultsFolder(paths, settings)
        }: ${tell(missing)}`,
        "As macp.retention stands it removes none; macp show ID tells what else is left",
      ),
    ],
  ];
  if (findings.length > 0) return findings;
  const count = all.filter(({ records }) => records.result !== null).length;
  return [found.ok("results", `${count} can be read, and none contradicts the queue`)];
}

async function readAll({ settings, store, world }: ControllerContext): Promise<Recorded[]> {
  const queue = store.readQueue();
  const about = { paths: store.paths, settings };
  const all: Recorded[] = [];
  for (const raw of queue.tasks) {
    const id = idOf(raw);
    // Where two tasks have one path, it is the queue that is wrong.
    if (id === null || resultOwner(queue.tasks, settings, raw) !== null) continue;
    all.push({ id, raw, records: await findRecords(world, about, id, raw) });
  }
  return all;
}

/**
 * Whether macp ended a task whose result is nowhere. One that names a path for it may have
 * named another when it ended.
 */
function isMissing({ raw, records }: Recorded): boolean {
  const { result, damaged, stranger, attempts } = records;
  if (result !== null || damaged.length > 0 || stranger !== null || !isRecord(raw)) return false;
  const isEnded = isMacpAware(raw) && Number(raw.attempts) > 0 &&
    isTerminal(statusOf(raw) ?? "pending");
  // It stands with those of the attempts where its own place could not be used.
  const isThere = attempts.some(({ metadata }) => metadata?.attempt_serial === raw.last_attempt);
  return isEnded && raw.result_path === undefined && !isThere;
}

function tell(sentences: readonly string[]): string {
  return firstOf(sentences.map((sentence) => oneLine(sentence, mostOfWhy)), maxNames);
}

function tasks(count: number): string {
  return count === 1 ? "1 task" : `${count} tasks`;
}
