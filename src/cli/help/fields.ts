/**
 * Fields of a schema as rows.
 *
 * @module
 */
import { type Block, rows } from "./page.ts";

/** A field of a schema, as far as help tells of it. */
export interface Field {
  description?: string;
  enum?: readonly unknown[];
  default?: unknown;
}

/** A row for each field. */
export function fieldRows(
  fields: Readonly<Record<string, Field>>,
  required: readonly string[] = [],
): Block {
  return rows(
    Object.entries(fields).map(([name, field]) => [name, describe(field, required.includes(name))]),
  );
}

function describe(field: Field, isRequired: boolean): string {
  const { description = "", enum: values = [], default: usual } = field;
  const unsaid = values.filter((value) =>
    typeof value === "string" && !description.includes(value)
  );
  const choices = unsaid.length > 0 ? ` One of ${values.filter(Boolean).join(", ")}.` : "";
  const otherwise = usual === undefined || usual === null ? "" : ` Default: ${String(usual)}.`;
  return `${isRequired ? "(required) " : ""}${description}${choices}${otherwise}`;
}
