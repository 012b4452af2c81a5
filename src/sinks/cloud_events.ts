/**
 * Events as CloudEvents 1.0.
 *
 * @module
 */
import type { ReadEvent } from "../protocol/events.ts";

/** Media type of a CloudEvent in structured JSON. */
export const cloudEventType = "application/cloudevents+json; charset=utf-8";

/** Begins the types, as CloudEvents asks for: the name of a domain, backwards. */
const typePrefix = "dev.mosaicstack.macp.";

/** An event of macp inside of a CloudEvent; what is not known is left out. */
export interface CloudEvent {
  specversion: "1.0";
  id: string;
  source: string;
  type: string;
  /** The task. */
  subject?: string;
  time?: string;
  datacontenttype: "application/json";
  data: ReadEvent;
}

/**
 * Wraps an event. The receiver drops duplicates by `source` and `id`.
 *
 * @param about.id Id of the event.
 * @param about.source URI reference of the repository.
 */
export function toCloudEvent(event: ReadEvent, about: { id: string; source: string }): CloudEvent {
  return {
    specversion: "1.0",
    id: about.id,
    source: about.source,
    type: typePrefix + event.event_type,
    ...(event.task_id === "" ? {} : { subject: event.task_id }),
    ...(isTimestamp(event.timestamp) ? { time: event.timestamp } : {}),
    datacontenttype: "application/json",
    data: event,
  };
}

/** Source of the events of a repository, from the name of its folder. */
export function defaultSource(repositoryName: string): string {
  return `/macp/${encodeURIComponent(repositoryName)}`;
}

/** RFC 3339. */
function isTimestamp(text: string): boolean {
  const shape = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;
  return shape.test(text) && !Number.isNaN(Date.parse(text));
}
