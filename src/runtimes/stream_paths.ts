/**
 * Values of events by dotted paths, where `*` stands for every element of a list.
 *
 * @module
 */
import { isRecord } from "../protocol/events.ts";

/** Elements of a list that `*` stands for at most. */
const MAX_ELEMENTS = 100;

/** Whether one of the values at each path is the one it must be; null is also nothing. */
export function holds(
  event: unknown,
  when: Record<string, string | number | boolean | null>,
): boolean {
  return Object.entries(when).every(([path, wanted]) => {
    const values = valuesAt(event, path.split("."));
    if (wanted === null && values.length === 0) return true;
    return values.some((value) => value === wanted);
  });
}

/** The first text at a path, or null. */
export function textAt(event: unknown, path: string): string | null {
  return valuesAt(event, path.split("."))
    .find((value): value is string => typeof value === "string") ?? null;
}

/** The first finite number at a path, or null. */
export function numberAt(event: unknown, path: string): number | null {
  return valuesAt(event, path.split("."))
    .find((value): value is number => typeof value === "number" && Number.isFinite(value)) ?? null;
}

/**
 * Texts of an event. Each entry is a path, or a text with paths in braces. An entry
 * gives a text for every element of a list that its `*` stands for, and none where a
 * path leads to neither text nor number.
 */
export function fillTemplates(event: unknown, entries: readonly string[]): string[] {
  return entries.flatMap((entry) => fill(event, entry.includes("{") ? entry : `{${entry}}`));
}

/** Takes the first `*` for each element, everywhere in the text, and goes on from there. */
function fill(event: unknown, template: string): string[] {
  const prefix = /\{([^{}*]*)\*/.exec(template)?.[1];
  if (prefix === undefined) return fillPlain(event, template);
  const list = valuesAt(event, prefix.replace(/\.$/, "").split("."))[0];
  if (!Array.isArray(list)) return [];
  return list.slice(0, MAX_ELEMENTS)
    .flatMap((_, n) => fill(event, template.replaceAll(`{${prefix}*`, () => `{${prefix}${n}`)));
}

function fillPlain(event: unknown, template: string): string[] {
  let missing = false;
  const text = template.replace(/\{([^{}]*)\}/g, (_, path: string) => {
    const value = valuesAt(event, path.split("."))[0];
    if (typeof value === "string") return value;
    if (typeof value === "number" && Number.isFinite(value)) return String(value);
    missing = true;
    return "";
  });
  return missing ? [] : [text];
}

function valuesAt(value: unknown, [key, ...rest]: readonly string[]): unknown[] {
  if (key === undefined) return [value];
  if (key === "*") {
    const list = Array.isArray(value) ? value.slice(0, MAX_ELEMENTS) : [];
    return list.flatMap((element) => valuesAt(element, rest));
  }
  if (Array.isArray(value) && /^\d+$/.test(key) && Number(key) < value.length) {
    return valuesAt(value[Number(key)], rest);
  }
  return isRecord(value) && Object.hasOwn(value, key) ? valuesAt(value[key], rest) : [];
}
