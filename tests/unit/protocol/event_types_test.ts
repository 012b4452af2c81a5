import { assertEquals } from "@std/assert";
import schema from "../../../schemas/event.schema.json" with { type: "json" };
import { eventTypes } from "../../../src/protocol/event_types.ts";

Deno.test("eventTypes are those of the schema", () => {
  assertEquals([...eventTypes], schema.properties.event_type.enum);
});
