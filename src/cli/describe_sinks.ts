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
import { formatDuration } from "./duration.ts";
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

/** Milliseconds for which a sink is told of that only a flag enables. */
const flaggedMs = 86_400_000;

/**
 * Whether people are told of a sink: one that is not enabled has to have dead letters, or to
 * have been served within the last day.
 *
 * @param now Milliseconds since the epoch.
 */
export function isTold(
  { enabled, dead_letters: dead, last_success, last_error }: SinkStatus,
  now: number,
): boolean {
  const isServed = [last_success, last_error?.at].some((at) =>
    at && now - Date.parse(at) < flaggedMs
  );
  return enabled || dead.events + dead.unreadable > 0 || isServed;
}

/**
 * A sink in one line, without its name.
 *
 * @param now Milliseconds since the epoch.
 */
export function describeSink(sink: SinkStatus, now: number): string {
  const { disabled, dead_letters: dead, last_success: success, parked } = sink;
  const error = newError(sink);
  // What waits tells by itself why, and that all else went out.
  const why = parked > 0 && sink.next_try_at !== null ? error : null;
  return [
    disabled ? `disabled since ${disabled.at}: ${oneLine(disabled.reason, mostOfReason)}` : "",
    sink.enabled ? "" : "not enabled",
    parked > 0 && sink.lag_bytes === 0 ? "" : describeLag(sink),
    describeParked(sink, why?.reason ?? null, now),
    sink.quiet_until === null ? "" : `quiet until ${sink.quiet_until}`,
    dead.events > 0
      ? `${plural(dead.events, "dead letter")} (macp redrive ${sink.name}${
        disabled ? " enables it once one arrives" : ""
      })`
      : "",
    dead.unreadable > 0
      ? `${plural(dead.unreadable, "line")} of dead_letter/${sink.name}.ndjson that cannot be read`
      : "",
    success === null ? "" : `delivered last at ${success}`,
    error === null || why !== null
      ? ""
      : `failed last at ${error.at}: ${oneLine(error.reason, mostOfReason)}`,
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
  why: string | null,
  now: number,
): string {
  const pause = closed === null ? "" : `paused until ${closed}`;
  if (parked === 0) return pause;
  const count = parked === 1 ? "1 event waits" : `${parked} events wait`;
  const events = why === null ? count : `${count} (${oneLine(why, mostOfReason)})`;
  // A pause of the receiver is over later than the first try is due.
  if (pause !== "") return `${events}, ${pause}`;
  if (nextTry === null) return events;
  const left = Date.parse(nextTry) - now;
  return `${events}, ${left > 0 ? `next try in ${formatDuration(left + 999)}` : "to be tried now"}`;
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
