/**
 * Events: making them and reading them.
 *
 * @module
 */
import { generateV7 } from "@std/uuid";
import type { TaskEvent } from "./generated/types.ts";
import { parseJsonText } from "./parse_json.ts";

/** What an event says; id and time are added. */
export type EventDraft =
  & Pick<TaskEvent, "event_type" | "task_id" | "status" | "source" | "message">
  & { metadata?: Record<string, unknown> };

/** An event at `now` (milliseconds since the epoch), with a UUID of version 7. */
export function makeEvent(draft: EventDraft, now: number): TaskEvent {
  const { event_type, task_id, status, source, message, metadata } = draft;
  return {
    event_id: generateV7(now),
    event_type,
    task_id,
    status,
    timestamp: new Date(now).toISOString(),
    source,
    message,
    metadata: metadata ?? {},
  };
}

/** An event as a reader may meet it: unknown types and fields are kept. */
export interface ReadEvent {
  event_id: string;
  event_type: string;
  task_id: string;
  status: string;
  timestamp: string;
  source: string;
  message: string;
  metadata: Record<string, unknown>;
}

/**
 * Reads one line of an event file, also of the older implementation: missing
 * metadata is empty, unknown types and fields are kept. Null when the line is no
 * event.
 */
export function parseEventLine(line: string): ReadEvent | null {
  let value: unknown;
  try {
    value = parseJsonText(line);
  } catch {
    return null;
  }
  return toReadEvent(value);
}

/** The event that a parsed line, or a part of another document, holds; null when it is none. */
export function toReadEvent(value: unknown): ReadEvent | null {
  if (!isRecord(value) || typeof value.event_type !== "string") return null;
  return {
    ...value,
    event_id: textOf(value.event_id),
    event_type: value.event_type,
    task_id: textOf(value.task_id),
    status: textOf(value.status),
    timestamp: textOf(value.timestamp),
    source: textOf(value.source),
    message: textOf(value.message),
    metadata: isRecord(value.metadata) ? value.metadata : {},
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
