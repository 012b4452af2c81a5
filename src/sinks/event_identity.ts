/**
 * The name under which an event is delivered.
 *
 * @module
 */
import type { ReadEvent } from "../protocol/events.ts";
import { sha256Hex } from "../protocol/names.ts";

/**
 * The event's id, the same at every delivery, fit for a header. An event without one, or
 * with one that no header can hold, gets one made of its content.
 */
export async function eventIdentity(event: ReadEvent): Promise<string> {
  if (isFitId(event.event_id)) return event.event_id;
  return `sha256-${(await sha256Hex(JSON.stringify(event))).slice(0, 32)}`;
}

/** The event as every sink gets it: under the name by which it is delivered. */
export async function identified(event: ReadEvent): Promise<ReadEvent> {
  return isFitId(event.event_id) ? event : { ...event, event_id: await eventIdentity(event) };
}

function isFitId(id: string): boolean {
  return /^[\x21-\x7e]{1,128}$/.test(id);
}
