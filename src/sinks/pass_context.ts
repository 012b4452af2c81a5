/**
 * What a pass over a sink works with.
 *
 * @module
 */
import type { Calm } from "../events/collapse.ts";
import type { EventTail } from "../events/event_tail.ts";
import type { TailNotice } from "../events/tail_notice.ts";
import type { ReadEvent } from "../protocol/events.ts";
import type { World } from "../sys/world.ts";
import type { CursorKeeper } from "./cursor_keeper.ts";
import type { DeadLetters } from "./dead_letters.ts";
import type { Sink } from "./sink.ts";
import type { Waiting } from "./sink_state.ts";

/** A sink, and what it spares people. */
export interface ServedSink {
  sink: Sink;
  /** Null when every event is sent at once. */
  calm: Omit<Calm<never>, "endsBurst"> & { endsBurst?(event: ReadEvent): boolean } | null;
}

/** Told what a person should know. */
export interface PassReport {
  /** A line was passed over, or the event file cut, replaced or rotated. */
  notice(notice: TailNotice): void;
  /** Something went wrong at a sink; a sentence without a full stop, without secrets. */
  trouble(sink: string, text: string): void;
  /** Something that most people need not know. */
  remark(sink: string, text: string): void;
}

/** What passes share. */
export interface PassContext {
  world: Pick<World, "files" | "clock" | "uuid">;
  tail: EventTail;
  cursors: CursorKeeper;
  letters: DeadLetters;
  report: PassReport;
  /** Takes secrets out of an event that is kept. */
  redact(event: ReadEvent): ReadEvent;
  /** Path of the lock of a sink. */
  lockPath(sink: string): string;
  /** Milliseconds to wait for it. */
  lockWaitMs: number;
  /** No event is begun once it aborts. */
  stop: AbortSignal;
  /** Ends the tries that are under way. */
  cut: AbortSignal;
}

/** Types for the tail; null when some are given by their beginning. */
export function typesOf({ eventFilter }: Sink): readonly string[] | null {
  return eventFilter?.some((type) => type.endsWith("*")) ? null : eventFilter;
}

/** What the sink spares people, of events that wait. */
export function calmOfWaiting(calm: ServedSink["calm"]): Calm<Waiting> {
  if (calm === null) return { quiet: null, windowMs: 0 };
  const { endsBurst, ...others } = calm;
  return endsBurst === undefined ? others : { ...others, endsBurst: (one) => endsBurst(one.event) };
}
