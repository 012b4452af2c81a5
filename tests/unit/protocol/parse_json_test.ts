import { assertEquals, assertThrows } from "@std/assert";
import { parseEventLine } from "../../../src/protocol/events.ts";
import { isTooDeep, maxDepth, parseJsonText } from "../../../src/protocol/parse_json.ts";

const nested = (depth: number, inner = "1") => "[".repeat(depth) + inner + "]".repeat(depth);

Deno.test("parseJsonText() refuses what is nested too deep, and nothing else", () => {
  assertEquals(JSON.stringify(parseJsonText(nested(maxDepth))), nested(maxDepth));
  for (const depth of [maxDepth + 1, 100_000]) {
    assertThrows(() => parseJsonText(nested(depth)), Error, "deeper than 500");
    assertThrows(() => parseJsonText('{"a":'.repeat(depth)), Error, "deeper than 500");
  }
  const texts = [
    JSON.stringify([nested(2000), "\\", '"[', "]".repeat(900)]),
    JSON.stringify(Array.from({ length: 2000 }, () => [{}])),
  ];
  for (const text of texts) assertEquals(isTooDeep(text), false);
});

Deno.test("parseEventLine() takes a line that is nested too deep for none", () => {
  const line = `{"event_type":"x","metadata":{"a":${nested(20_000)}}}`;
  assertEquals(parseEventLine(line), null);
});
