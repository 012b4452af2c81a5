/**
 * Fields of a task that have no effect, where their names are close to those that have one.
 *
 * @module
 */
import taskSchema from "../../schemas/task.schema.json" with { type: "json" };
import { isRecord } from "../protocol/events.ts";
import { nearest } from "../protocol/nearest.ts";
import type { RawTask } from "../protocol/task.ts";
import { shortJson } from "../protocol/validation.ts";

/** What other programs call a field, though the letters are not near to its name. */
const otherNames: ReadonlyMap<string, string> = new Map(
  Object.entries({
    quality_gates: ["gate", "gates", "check", "checks", "test", "tests"],
    depends_on: ["depends", "dependencies", "needs"],
    max_attempts: ["retries", "max_retries"],
    timeout_seconds: ["timeout"],
    brief_path: ["brief"],
  }).flatMap(([field, names]) => names.map((name) => [name, field] as const)),
);

/**
 * Unknown fields of a task, its metadata and gates that somebody may have meant as known ones,
 * a line each. Any other unknown field is the business of whoever wrote it.
 */
export function fieldDoubts(raw: RawTask): string[] {
  if (!isRecord(raw)) return [];
  return [
    ...misnamed(raw, taskSchema.properties),
    ...misnamed(raw.metadata, taskSchema.properties.metadata.properties, "metadata."),
    ...gateFieldDoubts(raw.quality_gates),
  ];
}

/** The same of a list of gates. */
export function gateFieldDoubts(gates: unknown): string[] {
  if (!Array.isArray(gates)) return [];
  const { properties } = taskSchema.$defs.gate;
  return gates.flatMap((gate, index) => misnamed(gate, properties, `quality_gates.${index}.`));
}

function misnamed(value: unknown, properties: object, prefix = ""): string[] {
  if (!isRecord(value)) return [];
  // What is there under its own name is not meant by another.
  const free = Object.keys(properties).filter((name) => !Object.hasOwn(value, name));
  return Object.keys(value).filter((name) => !Object.hasOwn(properties, name)).flatMap((name) => {
    const other = otherNames.get(name.toLowerCase());
    const meant = other !== undefined && free.includes(other) ? other : near(name, free);
    const path = shortJson(prefix + name);
    return meant === null ? [] : [`field ${path} has no effect; did you mean ${prefix}${meant}?`];
  });
}

/** Short names are near to one another without being meant. */
function near(name: string, known: readonly string[]): string | null {
  return name.length > 3 ? nearest(name, known) : null;
}
