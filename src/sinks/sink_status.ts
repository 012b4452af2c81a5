/**
 * How each sink stands.
 *
 * @module
 */
import { basename, join } from "@std/path";
import { rotatedFiles } from "../events/event_files.ts";
import { readLines } from "../events/event_log.ts";
import { EventTail } from "../events/event_tail.ts";
import { quietUntil } from "../events/quiet_hours.ts";
import { positionAt, type TailPosition } from "../events/tail_position.ts";
import type { CursorFile, SinkCursor } from "../protocol/generated/types.ts";
import type { StorePaths } from "../store/paths.ts";
import type { Zone } from "../runtimes/time_zones.ts";
import type { Files } from "../sys/files.ts";
import { calmOf } from "./calm_settings.ts";
import { cursorOf, startOf } from "./cursor_file.ts";
import { parseDeadLetter } from "./dead_letters.ts";
import { type SinkName, sinkNames, type SinkSettings } from "./sink_settings.ts";

/** Bytes behind up to which the events are counted. */
const countedBytes = 1024 ** 2;
/** Bytes of dead letters up to which each is parsed. */
const parsedBytes = 2 * 1024 ** 2;

/** How a sink stands. Times are RFC 3339. */
export interface SinkStatus {
  name: string;
  /** In the settings; a flag of watch may have enabled it all the same. */
  enabled: boolean;
  /** Whether it has read anything, or was told where to begin. */
  begun: boolean;
  /** Whether it will begin at the end of the event file, and get nothing that is in it now. */
  begins_at_end: boolean;
  /** Bytes read of the event file, or of the file that it was rotated into. */
  offset: number | null;
  /** Bytes that it has not read yet, in rotated files too; null when that is not known. */
  lag_bytes: number | null;
  /** Events among them, whether it wants them or not; null when they are too many to count. */
  lag_events: number | null;
  /** Events that are read and wait: to be tried again, or for the end of a burst or of quiet hours. */
  parked: number;
  /** When the first of those that failed is tried again, at the soonest. */
  next_try_at: string | null;
  /** Nothing is sent before, as the receiver asked for a pause or took nothing. */
  closed_until: string | null;
  /** When the quiet hours end that hold now. */
  quiet_until: string | null;
  /** Events that were delivered, all in all. */
  delivered: number;
  last_success: string | null;
  last_error: { at: string; reason: string } | null;
  /** Why nothing is sent until it is configured anew, or takes what redrive sends. */
  disabled: { at: string; reason: string } | null;
  /** What redrive would send again. */
  dead_letters: {
    events: number;
    /** Lines that are none, which redrive leaves where they are. */
    unreadable: number;
    bytes: number;
  };
}

/** Where the state of sinks is looked up. */
export interface SinkPlace {
  files: Files;
  paths: StorePaths;
  settings: SinkSettings;
  /** What the cursor file says; null without one, undefined when it cannot be read. */
  document: CursorFile | null | undefined;
  /** Milliseconds since the epoch. */
  now: number;
  /** Time zone of the machine. */
  localTimeZone: Zone;
}

/** What the cursor says of deliveries. */
type Deliveries = Pick<
  SinkStatus,
  | "parked"
  | "next_try_at"
  | "closed_until"
  | "delivered"
  | "last_success"
  | "last_error"
  | "disabled"
>;

/** The sinks that are enabled or have left something behind, in the order of their names. */
export async function sinkStatuses(place: SinkPlace): Promise<SinkStatus[]> {
  const { files, paths, settings, document } = place;
  const tail = new EventTail(files, paths.events);
  const enabled: readonly string[] = enabledNames(settings);
  const statuses: SinkStatus[] = [];
  for (const name of namesOf(place)) {
    const cursor = document === undefined ? null : cursorOf(document, name);
    statuses.push({
      name,
      enabled: enabled.includes(name),
      ...await progressOf(place, tail, cursor),
      ...deliveriesOf(cursor, place.now),
      quiet_until: quietEnd(place, name),
      dead_letters: deadLettersOf(files, join(paths.deadLetters, `${name}.ndjson`)),
    });
  }
  return statuses;
}

