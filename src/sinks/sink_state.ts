/**
 * What the cursor of a sink keeps, while a pass changes it. Pure but for itself.
 *
 * @module
 */
import { type Calm, type CalmPlan, planMessages } from "../events/collapse.ts";
import { isSamePosition, type TailPosition } from "../events/tail_position.ts";
import { type ReadEvent, toReadEvent } from "../protocol/events.ts";
import type { ParkedEvent, SinkCursor } from "../protocol/generated/types.ts";
import { dayMs } from "./pauses.ts";

/** Most events that wait for one sink; further ones stay in the event file. */
const mostParked = 1000;
/** Most characters of all of them together. */
const mostParkedCharacters = 4 * 1024 * 1024;

/** An event that waits for a sink. */
export interface Waiting {
  parked: ParkedEvent;
  event: ReadEvent;
  characters: number;
}

/** What the cursor of a sink keeps. */
export class SinkState {
  #cursor: SinkCursor;
  #waiting: Waiting[];
  #characters = 0;
  /** Number of waiting events, by task. */
  readonly #tasks = new Map<string, number>();

  constructor(cursor: SinkCursor) {
    this.#cursor = cursor;
    this.#waiting = (cursor.parked ?? []).flatMap((parked) => {
      const event = toReadEvent(parked.event);
      const characters = event === null ? 0 : JSON.stringify(parked.event).length;
      return event === null ? [] : [{ parked, event, characters }];
    });
    for (const waiting of this.#waiting) this.#count(waiting, 1);
  }

  /** The cursor as it is to be written. */
  cursor(): SinkCursor {
    return { ...this.#cursor, parked: this.#waiting.map(({ parked }) => ({ ...parked })) };
  }

  get position(): TailPosition {
    return this.#cursor;
  }

  /** Why nothing is sent any more; null while something is. */
  get disabled(): string | null {
    return this.#cursor.disabled?.reason ?? null;
  }

  get waiting(): readonly Waiting[] {
    return this.#waiting;
  }

  /** Whether a look at new events was kept within a day: each one need not be. */
  wasServedLately(now: number): boolean {
    return wasServedLately(this.#cursor, now);
  }

  /** Keeps that the sink is served. */
  served(now: number): void {
    this.#cursor = { ...this.#cursor, served_at: timestamp(now) };
  }

  /** Whether these settings are those of the last pass. */
  hasSettings(hash: string): boolean {
    const { disabled, settings_hash } = this.#cursor;
    return settings_hash === hash && (disabled ?? null) !== null
      ? disabled?.settings_hash === hash
      : settings_hash === hash;
  }

  /**
   * Keeps the hash of the settings. Other ones than before end all pauses.
   *
   * @returns Whether they enable the sink again.
   */
  configure(hash: string, now: number): boolean {
    const { disabled, settings_hash: before } = this.#cursor;
    const isReopened = (disabled ?? null) !== null && disabled?.settings_hash !== hash;
    if (isReopened || (before !== undefined && before !== hash)) {
      const next_try_at = timestamp(now);
      this.#cursor = { ...this.#cursor, closed_until: null };
      for (const waiting of this.#waiting) waiting.parked = { ...waiting.parked, next_try_at };
    }
    this.#cursor = { ...this.#cursor, settings_hash: hash };
    if (isReopened) this.#cursor = { ...this.#cursor, disabled: null };
    return isReopened;
  }

  /** @returns Whether that is another place than before. */
  moveTo(position: TailPosition, passedOver = 0): boolean {
    if (isSamePosition(this.#cursor, position) && passedOver === 0) return false;
    this.#cursor = {
      ...this.#cursor,
      ...position,
      passed_over: (this.#cursor.passed_over ?? 0) + passedOver,
    };
    return true;
  }

  /** Whether one more event may wait. */
  hasRoom(): boolean {
    return this.#waiting.length < mostParked && this.#characters < mostParkedCharacters;
  }

  /** Whether an event of this task waits, so that later ones wait behind it. */
  isBlocked(task: string): boolean {
    return this.#tasks.has(task);
  }

  /** Whether nothing is to be sent now. */
  isClosed(now: number): boolean {
    const { closed_until: until } = this.#cursor;
    // A time further away than any pause was made by a clock that went wrong.
    const left = typeof until === "string" ? Date.parse(until) - now : 0;
    return left > 0 && left <= dayMs;
  }

  close(until: number): void {
    this.#cursor = { ...this.#cursor, closed_until: timestamp(until) };
  }

  disable(reason: string, settings_hash: string, now: number): void {
    this.#cursor = {
      ...this.#cursor,
      disabled: { at: timestamp(now), reason, settings_hash },
      closed_until: null,
    };
  }

  /** Lets an event wait that was not tried yet. */
  park(event: ReadEvent, now: number): Waiting {
    const at = timestamp(now);
    const parked: ParkedEvent = { event: { ...event }, parked_at: at, next_try_at: at, tries: 0 };
    const waiting = { parked, event, characters: JSON.stringify(event).length };
    this.#waiting.push(waiting);
    this.#count(waiting, 1);
    return waiting;
  }

  /** Keeps that a waiting event was tried in vain. */
  failed(waiting: Waiting, { reason, nextAt }: { reason: string; nextAt: number }): void {
    const tries = waiting.parked.tries + 1;
    waiting.parked = { ...waiting.parked, tries, reason, next_try_at: timestamp(nextAt) };
  }

  /** Takes events out that wait no longer. */
  remove(gone: readonly Waiting[]): void {
    if (gone.length === 0) return;
    const out = new Set(gone);
    this.#waiting = this.#waiting.filter((waiting) => !out.has(waiting));
    for (const waiting of gone) this.#count(waiting, -1);
  }

  /** Keeps that events were delivered. */
  succeeded(count: number, now: number): void {
    const delivered = (this.#cursor.delivered ?? 0) + count;
    this.#cursor = {
      ...this.#cursor,
      delivered,
      last_success: timestamp(now),
      closed_until: null,
    };
  }

  /** Keeps what went wrong. */
  erred(reason: string, event: ReadEvent, now: number): void {
    const last_error = { at: timestamp(now), reason, event_id: event.event_id };
    this.#cursor = { ...this.#cursor, last_error };
  }

  /** Keeps that events became dead letters. */
  buried(count: number): void {
    const dead_lettered = (this.#cursor.dead_lettered ?? 0) + count;
    this.#cursor = { ...this.#cursor, dead_lettered };
  }

  /** What of the waiting events is to be sent now. Order is kept for each task. */
  due(calm: Calm<Waiting>, now: number): CalmPlan<Waiting>["due"] {
    if (this.#waiting.length === 0 || this.isClosed(now)) return [];
    const held = new Set(
      this.#waiting.filter(({ parked }) => isLater(parked, now)).map(({ event }) => event.task_id),
    );
    const pending = this.#waiting.filter(({ event }) => !held.has(event.task_id));
    return planMessages(
      pending.map((waiting) => ({
        event: waiting,
        taskId: waiting.event.task_id,
        at: Date.parse(waiting.event.timestamp),
      })),
      calm,
      now,
    ).due;
  }

  #count({ event, characters }: Waiting, by: 1 | -1): void {
    this.#characters += by * characters;
    const count = (this.#tasks.get(event.task_id) ?? 0) + by;
    if (count > 0) this.#tasks.set(event.task_id, count);
    else this.#tasks.delete(event.task_id);
  }
}

/** Whether a cursor says that its sink was served within a day. */
export function wasServedLately({ served_at: at }: SinkCursor, now: number): boolean {
  const age = now - Date.parse(at ?? "");
  return age >= 0 && age < dayMs;
}

function isLater({ tries, next_try_at }: ParkedEvent, now: number): boolean {
  const left = Date.parse(next_try_at) - now;
  return tries > 0 && left > 0 && left <= dayMs;
}

function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}
