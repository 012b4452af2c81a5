import { assertEquals, assertThrows } from "@std/assert";
import { parseConfig } from "../../../src/store/parse_config.ts";

Deno.test("parseConfig() reads comments, trailing commas and a byte order mark", () => {
  assertEquals(parseConfig('\ufeff{ "a": 1, /* x */ }'), { a: 1 });
});

Deno.test("parseConfig() says where a text is wrong, and nothing of what stands there", () => {
  for (
    const [text, message] of [
      ['{\n  "auth_token": MARK\n}', "something unexpected stands in line 2, column 17"],
      ['{"auth_token": "MARK\n"}', "something unexpected stands in line 1, column 16"],
      ['["MARK"', "it ends too early"],
    ] as const
  ) {
    assertEquals(assertThrows(() => parseConfig(text), SyntaxError).message, message);
  }
});
