/**
 * How the sinks stand, in a line each.
 *
 * @module
 */
import { MacpError, messageOf } from "../protocol/errors.ts";
import type { CursorFile } from "../protocol/generated/types.ts";
import { oneLine } from "../protocol/text.ts";
import { localZone } from "../runtimes/local_zone.ts";
import { zoneDoubt } from "../sinks/calm_settings.ts";
import { readCursors } from "../sinks/cursor_file.ts";
import { lateBegin } from "../sinks/late_begin.ts";
import { type SinkStatus, sinkStatuses } from "../sinks/sink_status.ts";
import type { Files } from "../sys/files.ts";
import type { World } from "../sys/world.ts";
import type { OpenRepository } from "./open_repository.ts";

/** Longest text of an error. */
const mostOfReason = 160;

/** What a look at the sinks finds. */
export interface SinksLook {
  sinks: SinkStatus[];
  /** Why their cursors cannot be read; null when they can. */
  fault: string | null;
  /** Why quiet hours may be others than are meant; null when they are plain. */
  doubt: string | null;
}

/** How the sinks stand. */
export async function lookAtSinks(
  world: Pick<World, "files" | "clock" | "env">,
  { paths, settings: { macp: settings } }: Pick<OpenRepository, "paths" | "settings">,
): Promise<SinksLook> {
  const { files, clock } = world;
  const local = localZone(world);
  const place = { files, paths, settings, now: clock.now(), localTimeZone: local.zone };
  const { document, fault } = tryCursors(files, paths.cursor);
  const sinks = await sinkStatuses({ ...place, document });
  return { sinks, fault, doubt: zoneDoubt(settings, sinks.map(({ name }) => name), local) };
}

function tryCursors(
  files: Files,
  path: string,
): { document: CursorFile | null | undefined; fault: string | null } {
  try {
    return { document: readCursors(files, path), fault: null };
  } catch (error) {
    const hints = error instanceof MacpError ? error.hints : [];
    return { document: undefined, fault: [messageOf(error), ...hints].join("; ") };
  }
}

/** A sink in one line, without its name. */
export function describeSink(sink: SinkStatus): string {
  const { disabled, dead_letters: dead, last_success: success } = sink;
  const error = newError(sink);
  return [
    disabled ? `disabled since ${disabled.at}: ${oneLine(disabled.reason, mostOfReason)}` : "",
    sink.enabled ? "" : "not enabled",
    describeLag(sink),
    describeParked(sink),
    sink.quiet_until === null ? "" : `quiet until ${sink.quiet_until}`,
    dead.events > 0 ? `${plural(dead.events, "dead letter")} (macp redrive ${sink.name})` : "",
    dead.unreadable > 0
      ? `${plural(dead.unreadable, "line")} of dead_letter/${sink.name}.ndjson that cannot be read`
      : "",
    success === null ? "" : `delivered last at ${success}`,
    error === null ? "" : `failed last at ${error.at}: ${oneLine(error.reason, mostOfReason)}`,
  ].filter((part) => part !== "").join(", ");
}

/** What went wrong last, unless it is why the sink is disabled, or a delivery followed. */
export function newError(
  { last_error: error, last_success: success, disabled, next_try_at: nextTry }: SinkStatus,
): SinkStatus["last_error"] {
  if (error === null || disabled?.reason === error.reason) return null;
  const isOver = success !== null && Date.parse(success) > Date.parse(error.at);
  return isOver && nextTry === null ? null : error;
}

function describeParked(
  { parked, next_try_at: nextTry, closed_until: closed }: SinkStatus,
): string {
  const pause = closed === null ? "" : `paused until ${closed}`;
  if (parked === 0) return pause;
  const events = parked === 1 ? "1 event waits" : `${parked} events wait`;
  // A pause of the receiver is over later than the first try is due.
  if (pause !== "") return `${events}, ${pause}`;
  return nextTry === null ? events : `${events}, next try at ${nextTry}`;
}

function describeLag(
  { begun, begins_at_end: atEnd, lag_bytes: bytes, lag_events: events }: SinkStatus,
): string {
  if (bytes === null) return "nobody knows how far it is";
  const lag = events === null
    ? `${(bytes / 1024 ** 2).toFixed(1)} MiB behind`
    : events > 0
    ? `${plural(events, "event")} behind`
    : "";
  if (atEnd) return `has not begun, ${lateBegin}`;
  if (!begun) return lag === "" ? "has not begun" : `has not begun, ${lag}`;
  return lag === "" ? "up to date" : lag;
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
