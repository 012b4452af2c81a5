import { assertEquals, assertThrows } from "@std/assert";
import {
  combineSchemas,
  type JsonObject,
  withoutAnnotations,
} from "../../../scripts/lib/combine_schemas.ts";

const part: JsonObject = { title: "Part", type: "string" };

function schema(name: string, more: JsonObject): JsonObject {
  return {
    $schema: "x",
    $id: `https://example.org/${name.toLowerCase()}.json`,
    title: name,
    ...more,
  };
}

Deno.test("combineSchemas() names each definition by its title, once", () => {
  const combined = combineSchemas([
    schema("One", { items: { $ref: "#/$defs/p" }, $defs: { p: part } }),
    schema("Two", { properties: { a: { $ref: "one.json", default: 1 } }, $defs: { q: part } }),
  ]);
  assertEquals(combined.anyOf, [{ $ref: "#/$defs/One" }, { $ref: "#/$defs/Two" }]);
  assertEquals(combined.$defs, {
    One: { title: "One", items: { $ref: "#/$defs/Part" } },
    Part: part,
    Two: { title: "Two", properties: { a: { $ref: "#/$defs/One" } } },
  });
});

Deno.test("combineSchemas() throws when two definitions of one title differ", () => {
  const other = { title: "Part", type: "number" };
  assertThrows(
    () => combineSchemas([schema("One", { $defs: { part } }), schema("Two", { $defs: { other } })]),
    Error,
    "two definitions differ: Part",
  );
});

Deno.test("combineSchemas() throws when a reference leads nowhere", () => {
  assertThrows(
    () => combineSchemas([schema("One", { items: { $ref: "none.json" } })]),
    Error,
    "a reference leads nowhere: none.json",
  );
});

Deno.test("combineSchemas() throws when a definition has no title", () => {
  assertThrows(
    () => combineSchemas([schema("One", { $defs: { p: { type: "string" } } })]),
    Error,
    "no title: https://example.org/one.json#/$defs/p",
  );
});

Deno.test("withoutAnnotations() keeps properties and values that look like keywords", () => {
  const stripped = withoutAnnotations({
    title: "T",
    default: {},
    properties: { title: { description: "d", type: "string" }, default: { enum: [{ title: 1 }] } },
    anyOf: [{ description: "d" }],
  });
  assertEquals(stripped, {
    properties: { title: { type: "string" }, default: { enum: [{ title: 1 }] } },
    anyOf: [{}],
  });
});
