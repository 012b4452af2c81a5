/**
 * Saying that a task landed: in the queue, in its result, and by an event.
 *
 * @module
 */
import { resultPath } from "../dispatcher/result_paths.ts";
import { isRecord, makeEvent } from "../protocol/events.ts";
import type { Landed, Task } from "../protocol/generated/types.ts";
import { taskNames } from "../protocol/names.ts";
import { maxAttemptsOf } from "../protocol/task.ts";
import { atomicWriteJson } from "../store/atomic_write.ts";
import type { ControllerContext } from "../controller/context.ts";
import { describeTask } from "../controller/event_metadata.ts";
import { readResult } from "../controller/previous_failure.ts";

/** Records a landing. Doing it again changes nothing. */
export async function recordLanding(
  context: ControllerContext,
  id: string,
  landed: Landed,
): Promise<void> {
  const event = await context.store.change(({ queue }) => {
    const raw = queue.find(id);
    if (!isRecord(raw)) return { change: null, result: null };
    const metadata = isRecord(raw.metadata) ? raw.metadata : {};
    if (isSame(metadata.landed, landed)) return { change: null, result: null };
    const event = landedEvent(context, raw as Task, landed);
    const fields = { metadata: { ...metadata, landed } };
    return { change: { patches: [{ id, fields }], events: [event] }, result: event };
  });
  if (event) context.onEvent(event);
  await recordInResult(context, id, landed);
}

function landedEvent({ settings, world }: ControllerContext, task: Task, landed: Landed) {
  return makeEvent({
    event_type: "task.progress",
    task_id: task.id,
    status: task.status,
    source: "controller",
    message: `Landed on ${landed.into} as ${landed.commit.slice(0, 12)}`,
    metadata: {
      ...describeTask(task, settings, {
        attempt: task.attempts ?? 0,
        maxAttempts: maxAttemptsOf(task, settings),
      }),
      landed,
    },
  }, world.clock.now());
}

/** In its result, wherever that was written. */
async function recordInResult(
  { world, store, settings }: ControllerContext,
  id: string,
  landed: Landed,
): Promise<void> {
  const names = await taskNames(id);
  const raw = store.readQueue().find(id);
  const named = isRecord(raw) && typeof raw.result_path === "string" ? raw.result_path : undefined;
  const paths = [named, undefined].map((path) => resultPath(store.paths, settings, names, path));
  const found = paths.find((path) => path !== null && readResult(world.files, path) !== null);
  const result = found ? readResult(world.files, found) : null;
  if (!found || result === null || isSame(result.metadata?.landed, landed)) return;
  atomicWriteJson(world, found, { ...result, metadata: { ...result.metadata, landed } });
}

function isSame(known: unknown, { into, commit }: Landed): boolean {
  return isRecord(known) && known.into === into && known.commit === commit;
}