/** Names of the sinks that the settings enable. */
export function enabledNames(settings: SinkSettings): SinkName[] {
  return sinkNames.filter((name) => settings[name].enabled === true);
}

function namesOf({ files, paths, settings, document }: SinkPlace): string[] {
  const known = typeof document === "object" && document !== null
    ? Object.keys(document.sinks)
    : [];
  const dead = files.list(paths.deadLetters).flatMap((name) =>
    /^([\w-]+)\.ndjson$/.exec(name)?.[1] ?? []
  );
  return [...new Set([...enabledNames(settings), ...known, ...dead])].sort();
}

/** How far a sink has read. */
async function progressOf(
  { files, paths, document }: SinkPlace,
  tail: EventTail,
  cursor: SinkCursor | null,
): Promise<Pick<SinkStatus, "begun" | "begins_at_end" | "offset" | "lag_bytes" | "lag_events">> {
  const nowhere = { begun: false, begins_at_end: false, offset: null };
  if (document === undefined) return { ...nowhere, lag_bytes: null, lag_events: null };
  const newest = rotatedFiles(files, paths.events).at(-1)?.path;
  const position = cursor ?? beginningOf(document, newest ? basename(newest) : "");
  // A sink that joins others begins at the end; the first ones begin where nothing was read.
  if (position === null) {
    const begins_at_end = newest !== undefined || (files.stat(paths.events)?.size ?? 0) > 0;
    return { ...nowhere, begins_at_end, lag_bytes: 0, lag_events: 0 };
  }
  const bytes = tail.lag(position);
  return {
    begun: cursor !== null || document !== null,
    begins_at_end: false,
    offset: position.offset,
    lag_bytes: bytes,
    lag_events: bytes > countedBytes ? null : await eventsAfter(tail, position),
  };
}

/** Where a sink without a cursor begins; null when that is the end of the event file. */
function beginningOf(document: CursorFile | null, newest: string): TailPosition | null {
  const isPlace = document === null || typeof document === "number" || document.others_begin;
  return isPlace ? startOf(document, positionAt(0, newest)) : null;
}

async function eventsAfter(tail: EventTail, start: TailPosition): Promise<number> {
  let count = 0;
  let read = 0;
  for (let position = start, more = true; more;) {
    const batch = await tail.poll(position);
    count += batch.events.length;
    ({ position, more } = batch);
    // Somebody may write faster than this reads.
    if (++read > 1000) break;
  }
  return count;
}

function deliveriesOf(cursor: SinkCursor | null, now: number): Deliveries {
  const { parked = [], delivered = 0, closed_until, last_success, last_error, disabled } = cursor ??
    {};
  const tries = parked.filter(({ tries }) => tries > 0).map(({ next_try_at }) => next_try_at);
  const isClosed = typeof closed_until === "string" && Date.parse(closed_until) > now;
  return {
    parked: parked.length,
    next_try_at: tries.sort()[0] ?? null,
    closed_until: isClosed ? closed_until : null,
    delivered,
    last_success: last_success ?? null,
    last_error: last_error ? { at: last_error.at, reason: last_error.reason } : null,
    disabled: disabled ? { at: disabled.at, reason: disabled.reason } : null,
  };
}

function quietEnd({ settings, now, localTimeZone }: SinkPlace, name: string): string | null {
  const { quiet } = calmOf(settings, name, localTimeZone);
  const until = quiet === null ? null : quietUntil(now, quiet);
  return until === null ? null : new Date(until).toISOString();
}

function deadLettersOf(files: Files, path: string): SinkStatus["dead_letters"] {
  const stat = files.lstat(path);
  if (stat?.kind !== "file") return { events: 0, unreadable: 0, bytes: 0 };
  // In a large file the beginning of a line tells what macp wrote.
  const isLetter = (line: string) =>
    (stat.size > parsedBytes && line.startsWith('{"schema_version":1,"dead_lettered_at":')) ||
    parseDeadLetter(line) !== null;
  let [events, unreadable] = [0, 0];
  for (const line of readLines(files, path)) {
    if (line.trim() === "") continue;
    if (isLetter(line)) events++;
    else unreadable++;
  }
  return { events, unreadable, bytes: stat.size };
}
