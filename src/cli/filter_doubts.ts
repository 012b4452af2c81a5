/**
 * Filters of sinks that let nothing through.
 *
 * @module
 */
import { eventTypes } from "../protocol/event_types.ts";
import { shortJson } from "../protocol/validation.ts";
import { passesFilter } from "../sinks/sink.ts";
import type { SinkName, SinkSettings } from "../sinks/sink_settings.ts";
import { nearestHint } from "../protocol/nearest.ts";

/**
 * What a person should know of the filters of these sinks: types that macp writes no event
 * of, which other programs may write, and filters that are empty.
 */
export function filterDoubts(
  settings: Pick<SinkSettings, SinkName>,
  names: readonly SinkName[],
): string[] {
  return names.flatMap((name) => {
    const path = `macp.${name}.event_filter`;
    const { event_filter: filter } = settings[name];
    if (filter === null) return [];
    if (filter.length === 0) {
      return [
        `${path} is empty, so nothing is ever sent; null is every type that has something to say`,
      ];
    }
    return filter.filter(matchesNothing).map((type) =>
      `${path}: macp writes no event of the type ${shortJson(type)}; ${wayOut(type)}`
    );
  });
}

function wayOut(type: string): string {
  if (type.slice(0, -1).includes("*")) return "* stands at the end alone, as in task.*";
  const [near = "types are such as task.completed, or task.* for all that begin so"] = nearestHint(
    type,
    eventTypes,
  );
  return near.replace(/^D/, "d");
}

function matchesNothing(type: string): boolean {
  return !eventTypes.some((known) => passesFilter([type], known));
}
