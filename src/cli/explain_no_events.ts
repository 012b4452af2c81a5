/**
 * Why a search in the events may have found nothing: a name that is mistyped.
 *
 * @module
 */
import { nearest } from "../protocol/nearest.ts";
import type { Store } from "../store/store.ts";

/** Warnings about names that nothing is called; events of tasks that are gone stay findable. */
export async function explainNoEvents(
  store: Store,
  { id, types }: { id: string | undefined; types: readonly string[] },
): Promise<string[]> {
  const { default: schema } = await import("../../schemas/event.schema.json", {
    with: { type: "json" },
  });
  const known = schema.properties.event_type.enum;
  const ids = id === undefined ? [] : [...store.readQueue().ids()];
  return [
    ...(id === undefined || ids.includes(id) ? [] : [unknown("task", id, ids)]),
    ...types.filter((type) => !known.includes(type)).map((type) =>
      unknown("event type", type, known)
    ),
  ];
}

function unknown(what: string, name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return `there is no ${what} ${name}${near === null ? "" : `; did you mean ${near}?`}`;
}
