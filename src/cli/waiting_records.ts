/**
 * What is on disk of tasks that wait for a person.
 *
 * @module
 */
import { readLines } from "../events/event_log.ts";
import { type Waiting, type WaitingRecords, worktreeOf } from "../people/inbox.ts";
import { parseEventLine } from "../protocol/events.ts";
import type { State } from "../protocol/generated/types.ts";
import type { World } from "../sys/world.ts";
import { findRecords } from "./find_result.ts";
import type { OpenRepository } from "./open_repository.ts";

/** Nothing is on disk. */
export const noRecords: WaitingRecords = {
  result: null,
  resultPath: null,
  logPath: null,
  worktree: null,
  endedAt: null,
};

/** Reads what is on disk of the tasks that wait for a person. */
export async function readWaitingRecords(
  world: World,
  repository: OpenRepository,
  { state, waiting }: { state: State; waiting: readonly Waiting[] },
): Promise<Map<Waiting, WaitingRecords>> {
  const found = new Map<Waiting, WaitingRecords>();
  for (const entry of waiting) {
    if (entry.id === null || entry.kind === "blocked") continue;
    const { result, resultPath, logs } = await findRecords(world, repository, entry.id, entry.raw);
    const place = worktreeOf(state, entry.id);
    found.set(entry, {
      result,
      resultPath,
      logPath: logs.at(-1)?.path ?? null,
      worktree: place !== null && world.files.lstat(place) !== null ? place : null,
      endedAt: null,
    });
  }
  readEnds(world.files, repository, found);
  return found;
}

/** Times of the ends of those that have no result, from the events. */
function readEnds(
  files: World["files"],
  { paths }: OpenRepository,
  found: ReadonlyMap<Waiting, WaitingRecords>,
): void {
  const open = new Map(
    [...found].filter(([, { result }]) => result === null)
      .map(([{ id }, records]) => [id ?? "", records]),
  );
  if (open.size === 0) return;
  for (const line of readLines(files, paths.events)) {
    const event = parseEventLine(line);
    const records = event && open.get(event.task_id);
    if (records && /^task\.(failed|escalated)$/.test(event.event_type)) {
      records.endedAt = event.timestamp;
    }
  }
}
