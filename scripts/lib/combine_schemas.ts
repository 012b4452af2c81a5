/**
 * Several JSON Schemas made one, so that each title becomes one type.
 *
 * @module
 */

/** Any JSON value. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A JSON object. */
export type JsonObject = { [key: string]: Json };

/** Whether a value is a JSON object. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * One schema that allows what any of `schemas` allows. Each of them, and each entry of
 * its `$defs`, becomes an entry of the combined `$defs`, under its title.
 *
 * @throws Error when one has no title, two of the same title differ, or a reference
 * leads to none of them.
 */
export function combineSchemas(schemas: readonly JsonObject[]): JsonObject {
  const titles = titlesByAddress(schemas);
  const definitions: JsonObject = {};
  for (const [address, definition] of schemas.flatMap(definitionsOf)) {
    const title = titleOf(definition, address);
    const own = renameRefs(definition, (ref) => {
      const target = titles.get(new URL(ref, address).href);
      if (target === undefined) {
        throw new Error(`Cannot combine the schemas as a reference leads nowhere: ${ref}`);
      }
      return `#/$defs/${target}`;
    });
    const known = definitions[title];
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(own)) {
      throw new Error(`Cannot combine the schemas as two definitions differ: ${title}`);
    }
    definitions[title] = own;
  }
  return {
    title: "AnyFormat",
    description: "A document of one of the formats.",
    anyOf: schemas.map(({ title }) => ({ $ref: `#/$defs/${title}` })),
    $defs: definitions,
  };
}

/** A schema and what it defines, each with its address. */
function definitionsOf({ $defs, $schema: _, $id, ...own }: JsonObject): [string, Json][] {
  const named = isObject($defs) ? Object.entries($defs) : [];
  return [
    [String($id), own],
    ...named.map(([name, definition]): [string, Json] => [`${$id}#/$defs/${name}`, definition]),
  ];
}

function titlesByAddress(schemas: readonly JsonObject[]): Map<string, string> {
  return new Map(
    schemas.flatMap(definitionsOf).map(([address, schema]) => [address, titleOf(schema, address)]),
  );
}

function titleOf(schema: Json, address: string): string {
  const title = isObject(schema) ? schema.title : undefined;
  if (typeof title === "string") return title;
  throw new Error(`Cannot name a type as its schema has no title: ${address}`);
}

function renameRefs(value: Json, rename: (ref: string) => string): Json {
  if (Array.isArray(value)) return value.map((item) => renameRefs(item, rename));
  if (!isObject(value)) return value;
  // A default beside a reference would make one more type of the same.
  const { default: _, ...rest } = value;
  const own = typeof value.$ref === "string" ? rest : value;
  const entries = Object.entries(own).map(([key, item]): [string, Json] => [
    key,
    key === "$ref" && typeof item === "string" ? rename(item) : renameRefs(item, rename),
  ]);
  return Object.fromEntries(entries);
}

/** Keywords whose values are schemas by name, so that the names are no keywords. */
const namedSchemas = new Set(["properties", "patternProperties", "$defs", "dependentSchemas"]);
/** Keywords whose values are data. */
const data = new Set(["const", "enum"]);
/** Keywords that say something to readers and nothing to a validator. */
const annotations = new Set(["$schema", "title", "description", "default", "examples"]);

/** The same schema without what only readers need. */
export function withoutAnnotations(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(withoutAnnotations);
  if (!isObject(schema)) return schema;
  const entries = Object.entries(schema)
    .filter(([keyword]) => !annotations.has(keyword))
    .map(([keyword, value]): [string, Json] => {
      if (data.has(keyword)) return [keyword, value];
      if (!namedSchemas.has(keyword) || !isObject(value)) {
        return [keyword, withoutAnnotations(value)];
      }
      const named = Object.entries(value).map(([name, item]) => [name, withoutAnnotations(item)]);
      return [keyword, Object.fromEntries(named)];
    });
  return Object.fromEntries(entries);
}
