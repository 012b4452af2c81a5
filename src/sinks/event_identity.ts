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
  if (/^[\x21-\x7e]{1,128}$/.test(event.event_id)) return event.event_id;
  return `sha256-${(await sha256Hex(JSON.stringify(event))).slice(0, 32)}`;
}
