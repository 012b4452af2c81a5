/**
 * Sending events again that sinks got already, without moving any cursor.
 *
 * @module
 */
import { basename } from "@std/path";
import { rotatedFiles } from "../events/event_files.ts";
import type { EventTail } from "../events/event_tail.ts";
import { positionAt, type TailPosition } from "../events/tail_position.ts";
import type { World } from "../sys/world.ts";
import { DirectSender } from "./send_directly.ts";
import type { Sink } from "./sink.ts";
import { type PassReport, typesOf } from "./pass_context.ts";

/** What a replay needs. */
export interface ReplayContext {
  world: Pick<World, "files" | "clock" | "uuid">;
  tail: EventTail;
  eventsPath: string;
  report: Pick<PassReport, "notice" | "trouble">;
  /** Nothing is begun once it aborts. */
  stop: AbortSignal;
}

/** What came of a replay at one sink. */
export interface Replayed {
  sink: string;
  delivered: number;
  /** Events that did not arrive, those that were held back with them too. */
  missed: number;
}

/**
 * Sends each sink the events that happened since then and that it wants, oldest first.
 *
 * @param since Milliseconds since the epoch.
 */
export async function replay(
  context: ReplayContext,
  sinks: readonly Sink[],
  since: number,
): Promise<Replayed[]> {
  return await Promise.all(sinks.map((sink) => replayTo(context, sink, since)));
}

async function replayTo(
  { world, tail, eventsPath, report, stop }: ReplayContext,
  sink: Sink,
  since: number,
): Promise<Replayed> {
  const sender = new DirectSender(world, sink, stop);
  const replayed: Replayed = { sink: sink.name, delivered: 0, missed: 0 };
  let position: TailPosition = positionAt(0, lastBefore(world, eventsPath, since));
  for (let more = true; more && !stop.aborted;) {
    const batch = await tail.poll(position, { types: typesOf(sink) });
    batch.notices.forEach(report.notice);
    for (const { event } of batch.events) {
      if (stop.aborted) break;
      if (!sink.accepts(event) || !(Date.parse(event.timestamp) >= since)) continue;
      const outcome = await sender.send(event);
      if (outcome.kind === "delivered") replayed.delivered++;
      else if (outcome.kind !== "skipped") replayed.missed++;
      if ("reason" in outcome) {
        report.trouble(sink.name, `event ${event.event_id} did not arrive: ${outcome.reason}`);
      }
    }
    ({ position, more } = batch);
  }
  return replayed;
}

/** Name of the newest rotated file that is older altogether; empty when there is none. */
function lastBefore(
  { files }: Pick<World, "files">,
  eventsPath: string,
  since: number,
): string {
  const older = rotatedFiles(files, eventsPath).filter(({ endedAt }) => endedAt < since).at(-1);
  return older === undefined ? "" : basename(older.path);
}
