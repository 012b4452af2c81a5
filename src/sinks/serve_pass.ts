/**
 * Serving a sink: nothing while nothing is new for it, and otherwise a pass under its lock.
 *
 * @module
 */
import { takeStateLock } from "../store/state_places.ts";
import type { FileLock } from "../sys/files.ts";
import { calmOfWaiting, type PassContext, type ServedSink, typesOf } from "./pass_context.ts";
import { SinkPass } from "./sink_pass.ts";
import { SinkState } from "./sink_state.ts";

/**
 * Serves a sink until there is nothing more to do for it now. Nothing is read twice or
 * written when there is nothing new.
 *
 * @returns Whether there was something to do.
 */
export async function servePass(context: PassContext, served: ServedSink): Promise<boolean> {
  const { sink: { name } } = served;
  const hash = await served.sink.fingerprint();
  const known = context.cursors.cursor(name);
  if (known === null) return false;
  if (await isIdle(context, served, new SinkState(known), hash)) return false;
  const lock = await takeLock(context, name);
  if (lock === null) {
    context.report.remark(name, "another program serves it just now");
    return true;
  }
  try {
    const cursor = context.cursors.cursor(name);
    if (cursor === null) return true;
    const pass = new SinkPass(context, served, new SinkState(cursor), hash);
    await pass.run().finally(() => pass.settle());
  } finally {
    lock.release();
  }
  return true;
}

/** Whether a sink is where it was, nothing waits that is due, and that is known of today. */
async function isIdle(
  { tail, report, world }: PassContext,
  { sink, calm }: ServedSink,
  state: SinkState,
  hash: string,
): Promise<boolean> {
  if (!state.hasSettings(hash) || !state.wasServedLately(world.clock.now())) return false;
  if (state.disabled === null && state.due(calmOfWaiting(calm), world.clock.now()).length > 0) {
    return false;
  }
  const batch = await tail.poll(state.position, { types: typesOf(sink) });
  batch.notices.forEach(report.notice);
  if (batch.events.length > 0 && !state.hasRoom()) return true;
  return batch.events.length === 0 && !batch.more && batch.passedOver === 0 &&
    !new SinkState(state.cursor()).moveTo(batch.position);
}

async function takeLock(
  { world, lockPath, lockWaitMs, stop }: PassContext,
  name: string,
): Promise<FileLock | null> {
  const path = lockPath(name);
  const taken = takeStateLock(world.files, path, lockWaitMs);
  if (stop.aborted) {
    void taken.then((lock) => lock?.release(), () => {});
    return null;
  }
  const { promise: stopped, resolve } = Promise.withResolvers<null>();
  const stopping = () => resolve(null);
  stop.addEventListener("abort", stopping, { once: true });
  const lock = await Promise.race([taken, stopped]);
  stop.removeEventListener("abort", stopping);
  if (lock === null) void taken.then((late) => late?.release(), () => {});
  return lock;
}
