/**
 * When people get what: quiet hours, and bursts of events of one task as one message.
 *
 * @module
 */
import { type QuietHours, quietUntil } from "./quiet_hours.ts";

/** An event that a sink for people has not delivered yet. */
export interface Pending<E> {
  event: E;
  taskId: string;
  /** When it happened, milliseconds since the epoch; NaN when that is unknown. */
  at: number;
}

/** What to spare people. */
export interface Calm<E> {
  /** Nothing is sent in them; none when null. */
  quiet: QuietHours | null;
  /** Events of a task with less than this between them are one burst; 0: none ever is. */
  windowMs: number;
  /** A burst that goes on is told after this; five windows otherwise. */
  longestMs?: number;
  /** Whether nothing will follow an event soon, so that its burst is over. Never otherwise. */
  endsBurst?(event: E): boolean;
}

/** One message. */
export interface Message<E> {
  /** The newest event, the one to tell. */
  event: E;
  /** Those before it that the message stands for too; they count as delivered with it. */
  earlier: E[];
}

/** What to do now. */
export interface CalmPlan<E> {
  /** To send now, in this order. */
  due: Message<E>[];
  /** Not to be sent yet, in their order. */
  waiting: E[];
  /** When to plan again at the latest, milliseconds since the epoch; null: nothing waits. */
  nextAt: number | null;
}

/** Events of one task in order, all in one burst. */
interface Burst<E> {
  members: { pending: Pending<E>; index: number; at: number }[];
}

/**
 * Plans what of the pending events is sent now; pure, and needs nothing but them, so that
 * it may be asked again by another process. A burst is told by its newest event once its
 * task was still for the window, at once when that event ends it, or when it lasts too
 * long. Events of the same quiet hours are one burst. Order is kept for each task.
 *
 * @param pending In the order in which they happened.
 * @param now Milliseconds since the epoch.
 */
export function planMessages<E>(
  pending: readonly Pending<E>[],
  calm: Calm<E>,
  now: number,
): CalmPlan<E> {
  if (pending.length === 0) return { due: [], waiting: [], nextAt: null };
  const loudAt = calm.quiet === null ? null : quietUntil(now, calm.quiet);
  if (loudAt !== null) {
    return { due: [], waiting: pending.map(({ event }) => event), nextAt: loudAt };
  }
  const bursts = burstsOf(pending, calm, now);
  const times = new Map(bursts.map((burst) => [burst, dueAt(burst, calm)]));
  const isDue = (burst: Burst<E>) => (times.get(burst) ?? now) <= now;
  const rest = bursts.filter((burst) => !isDue(burst));
  const nextTimes = rest.map((burst) => times.get(burst) ?? now);
  return {
    due: bursts.filter(isDue).sort((a, b) => lastOf(a).index - lastOf(b).index).map(messageOf),
    waiting: rest.flatMap(({ members }) => members).sort((a, b) => a.index - b.index)
      .map(({ pending }) => pending.event),
    nextAt: nextTimes.length > 0 ? nextTimes.reduce((a, b) => Math.min(a, b)) : null,
  };
}

function burstsOf<E>(pending: readonly Pending<E>[], calm: Calm<E>, now: number): Burst<E>[] {
  const bursts: Burst<E>[] = [];
  const open = new Map<string, Burst<E>>();
  for (const [index, entry] of pending.entries()) {
    const burst = open.get(entry.taskId);
    const before = burst && lastOf(burst).at;
    // A time that is unknown or yet to come makes nobody wait.
    const at = entry.at <= now ? entry.at : before ?? -Infinity;
    const member = { pending: entry, index, at };
    if (burst && before !== undefined && isSameBurst(before, at, calm)) {
      burst.members.push(member);
      continue;
    }
    const fresh = { members: [member] };
    bursts.push(fresh);
    open.set(entry.taskId, fresh);
  }
  return bursts;
}

function isSameBurst<E>(before: number, at: number, { windowMs, quiet }: Calm<E>): boolean {
  if (windowMs <= 0) return false;
  if (at === before || at - before < windowMs) return true;
  if (quiet === null || !Number.isFinite(before)) return false;
  const until = quietUntil(before, quiet);
  return until !== null && until === quietUntil(at, quiet);
}

function dueAt<E>(burst: Burst<E>, { windowMs, longestMs, endsBurst }: Calm<E>): number {
  const last = lastOf(burst);
  if (windowMs <= 0 || endsBurst?.(last.pending.event)) return -Infinity;
  const first = burst.members[0] ?? last;
  return Math.min(last.at + windowMs, first.at + (longestMs ?? 5 * windowMs));
}

function lastOf<E>({ members }: Burst<E>): Burst<E>["members"][number] {
  const last = members.at(-1);
  if (last === undefined) throw new RangeError("A burst has events");
  return last;
}

function messageOf<E>(burst: Burst<E>): Message<E> {
  const events = burst.members.map(({ pending }) => pending.event);
  return { event: lastOf(burst).pending.event, earlier: events.slice(0, -1) };
}
